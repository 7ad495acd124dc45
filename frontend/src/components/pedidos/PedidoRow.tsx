import { Link } from "react-router";
import { formatTime } from "../../lib/format";
import { formatMoney } from "../../lib/money";
import { moveStatus, pedidosKey } from "../../services/pedidos";
import type { Pedido } from "../../services/types";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { useChange } from "../ui/useChange";
import styles from "./PedidoRow.module.css";

type Status = Pedido["status"];

const WORDS: Record<Status, { word: string; tone: "solid" | "dashed" | "plain" }> = {
  recebido: { word: "Recebido", tone: "dashed" },
  aceito: { word: "Aceito", tone: "solid" },
  pronto: { word: "Pronto", tone: "solid" },
  entregue: { word: "Entregue", tone: "plain" },
  recusado: { word: "Recusado", tone: "plain" },
  cancelado: { word: "Cancelado", tone: "plain" },
};
/** What may follow each state, the usual step first. */
const STEPS: Record<Status, [Status, string][]> = {
  recebido: [
    ["aceito", "Aceitar pedido"],
    ["recusado", "Recusar"],
  ],
  aceito: [
    ["pronto", "Marcar pronto"],
    ["cancelado", "Cancelar pedido"],
  ],
  pronto: [["entregue", "Marcar entregue"]],
  entregue: [],
  recusado: [],
  cancelado: [],
};

export function PedidoRow({ slug, pedido }: { slug: string; pedido: Pedido }) {
  const change = useChange({
    run: (status: Status) => moveStatus(slug, pedido.id, status),
    refresh: pedidosKey(slug),
    done: (_, status) => `Pedido ${pedido.codigo}: ${WORDS[status].word.toLowerCase()}.`,
    loud: true,
  });
  const { word, tone } = WORDS[pedido.status];
  const who = pedido.nome ?? pedido.cliente.nome ?? "Cliente";
  return (
    <article className={styles.row} aria-label={`Pedido ${pedido.codigo}, de ${who}`}>
      <header className={styles.head}>
        <p className={styles.name}>
          {who} <span className={styles.code}>{pedido.codigo}</span>
        </p>
        <time className={styles.when} dateTime={pedido.created_at}>
          {formatTime(pedido.created_at)}
        </time>
        <Badge tone={tone}>{word}</Badge>
        <Link
          className={styles.open}
          to={`/admin/${slug}/conversas/${pedido.conversa_id}`}
          aria-label={`Abrir a conversa de ${who}`}
          title="Abrir a conversa"
        >
          <Icon name="chat" />
        </Link>
      </header>
      <ul className={styles.items}>
        {pedido.itens.map((item, place) => (
          <li key={place}>
            <span>
              {item.quantidade} × {item.nome}
              {item.observacao && <span className={styles.note}> ({item.observacao})</span>}
            </span>
            <span>{formatMoney(item.quantidade * item.preco_centavos)}</span>
          </li>
        ))}
        {pedido.taxa_centavos > 0 && (
          <li>
            <span>Entrega</span>
            <span>{formatMoney(pedido.taxa_centavos)}</span>
          </li>
        )}
        <li className={styles.total}>
          <span>Total</span>
          <span>{formatMoney(pedido.total_centavos)}</span>
        </li>
      </ul>
      <p className={styles.about}>
        {pedido.modo === "entrega" ? `Entregar em ${pedido.endereco}` : "Retirada no local"}
        {pedido.observacoes && ` · ${pedido.observacoes}`}
      </p>
      {STEPS[pedido.status].length > 0 && (
        <div className={styles.steps}>
          {STEPS[pedido.status].map(([status, label], place) => (
            <Button
              key={status}
              variant={place === 0 ? "primary" : "quiet"}
              working={change.isPending && change.variables === status}
              onClick={() => change.mutate(status)}
            >
              {label}
            </Button>
          ))}
        </div>
      )}
    </article>
  );
}
