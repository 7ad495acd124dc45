import { useId, useState } from "react";
import { useNow } from "../../lib/clock";
import { cx } from "../../lib/cx";
import { formatFull, formatLogTime } from "../../lib/format";
import type { Log } from "../../services/types";
import { Icon } from "../ui/Icon";
import styles from "./LogRow.module.css";

const LEVEL_WORDS = { INFO: "info", WARNING: "aviso", ERROR: "erro", CRITICAL: "crítico" } as const;

/** One line; it opens into the ids that tell its story. */
export function LogRow({ log }: { log: Log }) {
  const now = useNow();
  const [open, setOpen] = useState(false);
  const details = useId();
  const failure = log.nivel === "ERROR" || log.nivel === "CRITICAL";
  return (
    <div className={styles.entry}>
      <button type="button" className={styles.line} aria-expanded={open} aria-controls={details} onClick={() => setOpen(!open)}>
        <time className={styles.when} dateTime={log.created_at} title={formatFull(log.created_at)}>
          {formatLogTime(log.created_at, now)}
        </time>
        <span className={cx(styles.level, failure && styles.failure, log.nivel === "WARNING" && styles.warning)}>
          {failure && <Icon name="alert" size={14} />}
          {LEVEL_WORDS[log.nivel]}
        </span>
        <span className={styles.empresa}>{log.empresa_nome ?? "sistema"}</span>
        <span className={styles.text}>{log.mensagem}</span>
      </button>
      <dl className={styles.details} id={details} hidden={!open}>
        <div>
          <dt>Código</dt>
          <dd>{log.code}</dd>
        </div>
        <div>
          <dt>Registro</dt>
          <dd>{log.id}</dd>
        </div>
        {log.turno_id !== null && (
          <div>
            <dt>Turno</dt>
            <dd>{log.turno_id}</dd>
          </div>
        )}
        {log.request_id && (
          <div>
            <dt>Pedido</dt>
            <dd>{log.request_id}</dd>
          </div>
        )}
        <div>
          <dt>Quando</dt>
          <dd>{formatFull(log.created_at)}</dd>
        </div>
      </dl>
    </div>
  );
}
