/** The spans of time a dashboard can be asked about. A span starts at the local midnight and is open to the future. */
import type { Period } from "../services/queries";

export const PERIODS = [
  { value: "hoje", label: "Hoje" },
  { value: "7d", label: "7 dias" },
  { value: "30d", label: "30 dias" },
  { value: "tudo", label: "Tudo" },
] as const;

export type PeriodName = (typeof PERIODS)[number]["value"];

const DAYS_BACK: Readonly<Record<Exclude<PeriodName, "tudo">, number>> = { hoje: 0, "7d": 6, "30d": 29 };

export function periodName(value: string | null): PeriodName {
  return PERIODS.find((period) => period.value === value)?.value ?? "tudo";
}

export function periodOf(name: PeriodName, today = new Date()): Period {
  if (name === "tudo") return {};
  const start = new Date(today.getFullYear(), today.getMonth(), today.getDate() - DAYS_BACK[name]);
  return { desde: start.toISOString() };
}
