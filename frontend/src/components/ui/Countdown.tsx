import { useNow } from "../../lib/clock";
import { formatCountdown } from "../../lib/format";

/** The seconds left. Not a live region: a screen reader reads it when asked, not five times a second. */
export function Countdown({ until }: { until: string }) {
  const now = useNow("fast");
  return (
    <span className="tabular" role="timer" aria-live="off">
      {formatCountdown(Date.parse(until) - now)}
    </span>
  );
}
