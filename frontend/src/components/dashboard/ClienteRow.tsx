import { Link } from "react-router";
import { useNow } from "../../lib/clock";
import { formatFull, formatPhone, formatRelative } from "../../lib/format";
import type { Cliente } from "../../services/types";
import { Avatar } from "../ui/Avatar";
import styles from "./ClienteList.module.css";

/** A customer; a tap opens their latest conversation. */
export function ClienteRow({ slug, cliente }: { slug: string; cliente: Cliente }) {
  const now = useNow();
  const phone = formatPhone(cliente.telefone);
  const content = (
    <>
      <Avatar name={cliente.nome} />
      <span className={styles.words}>
        <span className={styles.name}>{cliente.nome ?? (phone || "Cliente sem nome")}</span>
        {cliente.nome && phone && <span className={styles.phone}>{phone}</span>}
      </span>
      <time
        className={styles.when}
        dateTime={cliente.ultima_atividade_em}
        title={`Última atividade: ${formatFull(cliente.ultima_atividade_em)}`}
      >
        {formatRelative(cliente.ultima_atividade_em, now)}
      </time>
    </>
  );
  if (cliente.conversa_id === null) return <div className={styles.row}>{content}</div>;
  return (
    <Link className={styles.row} to={`/admin/${slug}/conversas/${cliente.conversa_id}`}>
      {content}
    </Link>
  );
}
