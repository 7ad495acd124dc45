import type { ReactNode } from "react";
import styles from "./SystemLine.module.css";

/** What is not said by anybody: a day, an event. */
export function SystemLine({ children }: { children: ReactNode }) {
  return <p className={styles.line}>{children}</p>;
}
