import { useNow } from "../../lib/clock";
import { cx } from "../../lib/cx";
import { formatDay } from "../../lib/format";
import { useStickToEnd } from "../../lib/useStickToEnd";
import type { Empresa } from "../../services/types";
import { SystemLine } from "../conversation/SystemLine";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { ErrorState } from "../ui/ErrorState";
import { Composer } from "./Composer";
import type { ChatLine } from "./chat";
import { LiveReply } from "./LiveReply";
import { PhoneBubble } from "./PhoneBubble";
import styles from "./PhoneScreen.module.css";
import type { Machine } from "./useMachine";
import type { Draft } from "./useOutbox";
import { WaitingLine } from "./WaitingLine";

interface Props {
  empresa: Empresa;
  lines: readonly ChatLine[];
  loading: boolean;
  error: unknown;
  machine: Machine;
  onSend: (draft: Draft) => void;
  onExample: () => void;
  lastSid: string | null;
}

/** The customer's phone: their messages on the right, the company's on the left. */
export function PhoneScreen({ empresa, lines, loading, error, machine, onSend, onExample, lastSid }: Props) {
  const now = useNow();
  const thinking = machine.buffer?.estado === "processando";
  const last = lines.at(-1);
  const end = useStickToEnd(`${last?.key ?? ""}-${machine.buffer?.estado ?? ""}`);
  const first = lines[0];

  return (
    <section className={styles.phone} aria-label={`Celular do cliente, conversa com ${empresa.nome}`}>
      <header className={styles.head}>
        <Avatar name={empresa.nome} />
        <div className={styles.who}>
          <h2 className={styles.name}>{empresa.nome}</h2>
          <p className={styles.presence}>{thinking ? "digitando…" : "conta comercial"}</p>
        </div>
      </header>
      {/* A region that scrolls must be reachable by the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.chat} ref={end} tabIndex={0} role="region" aria-label="Mensagens do celular">
        {error !== null && lines.length === 0 && <ErrorState error={error} title="O simulador não respondeu" />}
        {error === null && !loading && lines.length === 0 && (
          <div className={styles.welcome}>
            <p className={styles.welcomeTitle}>Você é o cliente</p>
            <p className={styles.welcomeText}>
              Escreva como no WhatsApp. Mensagens seguidas esperam juntas no buffer e recebem uma resposta só.
            </p>
            <Button variant="primary" icon="play" onClick={onExample}>
              Enviar três mensagens seguidas
            </Button>
          </div>
        )}
        {first && <SystemLine>{formatDay(first.at, now)}</SystemLine>}
        <ul className={styles.lines}>
          {lines.map((line) => (
            <li key={line.key} className={cx(styles.line, line.mine && styles.mine)}>
              <PhoneBubble line={line} />
            </li>
          ))}
        </ul>
        {machine.buffer && machine.buffer.estado !== "parado" && <WaitingLine item={machine.buffer} />}
      </div>
      <LiveReply lines={lines} />
      <Composer onSend={onSend} lastSid={lastSid} />
    </section>
  );
}
