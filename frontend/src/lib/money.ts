/** Money is whole centavos everywhere but on the screen, where it is written and read as in Brazil. */
const REAIS = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });

/** R$ 1.234,56, with a plain space so that it can be searched and compared. */
export function formatMoney(centavos: number): string {
  return REAIS.format(centavos / 100).replace(/\u00a0/g, " ");
}

/** "58", "58,5", "R$ 1.234,50" and "58.00" are understood; what is no price is null. */
export function parseMoney(text: string): number | null {
  const bare = text.replace(/R\$/i, "").replace(/\s/g, "");
  // A dot before exactly three digits separates thousands; before one or two, and alone, it is a decimal point.
  const plain = /^\d+\.\d{1,2}$/.test(bare) ? bare.replace(".", ",") : bare;
  const found = /^(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{1,2}))?$/.exec(plain);
  if (!found?.[1]) return null;
  const reais = Number(found[1].replace(/\./g, ""));
  const centavos = reais * 100 + Number((found[2] ?? "").padEnd(2, "0"));
  return Number.isSafeInteger(centavos) ? centavos : null;
}
