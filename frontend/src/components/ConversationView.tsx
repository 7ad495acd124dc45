import { useParams } from "react-router";
import { cx } from "../lib/cx";
import { useTitle } from "../lib/useTitle";
import { ConversaList } from "./conversation/ConversaList";
import { Thread } from "./conversation/Thread";
import styles from "./ConversationView.module.css";
import { EmptyState } from "./ui/EmptyState";

/** The conversations of a company: list and thread side by side on a desk, one after the other on a phone. */
export default function ConversationView() {
  const { slug = "", id } = useParams();
  useTitle(id === undefined ? "Conversas" : null);
  return (
    <div className={cx(styles.view, id !== undefined && styles.open)}>
      <div className={styles.list}>
        <ConversaList slug={slug} aside={id !== undefined} />
      </div>
      <div className={styles.thread}>
        {id === undefined ? (
          <EmptyState icon="chat" title="Nenhuma conversa aberta">
            Escolha uma conversa ao lado para ler o que o cliente escreveu e o que foi respondido.
          </EmptyState>
        ) : (
          <Thread key={id} slug={slug} id={id} />
        )}
      </div>
    </div>
  );
}
