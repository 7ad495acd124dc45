import { NavLink } from "react-router";
import { useNow } from "../../lib/clock";
import { summaryOf } from "../../lib/conversation";
import { formatFull, formatPhone, formatRelative } from "../../lib/format";
import type { ConversaResumo } from "../../services/types";
import { Avatar } from "../ui/Avatar";
import { Badge } from "../ui/Badge";
import styles from "./ConversaRow.module.css";

interface Props {
  slug: string;
  conversa: ConversaResumo;
}

export function ConversaRow({ slug, conversa }: Props) {
  const now = useNow();
  const last = conversa.ultima_mensagem;
  const when = last?.created_at ?? conversa.created_at;
  const phone = formatPhone(conversa.cliente.telefone);
  return (
    <NavLink className={styles.row ?? ""} to={`/admin/${slug}/conversas/${conversa.id}`}>
      <Avatar name={conversa.cliente.nome} />
      <span className={styles.words}>
        <span className={styles.head}>
          <span className={styles.name}>{conversa.cliente.nome ?? (phone || "Cliente sem nome")}</span>
          <time className={styles.when} dateTime={when} title={formatFull(when)}>
            {formatRelative(when, now)}
          </time>
        </span>
        <span className={styles.foot}>
          <span className={styles.last}>
            {last ? (
              <>
                {last.direcao === "saida" && <span className={styles.us}>Nós: </span>}
                {summaryOf(last)}
              </>
            ) : (
              "Sem mensagens"
            )}
          </span>
          {conversa.atendido_por === "pessoa" && <Badge>Com pessoa</Badge>}
        </span>
      </span>
    </NavLink>
  );
}
