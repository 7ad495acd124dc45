import { Link } from "react-router";
import { useNow } from "../../lib/clock";
import { summaryOf } from "../../lib/conversation";
import { formatFull, formatRelative, plural } from "../../lib/format";
import type { BufferItem } from "../../services/types";
import { Badge } from "../ui/Badge";
import { Countdown } from "../ui/Countdown";
import { CountdownBar } from "../ui/CountdownBar";
import styles from "./BufferRow.module.css";
import { ProcessNowButton } from "./ProcessNowButton";

/** One conversation that waits, is being answered or stopped. */
export function BufferRow({ item }: { item: BufferItem }) {
  const now = useNow();
  const cliente = item.cliente.nome ?? "Cliente sem nome";
  const last = item.mensagens.at(-1);
  return (
    <article className={styles.row} aria-label={`${cliente}, ${item.empresa_nome}`}>
      <header className={styles.head}>
        <div className={styles.who}>
          <Link className={styles.name} to={`/admin/${item.empresa}/conversas/${item.id}`}>
            {cliente}
          </Link>
          <span className={styles.empresa}>{item.empresa_nome}</span>
        </div>
        <p className={styles.state}>
          {item.estado === "aguardando" && item.vence_em !== null && <Countdown until={item.vence_em} />}
          {item.estado === "aguardando" && item.vence_em === null && <Badge>Aguardando</Badge>}
          {item.estado === "processando" && <Badge tone="solid">Processando</Badge>}
          {item.estado === "parado" && <Badge tone="signal">Parado</Badge>}
        </p>
      </header>
      {item.estado === "aguardando" && last && item.vence_em !== null && (
        <CountdownBar from={last.created_at} until={item.vence_em} />
      )}
      <ul className={styles.texts} aria-label={plural(item.mensagens.length, "mensagem esperando", "mensagens esperando")}>
        {item.mensagens.map((mensagem, index) => (
          // Messages of a buffer only get appended: their place is their identity.
          <li className={styles.text} key={index}>
            <span className={styles.words} dir="auto">
              {summaryOf(mensagem)}
            </span>
            <time className={styles.when} dateTime={mensagem.created_at} title={formatFull(mensagem.created_at)}>
              {formatRelative(mensagem.created_at, now)}
            </time>
          </li>
        ))}
      </ul>
      <footer className={styles.foot}>
        {item.estado === "parado" && (
          <Link className={styles.why} to={`/admin/logs?empresa=${encodeURIComponent(item.empresa)}&nivel=WARNING`}>
            Ver o motivo nos logs
          </Link>
        )}
        {item.estado === "processando" ? (
          <p className={styles.hint}>O modelo está escrevendo a resposta.</p>
        ) : (
          <ProcessNowButton id={item.id} cliente={cliente} retry={item.estado === "parado"} />
        )}
      </footer>
    </article>
  );
}
