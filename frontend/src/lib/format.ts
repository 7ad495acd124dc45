/** How dates, numbers, phones and sizes are written in the panel (Portuguese of Brazil). */
const TIME = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const TIME_SECONDS = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("pt-BR", { day: "numeric", month: "long" });
const DAY_YEAR = new Intl.DateTimeFormat("pt-BR", { day: "numeric", month: "long", year: "numeric" });
const SHORT = new Intl.DateTimeFormat("pt-BR", { day: "2-digit", month: "2-digit" });
const SHORT_YEAR = new Intl.DateTimeFormat("pt-BR", { day: "2-digit", month: "2-digit", year: "numeric" });
const WEEKDAY = new Intl.DateTimeFormat("pt-BR", { weekday: "long" });
const FULL = new Intl.DateTimeFormat("pt-BR", { dateStyle: "full", timeStyle: "medium" });
const NUMBER = new Intl.NumberFormat("pt-BR");
const DECIMAL = new Intl.NumberFormat("pt-BR", { maximumFractionDigits: 1 });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR;

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

function daysBetween(earlier: number, later: number): number {
  return Math.round((startOfDay(later) - startOfDay(earlier)) / DAY_MS);
}

export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

export function formatTime(iso: string): string {
  return TIME.format(new Date(iso));
}

export function formatFull(iso: string): string {
  return FULL.format(new Date(iso));
}

/** "agora", "há 4 min", "há 3 h"; past a day, the date. */
export function formatRelative(iso: string, now: number): string {
  const then = Date.parse(iso);
  const age = now - then;
  if (age < MINUTE) return "agora";
  if (age < HOUR) return `há ${Math.floor(age / MINUTE)} min`;
  if (age < DAY_MS) return `há ${Math.floor(age / HOUR)} h`;
  const sameYear = new Date(then).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? SHORT : SHORT_YEAR).format(then);
}

/** The line between two days of a conversation. */
export function formatDay(iso: string, now: number): string {
  const then = Date.parse(iso);
  const days = daysBetween(then, now);
  if (days === 0) return "Hoje";
  if (days === 1) return "Ontem";
  if (days > 1 && days < 7) return capitalise(WEEKDAY.format(then));
  return (new Date(then).getFullYear() === new Date(now).getFullYear() ? DAY : DAY_YEAR).format(then);
}

/** Log lines: the time alone today, with the day before it otherwise. */
export function formatLogTime(iso: string, now: number): string {
  const then = Date.parse(iso);
  const time = TIME_SECONDS.format(then);
  return daysBetween(then, now) === 0 ? time : `${SHORT.format(then)} ${time}`;
}

/** A day written as YYYY-MM-DD, read in the place where it was written (no time zone moves it). */
export function formatCalendarDay(day: string): string {
  const [year, month, date] = day.slice(0, 10).split("-").map(Number);
  if (!year || !month || !date) return day;
  const local = new Date(year, month - 1, date);
  return capitalise(`${WEEKDAY.format(local)}, ${DAY.format(local)}`);
}

/** (11) 98765-4321 for Brazil, +CC… for the rest; what is no number at all is shown as it came. */
export function formatPhone(address: string | null | undefined): string {
  if (!address) return "";
  const bare = address.replace(/^whatsapp:/, "");
  const digits = bare.replace(/\D/g, "");
  const brazil = /^55(\d{2})(9?\d{4})(\d{4})$/.exec(digits);
  if (brazil) return `(${brazil[1] ?? ""}) ${brazil[2] ?? ""}-${brazil[3] ?? ""}`;
  return /^\+?\d+$/.test(bare) ? `+${digits}` : bare;
}

export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${NUMBER.format(bytes)} B`;
  if (bytes < 1024 * 1024) return `${DECIMAL.format(bytes / 1024)} kB`;
  return `${DECIMAL.format(bytes / (1024 * 1024))} MB`;
}

/** 0:07, 12:30. */
export function formatDuration(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A countdown as a person reads it: whole seconds, never "0 s" while something still waits. */
export function formatCountdown(ms: number): string {
  return `${Math.max(0, Math.ceil(ms / 1000))} s`;
}

export function plural(count: number, one: string, many: string): string {
  return `${NUMBER.format(count)} ${count === 1 ? one : many}`;
}

export function initials(name: string | null | undefined): string {
  const words = (name ?? "").trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? "")[0] ?? "");
  return letters.join("").toUpperCase();
}
