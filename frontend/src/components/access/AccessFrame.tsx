import type { ReactNode, SubmitEventHandler } from "react";
import { useTitle } from "../../lib/useTitle";
import { WordMark } from "../WordMark";
import styles from "./AccessFrame.module.css";

interface Props {
  /** The name of the browser tab. */
  tab: string;
  title: string;
  /** What one should know before filling this in. */
  notice?: ReactNode;
  onSubmit?: SubmitEventHandler<HTMLFormElement>;
  children: ReactNode;
}

/** What stands around a form at the door: the word mark on an inverted half, the form on the other. */
export function AccessFrame({ tab, title, notice, onSubmit, children }: Props) {
  useTitle(tab);
  const content = (
    <>
      <div className={styles.words}>
        <h1 className={styles.title}>{title}</h1>
        {notice && (
          <p className={styles.notice} role="status">
            {notice}
          </p>
        )}
      </div>
      {children}
    </>
  );
  return (
    <main className={styles.access}>
      <div className={styles.brand}>
        <p className={styles.mark}>
          <WordMark />
        </p>
        <p className={styles.lead}>
          O atendente da sua empresa no WhatsApp. Junta as mensagens, entende o pedido e responde uma vez só.
        </p>
      </div>
      <div className={styles.side}>
        {onSubmit ? (
          <form className={styles.form} onSubmit={onSubmit} noValidate>
            {content}
          </form>
        ) : (
          <div className={styles.form}>{content}</div>
        )}
      </div>
    </main>
  );
}
