import { WordMark } from "../WordMark";
import styles from "./Splash.module.css";

/** The moment between opening the page and knowing who is there. */
export function Splash() {
  return (
    <div className={styles.splash} role="status">
      <WordMark />
      <span className="sr-only">Abrindo o painel…</span>
    </div>
  );
}
