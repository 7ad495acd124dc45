import { cx } from "../../lib/cx";
import { placeOf } from "../../lib/conversation";
import { formatFull, formatTime } from "../../lib/format";
import type { Mensagem } from "../../services/types";
import { Icon } from "../ui/Icon";
import { AudioPlayer } from "./AudioPlayer";
import { DeliveryStatus } from "./DeliveryStatus";
import { LocationCard } from "./LocationCard";
import styles from "./MessageBubble.module.css";
import { MidiaView } from "./MidiaView";
import { Transcript } from "./Transcript";

const SIDE_WORDS = { cliente: "Cliente", bot: "Bot", pessoa: "Pessoa da equipe" } as const;

/** What was written is rendered as text: nothing a customer types can become markup. */
export function MessageBubble({ mensagem }: { mensagem: Mensagem }) {
  const ours = mensagem.direcao === "saida";
  const place = mensagem.tipo === "localizacao" ? placeOf(mensagem.dados) : null;
  const withheld = mensagem.status === "cancelled" || mensagem.status === "parked";
  const failed = mensagem.status === "failed" || mensagem.status === "undelivered";
  return (
    <div
      className={cx(
        styles.bubble,
        ours ? styles.ours : styles.theirs,
        withheld && styles.withheld,
        failed && styles.failed,
      )}
    >
      <span className="sr-only">{SIDE_WORDS[mensagem.autor]}: </span>
      {mensagem.autor === "pessoa" && <p className={styles.author}>Equipe</p>}
      {mensagem.midias.map((midia) =>
        mensagem.tipo === "audio" ? (
          <AudioPlayer key={midia.id} midia={midia} />
        ) : (
          <MidiaView key={midia.id} midia={midia} tipo={mensagem.tipo} />
        ),
      )}
      {mensagem.tipo === "audio" && <Transcript mensagem={mensagem} />}
      {place && <LocationCard place={place} />}
      {mensagem.texto && (mensagem.tipo !== "audio" || mensagem.texto !== mensagem.transcricao) && (
        <p className={styles.text} dir="auto">
          {mensagem.texto}
        </p>
      )}
      {!mensagem.texto && mensagem.midias.length === 0 && !place && mensagem.tipo !== "audio" && (
        <p className={styles.unknown}>Conteúdo que o painel não sabe mostrar</p>
      )}
      <p className={styles.foot}>
        {mensagem.destino === "nao_responder" && (
          <span className={styles.reason}>
            Não respondida{mensagem.motivo ? `: ${mensagem.motivo}` : ""}
          </span>
        )}
        <time dateTime={mensagem.created_at} title={formatFull(mensagem.created_at)}>
          {formatTime(mensagem.created_at)}
        </time>
        {mensagem.status && <DeliveryStatus status={mensagem.status} />}
      </p>
      {mensagem.erro && (
        <p className={styles.error}>
          <Icon name="alert" size={14} />
          {mensagem.erro}
        </p>
      )}
    </div>
  );
}
