import type { AuditChange } from "../../lib/audit";
import styles from "./AuditoriaRow.module.css";

/** "situação: ativo → pausado". */
export function AuditoriaChange({ change: { field, from, to } }: { change: AuditChange }) {
  return (
    <li className={styles.change}>
      <span className={styles.field}>{field}:</span>{" "}
      {from !== null && (
        <>
          <span className={styles.from}>{from}</span>{" "}
          <span aria-hidden="true">→</span>
          <span className="sr-only">passou a</span>{" "}
        </>
      )}
      <span>{to}</span>
    </li>
  );
}
