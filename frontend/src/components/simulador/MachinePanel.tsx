import { Link } from "react-router";
import { summaryOf } from "../../lib/conversation";
import { formatNumber, plural } from "../../lib/format";
import type { Empresa } from "../../services/types";
import { ProcessNowButton } from "../buffer/ProcessNowButton";
import { DeliveryStatus } from "../conversation/DeliveryStatus";
import { Badge } from "../ui/Badge";
import { Countdown } from "../ui/Countdown";
import { CountdownBar } from "../ui/CountdownBar";
import styles from "./MachinePanel.module.css";
import { MachineStep } from "./MachineStep";
import { stationsOf } from "./stations";
import type { Machine, Turn } from "./useMachine";
import type { Delivery } from "./useOutbox";

interface Props {
  empresa: Empresa;
  machine: Machine;
  deliveries: readonly Delivery[];
  customerName: string;
}

const SECONDS = new Intl.NumberFormat("pt-BR", { maximumFractionDigits: 1 });

function replyTime(turn: Turn): string | null {
  const asked = turn.questions.at(-1);
  const answered = turn.parts[0];
  if (!asked || !answered) return null;
  const elapsed = (Date.parse(answered.created_at) - Date.parse(asked.created_at)) / 1_000;
  return elapsed >= 0 ? `${SECONDS.format(elapsed)} s` : null;
}

function webhookState(last: Delivery | undefined, accepted: number): string {
  if (!last) return "Nada enviado ainda.";
  if (last.state === "sending") return "Entregando, com a assinatura da Twilio…";
  if (last.state === "refused") return last.problem ?? "Recusada.";
  return `${plural(accepted, "mensagem guardada", "mensagens guardadas")}; a última em ${formatNumber(Math.round(last.tookMs ?? 0))} ms, resposta ${last.result?.status_code ?? ""}.`;
}

/** The whole machine in four stations: what came in, what waits, what the model makes of it, what went out. */
export function MachinePanel({ empresa, machine, deliveries, customerName }: Props) {
  const { buffer, conversaId } = machine;
  const { last, waiting, thinking, stopped, answered, phases } = stationsOf(machine, deliveries);
  const accepted = deliveries.filter(({ state }) => state === "accepted").length;
  const lastWaiting = buffer?.mensagens.at(-1);
  const took = answered && replyTime(answered);

  return (
    <section className={styles.panel} aria-label="Caminho da mensagem">
      <ol>
        <MachineStep
          icon="webhook"
          title="Webhook"
          phase={phases.webhook}
          state={webhookState(last, accepted)}
          aside={empresa.simulada.twilio && <Badge tone="dashed">Twilio simulada</Badge>}
        />
        <MachineStep
          icon="timer"
          title="Buffer"
          phase={phases.buffer}
          state={
            waiting && buffer && buffer.vence_em !== null ? (
              <span className={styles.countdown}>
                <Countdown until={buffer.vence_em} />
                <span className={styles.unit}>para juntar tudo numa pergunta</span>
              </span>
            ) : stopped ? (
              "Parado depois de falhar. Tente de novo ou veja os logs."
            ) : empresa.usar_buffer ? (
              "Vazio. Cada nova mensagem recomeça a contagem."
            ) : (
              "Desligado nesta empresa: cada mensagem é respondida na hora."
            )
          }
        >
          {buffer && !thinking && (
            <>
              {waiting && lastWaiting && buffer.vence_em !== null && (
                <CountdownBar from={lastWaiting.created_at} until={buffer.vence_em} />
              )}
              <ul className={styles.texts}>
                {buffer.mensagens.map((mensagem, index) => (
                  <li className={styles.text} key={index} dir="auto">
                    {summaryOf(mensagem)}
                  </li>
                ))}
              </ul>
              <div>
                <ProcessNowButton id={buffer.id} cliente={customerName} retry={stopped} />
              </div>
            </>
          )}
        </MachineStep>
        <MachineStep
          icon="bot"
          title="Modelo"
          phase={phases.model}
          state={
            thinking
              ? `Lendo ${plural(buffer?.mensagens.length ?? 0, "mensagem", "mensagens")} e escrevendo a resposta…`
              : answered
                ? `${plural(answered.questions.length, "mensagem virou", "mensagens viraram")} uma pergunta.`
                : "Espera o buffer."
          }
          aside={empresa.simulada.openai ? <Badge tone="dashed">modelo simulado</Badge> : <Badge>OpenAI</Badge>}
        >
          {answered && answered.questions.length > 1 && (
            <ul className={styles.joined} aria-label="Lidas juntas">
              {answered.questions.map((mensagem) => (
                <li key={mensagem.id} dir="auto">
                  {mensagem.transcricao ?? summaryOf(mensagem)}
                </li>
              ))}
            </ul>
          )}
        </MachineStep>
        <MachineStep
          icon="send"
          title="Resposta"
          phase={phases.reply}
          state={
            answered
              ? `${plural(answered.parts.length, "parte enviada", "partes enviadas")}${took ? `, ${took} depois da última mensagem` : ""}.`
              : "Sai pela Twilio quando o modelo termina."
          }
        >
          {answered && (
            <ul className={styles.parts}>
              {answered.parts.map((part) => (
                <li className={styles.part} key={part.id}>
                  <span className={styles.partText} dir="auto">
                    {summaryOf(part)}
                  </span>
                  {part.status && <DeliveryStatus status={part.status} />}
                </li>
              ))}
            </ul>
          )}
          {conversaId !== null && (
            <Link className={styles.open} to={`/admin/${empresa.slug}/conversas/${conversaId}`}>
              Ver a conversa no painel
            </Link>
          )}
        </MachineStep>
      </ol>
      {empresa.simulada.openai && (
        <p className={styles.honest}>
          As respostas vêm de um modelo simulado, feito para experimentar sem conta. Com uma chave da OpenAI na empresa, o caminho
          é o mesmo e quem responde é o modelo de verdade.
        </p>
      )}
    </section>
  );
}
