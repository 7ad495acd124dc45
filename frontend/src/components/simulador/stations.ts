/** What each of the four stations is doing, from what the product itself says. */
import type { Machine, Turn } from "./useMachine";
import type { Delivery } from "./useOutbox";

export type Phase = "idle" | "active" | "done" | "failed";

export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  idle: "à espera",
  active: "em andamento",
  done: "feito",
  failed: "falhou",
};

export interface Stations {
  last: Delivery | undefined;
  waiting: boolean;
  thinking: boolean;
  stopped: boolean;
  /** The last turn, once it has something to show. */
  answered: Turn | null;
  phases: Readonly<Record<"webhook" | "buffer" | "model" | "reply", Phase>>;
}

const BAD = new Set(["failed", "undelivered", "parked"]);

function webhookPhase(last: Delivery | undefined): Phase {
  if (!last) return "idle";
  return last.state === "sending" ? "active" : last.state === "refused" ? "failed" : "done";
}

export function stationsOf({ buffer, turn }: Machine, deliveries: readonly Delivery[]): Stations {
  const last = deliveries.at(-1);
  const waiting = buffer?.estado === "aguardando";
  const thinking = buffer?.estado === "processando";
  const stopped = buffer?.estado === "parado";
  // While a question is being answered, the last reply belongs to the one before it.
  const answered = turn && !thinking && !waiting && turn.parts.length > 0 ? turn : null;
  const failed = answered?.parts.some(({ status }) => status !== null && BAD.has(status)) ?? false;
  return {
    last,
    waiting,
    thinking,
    stopped,
    answered,
    phases: {
      webhook: webhookPhase(last),
      buffer: stopped ? "failed" : waiting ? "active" : turn || thinking ? "done" : "idle",
      model: thinking ? "active" : answered ? "done" : "idle",
      reply: failed ? "failed" : answered ? "done" : "idle",
    },
  };
}
