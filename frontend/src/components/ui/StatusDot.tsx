import { cx } from "../../lib/cx";
import styles from "./StatusDot.module.css";

const WORDS = { ativo: "Ativo", pausado: "Pausado", inativo: "Inativo", erro: "Com erro" } as const;

interface Props {
  status: keyof typeof WORDS;
  /** The word is always there for screen readers; hidden from sight where the row is too narrow. */
  wordHidden?: boolean;
  word?: string;
}

/** States told by shape, not by hue: full, half and hollow. */
export function StatusDot({ status, wordHidden = false, word }: Props) {
  return (
    <span className={cx(styles.status, status === "erro" && styles.erro)}>
      <span className={cx(styles.dot, styles[status])} aria-hidden="true" />
      <span className={cx(wordHidden && "sr-only")}>{word ?? WORDS[status]}</span>
    </span>
  );
}
