import type { ReactNode } from "react";
import { useTitle } from "../../lib/useTitle";
import styles from "./Page.module.css";

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** The way back, above the name. */
  before?: ReactNode;
  children: ReactNode;
}

/** A screen's frame: its name, one sentence about it, what one can do, and the content. */
export function Page({ title, lead, actions, before, children }: Props) {
  useTitle(title);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div className={styles.words}>
          {before && <div className={styles.before}>{before}</div>}
          <h1 className={styles.title}>{title}</h1>
          {lead && <div className={styles.lead}>{lead}</div>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}
