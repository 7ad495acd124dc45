import { useNow } from "../../lib/clock";
import styles from "./CountdownBar.module.css";

interface Props {
  /** When the line began to empty. */
  from: string;
  /** When it is empty. */
  until: string;
}

/** A thin line that empties as the time runs out. The seconds beside it say the same in words. */
export function CountdownBar({ from, until }: Props) {
  const now = useNow("fast");
  const whole = Date.parse(until) - Date.parse(from);
  const left = Date.parse(until) - now;
  const share = whole > 0 ? Math.min(1, Math.max(0, left / whole)) : 0;
  return (
    <div className={styles.track} aria-hidden="true">
      <div className={styles.fill} style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
