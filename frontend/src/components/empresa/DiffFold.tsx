import { useState } from "react";
import { plural } from "../../lib/format";
import type { LinhaDiferenca } from "../../services/types";
import { DiffLine } from "./DiffLine";
import styles from "./DiffView.module.css";

/** Unchanged lines, out of the way until asked for. */
export function DiffFold({ lines }: { lines: readonly LinhaDiferenca[] }) {
  const [open, setOpen] = useState(false);
  if (open) return lines.map((line, index) => <DiffLine key={index} line={line} />);
  return (
    <button type="button" className={styles.fold} onClick={() => setOpen(true)}>
      Mostrar {plural(lines.length, "linha igual", "linhas iguais")}
    </button>
  );
}
