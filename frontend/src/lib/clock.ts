/** Time as the server sees it, so that a countdown is right on a device whose clock is not. */
import { useSyncExternalStore } from "react";

/** Under this difference the device's clock is trusted: the Date header only has whole seconds. */
const TOLERANCE_MS = 2_000;
let offsetMs = 0;

export function noteServerTime(dateHeader: unknown): void {
  if (typeof dateHeader !== "string") return;
  const server = Date.parse(dateHeader);
  if (Number.isNaN(server)) return;
  const difference = server + 500 - Date.now();
  offsetMs = Math.abs(difference) > TOLERANCE_MS ? difference : 0;
}

export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** One timer per pace for the whole panel, running only while somebody looks at it. */
function createTicker(paceMs: number) {
  const listeners = new Set<() => void>();
  let now = serverNow();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    if (document.hidden) return;
    now = serverNow();
    listeners.forEach((listener) => listener());
  };
  return {
    subscribe: (listener: () => void) => {
      if (listeners.size === 0) {
        now = serverNow();
        timer = setInterval(tick, paceMs);
        document.addEventListener("visibilitychange", tick);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        document.removeEventListener("visibilitychange", tick);
      };
    },
    read: () => now,
  };
}

const fast = createTicker(200);
const slow = createTicker(15_000);

/** The server's time in milliseconds, renewed five times a second (countdowns) or every 15 s (relative dates). */
export function useNow(pace: "fast" | "slow" = "slow"): number {
  const ticker = pace === "fast" ? fast : slow;
  return useSyncExternalStore(ticker.subscribe, ticker.read, ticker.read);
}
