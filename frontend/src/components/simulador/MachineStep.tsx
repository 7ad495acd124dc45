import type { ReactNode } from "react";
import { cx } from "../../lib/cx";
import { Icon } from "../ui/Icon";
import type { IconName } from "../ui/icons";
import { PHASE_WORDS, type Phase } from "./stations";
import styles from "./MachineStep.module.css";

interface Props {
  icon: IconName;
  title: string;
  /** What is true now, in a few words. */
  state: ReactNode;
  phase: Phase;
  aside?: ReactNode;
  children?: ReactNode;
}

/** One station on the way of a message. */
export function MachineStep({ icon, title, state, phase, aside, children }: Props) {
  return (
    <li className={cx(styles.step, styles[phase])}>
      <span className={styles.mark}>
        <Icon name={phase === "failed" ? "alert" : icon} size={18} />
        <span className="sr-only">{PHASE_WORDS[phase]}</span>
      </span>
      <div className={styles.words}>
        <div className={styles.head}>
          <h3 className={styles.title}>{title}</h3>
          {aside}
        </div>
        <div className={styles.state}>{state}</div>
        {children}
      </div>
    </li>
  );
}
