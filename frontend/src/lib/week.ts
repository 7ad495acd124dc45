/** The days of a week and the calendar of an empresa, which is that of its own time zone. */
import type { DiaSemana, Faixa, Horarios } from "../services/types";

export const WEEK: readonly { key: DiaSemana; label: string }[] = [
  { key: "seg", label: "Segunda" },
  { key: "ter", label: "Terça" },
  { key: "qua", label: "Quarta" },
  { key: "qui", label: "Quinta" },
  { key: "sex", label: "Sexta" },
  { key: "sab", label: "Sábado" },
  { key: "dom", label: "Domingo" },
];

export const MAX_RANGES = 4;
export const USUAL_RANGE: Faixa = ["11:00", "23:00"];

export const CLOSED_WEEK: Horarios = { seg: [], ter: [], qua: [], qui: [], sex: [], sab: [], dom: [] };

/** The next range to offer after the ones there are: an evening after a lunch. */
export function nextRange(ranges: readonly Faixa[]): Faixa {
  const last = ranges.at(-1);
  if (!last) return USUAL_RANGE;
  const hour = Math.min(22, Number(last[1].slice(0, 2)) + 2);
  return [`${String(hour).padStart(2, "0")}:00`, "23:30"];
}

/** "18:00 às 23:30", with a word when the night goes on past midnight. */
export function rangeText([start, end]: Faixa): string {
  return `${start} às ${end}${end <= start ? " do dia seguinte" : ""}`;
}

export function rangesText(ranges: readonly Faixa[]): string {
  return ranges.length === 0 ? "Fechado" : ranges.map(rangeText).join(" e ");
}

/** The day it is there, as 2026-12-25. */
export function dayIn(timeZone: string, now: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
}

/** "18", "1830", "18h30" and "18:30" are the same kind of hour; what is no hour is null. */
export function parseTime(text: string): string | null {
  const found = /^(\d{1,2})(?:[:h.]?([0-5]\d))?h?$/i.exec(text.trim());
  const hour = Number(found?.[1]);
  if (!found || hour > 23) return null;
  return `${String(hour).padStart(2, "0")}:${found[2] ?? "00"}`;
}
