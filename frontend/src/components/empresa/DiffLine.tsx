import type { LinhaDiferenca } from "../../services/types";
import styles from "./DiffView.module.css";

/** One line of a prompt, always as text. */
export function DiffLine({ line: { tipo, texto } }: { line: LinhaDiferenca }) {
  const text = texto === "" ? "\u00a0" : texto;
  return (
    <div className={styles.line} data-kind={tipo}>
      <span className={styles.sign} aria-hidden="true">
        {tipo === "adicionada" ? "+" : tipo === "removida" ? "−" : ""}
      </span>
      {tipo === "adicionada" ? (
        <ins>
          <span className="sr-only">Adicionada: </span>
          {text}
        </ins>
      ) : tipo === "removida" ? (
        <del>
          <span className="sr-only">Removida: </span>
          {text}
        </del>
      ) : (
        <span>{text}</span>
      )}
    </div>
  );
}
