import type { ReactNode } from "react";
import styles from "./Figures.module.css";

export function Figures({ label, children }: { label: string; children: ReactNode }) {
  return (
    <dl className={styles.figures} aria-label={label}>
      {children}
    </dl>
  );
}
