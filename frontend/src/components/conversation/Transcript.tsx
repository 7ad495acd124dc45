import type { Mensagem } from "../../services/types";
import styles from "./MessageBubble.module.css";

/** What a voice note says, or why that is not known. */
export function Transcript({ mensagem }: { mensagem: Mensagem }) {
  if (mensagem.transcricao) {
    return (
      <p className={styles.transcript} dir="auto">
        <span className={styles.caption}>Transcrição</span>
        {mensagem.transcricao}
      </p>
    );
  }
  if (mensagem.transcricao_estado === "pendente") return <p className={styles.caption}>Transcrevendo…</p>;
  if (mensagem.transcricao_estado === "falhou") return <p className={styles.caption}>Não foi possível transcrever este áudio.</p>;
  return null;
}
