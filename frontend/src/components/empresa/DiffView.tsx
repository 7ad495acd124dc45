import { plural } from "../../lib/format";
import type { Diferenca, LinhaDiferenca } from "../../services/types";
import { foldDiff } from "./diff";
import { DiffFold } from "./DiffFold";
import { DiffLine } from "./DiffLine";
import styles from "./DiffView.module.css";

function count(lines: readonly LinhaDiferenca[], tipo: LinhaDiferenca["tipo"]): number {
  return lines.filter((line) => line.tipo === tipo).length;
}

function versionName(numero: number): string {
  return numero === 0 ? "o texto vazio" : `a versão ${numero}`;
}

/** A difference to be read: the sign and the stroke say what came and went, not the colour. */
export function DiffView({ diferenca: { de, para, linhas } }: { diferenca: Diferenca }) {
  const added = count(linhas, "adicionada");
  const removed = count(linhas, "removida");
  return (
    <div className={styles.diff}>
      <p className={styles.sum}>
        De {versionName(de)} para {versionName(para)}:{" "}
        {added + removed === 0
          ? "os textos são iguais."
          : `${plural(added, "linha adicionada", "linhas adicionadas")}, ${plural(removed, "linha removida", "linhas removidas")}.`}
      </p>
      <div className={styles.lines}>
        {foldDiff(linhas).map((part) =>
          part.kind === "fold" ? <DiffFold key={part.key} lines={part.lines} /> : <DiffLine key={part.key} line={part.line} />,
        )}
      </div>
    </div>
  );
}
