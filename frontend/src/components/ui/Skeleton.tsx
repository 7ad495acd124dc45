import styles from "./Skeleton.module.css";

interface Props {
  rows?: number;
  height?: number;
}

/** Holds the place of what is coming, at its size, so that nothing jumps when it arrives. */
export function Skeleton({ rows = 1, height = 16 }: Props) {
  return (
    <div className={styles.stack} role="status">
      <span className="sr-only">Carregando…</span>
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className={styles.bar}
          style={{ height, width: rows > 1 && height < 24 ? `${96 - ((row * 23) % 40)}%` : undefined }}
        />
      ))}
    </div>
  );
}
