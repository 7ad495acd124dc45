import { describe, expect, test } from "vitest";
import { slugOf } from "./slug";
import { dayIn, nextRange, parseTime, rangesText } from "./week";

describe("week", () => {
  test("hours are read as a sentence, and a night past midnight says so", () => {
    expect(rangesText([])).toBe("Fechado");
    expect(rangesText([["11:30", "15:00"], ["18:00", "01:00"]])).toBe("11:30 às 15:00 e 18:00 às 01:00 do dia seguinte");
  });

  test.each([
    ["18", "18:00"],
    ["1830", "18:30"],
    ["9h15", "09:15"],
    ["00:30", "00:30"],
    ["18h", "18:00"],
  ])("%s is an hour", (text, time) => {
    expect(parseTime(text)).toBe(time);
  });

  test.each(["", "24:00", "18:60", "8:5", "noite"])("%s is no hour", (text) => {
    expect(parseTime(text)).toBeNull();
  });

  test("the next range comes after the last one", () => {
    expect(nextRange([["11:30", "15:00"]])).toEqual(["17:00", "23:30"]);
    expect(nextRange([])).toEqual(["11:00", "23:00"]);
  });

  test("today is the empresa's day, not the reader's", () => {
    const instant = Date.parse("2026-12-25T02:00:00Z");
    expect(dayIn("America/Sao_Paulo", instant)).toBe("2026-12-24");
    expect(dayIn("America/Noronha", instant)).toBe("2026-12-25");
  });
});

describe("slug", () => {
  test.each([
    ["Cantina da Nonna", "cantina-da-nonna"],
    ["  Pão & Açúcar!  ", "pao-e-acucar"],
    ["Umas e Ostras — Bar", "umas-e-ostras-bar"],
    ["!!!", ""],
  ])("%s becomes %s", (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });
});
