import { describe, expect, test } from "vitest";
import type { LinhaDiferenca } from "../../services/types";
import { foldDiff } from "./diff";

const same = (count: number): LinhaDiferenca[] => Array.from({ length: count }, (_, n) => ({ tipo: "igual", texto: `linha ${n}` }));
const added: LinhaDiferenca = { tipo: "adicionada", texto: "nova" };

describe("difference", () => {
  test("long unchanged stretches are folded, two lines stay around a change", () => {
    const parts = foldDiff([...same(10), added, ...same(10)]);
    expect(parts.map((part) => (part.kind === "fold" ? part.lines.length : part.line.tipo))).toEqual([
      8, "igual", "igual", "adicionada", "igual", "igual", 8,
    ]);
  });

  test("what is too short to be worth a fold is shown", () => {
    expect(foldDiff([...same(4), added]).every(({ kind }) => kind === "line")).toBe(true);
  });

  test("no line is lost, whatever the mixture", () => {
    const lines = [...same(7), added, ...same(2), added, ...same(30)];
    const told = foldDiff(lines).flatMap((part) => (part.kind === "fold" ? part.lines : [part.line]));
    expect(told).toEqual(lines);
  });

  test("equal texts are one fold", () => {
    expect(foldDiff(same(5))).toHaveLength(1);
    expect(foldDiff([])).toEqual([]);
  });
});
