import { Link } from "react-router";
import { cx } from "../../lib/cx";
import { formatPhone, plural } from "../../lib/format";
import type { Reserva } from "../../services/types";
import { Badge } from "../ui/Badge";
import { Icon } from "../ui/Icon";
import styles from "./ReservaRow.module.css";

const STATUS = {
  confirmada: { word: "Confirmada", tone: "solid" },
  pendente: { word: "Pendente", tone: "dashed" },
  cancelada: { word: "Cancelada", tone: "plain" },
  nao_compareceu: { word: "Não compareceu", tone: "plain" },
} as const;

export function ReservaRow({ slug, reserva }: { slug: string; reserva: Reserva }) {
  const { word, tone } = STATUS[reserva.status];
  const off = reserva.status === "cancelada" || reserva.status === "nao_compareceu";
  return (
    <div className={styles.row}>
      <time className={cx(styles.hour, off && styles.off)} dateTime={`${reserva.data}T${reserva.horario}`}>
        {reserva.horario.slice(0, 5)}
      </time>
      <div className={styles.words}>
        <p className={styles.name}>
          {reserva.nome} <span className={styles.people}>{plural(reserva.pessoas, "pessoa", "pessoas")}</span>
        </p>
        <p className={styles.about}>
          <span className={styles.code}>{reserva.codigo}</span>
          {reserva.telefone && <span>{formatPhone(reserva.telefone)}</span>}
          {reserva.observacoes && <span>{reserva.observacoes}</span>}
        </p>
      </div>
      <span className={styles.status}>
        <Badge tone={tone}>{word}</Badge>
      </span>
      {reserva.conversa_id !== null && (
        <Link
          className={styles.open}
          to={`/admin/${slug}/conversas/${reserva.conversa_id}`}
          aria-label={`Abrir a conversa de ${reserva.nome}`}
          title="Abrir a conversa"
        >
          <Icon name="chat" />
        </Link>
      )}
    </div>
  );
}
