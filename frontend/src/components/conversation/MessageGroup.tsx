import { cx } from "../../lib/cx";
import type { BubbleGroup } from "../../lib/conversation";
import { plural } from "../../lib/format";
import { MessageBubble } from "./MessageBubble";
import styles from "./MessageGroup.module.css";

/** Bubbles of one side in one turn; a bracket joins the texts that became one question. */
export function MessageGroup({ group }: { group: BubbleGroup }) {
  return (
    <div className={cx(styles.group, group.direcao === "saida" ? styles.ours : styles.theirs, group.joined && styles.joined)}>
      <ul className={styles.bubbles}>
        {group.mensagens.map((mensagem) => (
          <li className={styles.item} key={mensagem.id}>
            <MessageBubble mensagem={mensagem} />
          </li>
        ))}
      </ul>
      {group.joined && (
        <p className={styles.note}>{plural(group.mensagens.length, "mensagem", "mensagens")} lidas como uma pergunta</p>
      )}
    </div>
  );
}
