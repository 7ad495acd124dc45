import { cx } from "../../lib/cx";
import { ApiError, sentenceOf } from "../../services/errors";
import { Button } from "./Button";
import { Icon } from "./Icon";
import styles from "./State.module.css";

interface Props {
  error: unknown;
  /** What could not be done, said first. */
  title?: string;
  onRetry?: () => void;
}

const TITLES: Readonly<Record<string, string>> = {
  sem_permissao: "Você não tem acesso a esta parte",
  nao_encontrado: "Não encontrado",
  sem_conexao: "Sem conexão",
};

export function ErrorState({ error, title, onRetry }: Props) {
  const known = error instanceof ApiError ? error : null;
  // Asking again changes nothing when the answer was about the person or the address.
  const final = known?.status === 403 || known?.status === 404;
  return (
    <div className={cx(styles.state, styles.failed)} role="alert">
      <span className={styles.mark}>
        <Icon name={known?.status === 403 ? "shield" : known?.code === "sem_conexao" ? "offline" : "alert"} size={22} />
      </span>
      <p className={styles.title}>{(known && TITLES[known.code]) ?? title ?? "Não foi possível carregar"}</p>
      <p className={styles.text}>{sentenceOf(error)}</p>
      {onRetry && !final && (
        <div className={styles.action}>
          <Button icon="repeat" onClick={onRetry}>
            Tentar de novo
          </Button>
        </div>
      )}
    </div>
  );
}
