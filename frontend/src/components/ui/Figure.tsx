import { useEffect, useRef, useState } from "react";
import { formatNumber } from "../../lib/format";
import styles from "./Figure.module.css";
import { Skeleton } from "./Skeleton";

const DURATION_MS = 200;

interface Props {
  label: string;
  value: number | undefined;
}

/** A number that counts up once when it changes. */
export function Figure({ label, value }: Props) {
  const [shown, setShown] = useState(value);
  const from = useRef(value);

  useEffect(() => {
    if (value === undefined) return;
    const start = from.current ?? value;
    const still = start === value || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const begun = performance.now();
    let frame = requestAnimationFrame(function step(time) {
      const progress = still ? 1 : Math.min(1, Math.max(0, time - begun) / DURATION_MS);
      setShown(Math.round(start + (value - start) * (1 - (1 - progress) ** 3)));
      if (progress < 1) frame = requestAnimationFrame(step);
    });
    from.current = value;
    return () => cancelAnimationFrame(frame);
  }, [value]);

  const known = shown ?? value;
  return (
    <div className={styles.figure}>
      <dt className={styles.label}>{label}</dt>
      <dd className={styles.value}>{known === undefined ? <Skeleton height={34} /> : formatNumber(known)}</dd>
    </div>
  );
}
