import { describe, expect, test } from "vitest";
import { formatMoney, parseMoney } from "./money";

describe("money", () => {
  test.each([
    ["58", 5800],
    ["58,5", 5850],
    ["58,00", 5800],
    ["R$ 58,00", 5800],
    ["r$1.234,56", 123456],
    ["58.00", 5800],
    ["1.234", 123400],
    ["0,05", 5],
  ])("%s is understood", (text, centavos) => {
    expect(parseMoney(text)).toBe(centavos);
  });

  test.each(["", "abc", "-5", "5,123", "1.23.4", "5,0,0", "12.3456"])("%s is no price", (text) => {
    expect(parseMoney(text)).toBeNull();
  });

  test("what is written can be read back", () => {
    for (const centavos of [0, 5, 5800, 123456, 100000000]) expect(parseMoney(formatMoney(centavos))).toBe(centavos);
    expect(formatMoney(123456)).toBe("R$ 1.234,56");
  });
});
