import { describe, expect, test } from "vitest";
import { formatCalendarDay, formatCountdown, formatDay, formatPhone, formatRelative, formatSize, initials, plural } from "./format";

const NOW = new Date(2026, 10, 23, 15, 0).getTime();
const ago = (ms: number) => new Date(NOW - ms).toISOString();

describe("formats", () => {
  test.each([
    ["+5511987654321", "(11) 98765-4321"],
    ["whatsapp:+551140000007", "(11) 4000-0007"],
    ["+14155238886", "+14155238886"],
    ["BR.1a2b3c", "BR.1a2b3c"],
    [null, ""],
  ])("phone %s reads %s", (given, shown) => expect(formatPhone(given)).toBe(shown));

  test("dates are relative under a day", () => {
    expect(formatRelative(ago(20_000), NOW)).toBe("agora");
    expect(formatRelative(ago(4 * 60_000), NOW)).toBe("há 4 min");
    expect(formatRelative(ago(3 * 3_600_000), NOW)).toBe("há 3 h");
    expect(formatRelative(ago(48 * 3_600_000), NOW)).toBe("21/11");
  });

  test("days of a conversation have names while they are near", () => {
    expect(formatDay(ago(0), NOW)).toBe("Hoje");
    expect(formatDay(ago(24 * 3_600_000), NOW)).toBe("Ontem");
    expect(formatDay(ago(3 * 24 * 3_600_000), NOW)).toBe("Sexta-feira");
    expect(formatDay(ago(30 * 24 * 3_600_000), NOW)).toBe("24 de outubro");
  });

  test("a calendar day is not moved by the time zone", () => {
    expect(formatCalendarDay("2026-11-28")).toBe("Sábado, 28 de novembro");
  });

  test("a countdown rounds up and never goes below zero", () => {
    expect(formatCountdown(9_001)).toBe("10 s");
    expect(formatCountdown(1)).toBe("1 s");
    expect(formatCountdown(-500)).toBe("0 s");
  });

  test("small words", () => {
    expect(plural(1, "erro", "erros")).toBe("1 erro");
    expect(plural(1_200, "erro", "erros")).toBe("1.200 erros");
    expect(formatSize(182_044)).toBe("177,8 kB");
    expect(initials("Ana de Lima")).toBe("AL");
    expect(initials(null)).toBe("");
  });
});
