import { actText, changesOf, targetText } from "../../lib/audit";
import { useNow } from "../../lib/clock";
import { formatFull, formatRelative } from "../../lib/format";
import type { Auditoria } from "../../services/types";
import { AuditoriaChange } from "./AuditoriaChange";
import styles from "./AuditoriaRow.module.css";

interface Props {
  record: Auditoria;
  /** Said where the list is about more than one. */
  empresa: string | null;
}

/** One act: who, what, when, and each change it made. */
export function AuditoriaRow({ record, empresa }: Props) {
  const now = useNow();
  const target = targetText(record);
  const changes = changesOf(record);
  return (
    <li className={styles.row}>
      <div className={styles.head}>
        <p className={styles.act}>
          {actText(record)}
          {target && <span className={styles.target}>: {target}</span>}
        </p>
        <time className={styles.when} dateTime={record.created_at} title={formatFull(record.created_at)}>
          {formatRelative(record.created_at, now)}
        </time>
      </div>
      <p className={styles.who}>
        {record.ator === "sistema" ? "Sistema" : record.ator}
        {empresa && ` · ${empresa}`}
      </p>
      {changes.length > 0 && (
        <ul className={styles.changes}>
          {changes.map((change) => (
            <AuditoriaChange key={change.field} change={change} />
          ))}
        </ul>
      )}
    </li>
  );
}
