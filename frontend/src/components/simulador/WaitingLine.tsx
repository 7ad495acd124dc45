import { plural } from "../../lib/format";
import type { BufferItem } from "../../services/types";
import { Countdown } from "../ui/Countdown";
import { CountdownBar } from "../ui/CountdownBar";
import styles from "./WaitingLine.module.css";

/** In the chat itself: the wait of the buffer, then the dots of somebody writing. */
export function WaitingLine({ item }: { item: BufferItem }) {
  if (item.estado === "processando") {
    return (
      <p className={styles.typing}>
        <span className="sr-only">A empresa está digitando</span>
        <span className={styles.dot} />
        <span className={styles.dot} />
        <span className={styles.dot} />
      </p>
    );
  }
  const last = item.mensagens.at(-1);
  if (item.vence_em === null || !last) return null;
  return (
    <div className={styles.wait}>
      <p className={styles.words}>
        {plural(item.mensagens.length, "mensagem no buffer", "mensagens no buffer")}
        <Countdown until={item.vence_em} />
      </p>
      <CountdownBar from={last.created_at} until={item.vence_em} />
    </div>
  );
}
