/** Where somebody was, or wanted to be, before being sent to the login. */
export function comesFrom(state: unknown): string | null {
  if (typeof state !== "object" || state === null || !("from" in state)) return null;
  return typeof state.from === "string" && state.from.startsWith("/") && state.from !== "/" ? state.from : null;
}

/** What the login should say first. */
export function noticeOf(state: unknown): string | null {
  if (typeof state !== "object" || state === null || !("notice" in state)) return null;
  return typeof state.notice === "string" ? state.notice : null;
}
