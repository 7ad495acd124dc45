/** Folds the long unchanged stretches of a difference, leaving a little around each change. */
import type { LinhaDiferenca } from "../../services/types";

const CONTEXT = 2;
/** A fold that hides less than this saves nothing. */
const WORTH = 3;

export type DiffPart = { kind: "line"; key: number; line: LinhaDiferenca } | { kind: "fold"; key: number; lines: LinhaDiferenca[] };

export function foldDiff(lines: readonly LinhaDiferenca[]): DiffPart[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ tipo }) => tipo !== "igual"),
  );
  const parts: DiffPart[] = [];
  let index = 0;
  while (index < lines.length) {
    let end = index;
    while (end < lines.length && !near[end]) end += 1;
    if (end - index >= WORTH) {
      parts.push({ kind: "fold", key: index, lines: lines.slice(index, end) });
      index = end;
      continue;
    }
    for (const stop = Math.max(end, index + 1); index < stop; index += 1) {
      const line = lines[index];
      if (line) parts.push({ kind: "line", key: index, line });
    }
  }
  return parts;
}
