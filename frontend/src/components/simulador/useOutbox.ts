import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { sentenceOf } from "../../services/errors";
import { sendInbound, type Inbound, type InboundResult } from "../../services/simulador";

export interface Draft {
  body?: string;
  media?: Inbound["media"];
  latitude?: number;
  longitude?: number;
  label?: string;
  message_sid?: string;
}

export interface Delivery {
  id: number;
  /** Chosen here, so that a message is recognised in the list before its delivery is over. */
  sid: string;
  draft: Draft;
  at: string;
  state: "sending" | "accepted" | "refused";
  /** Of the whole trip: simulator, webhook, storage, and back. */
  tookMs?: number;
  result?: InboundResult;
  problem?: string;
}

interface Ends {
  webhook: string;
  from: string;
  to: string;
  profileName: string;
}

function newSid(withMedia: boolean): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${withMedia ? "MM" : "SM"}${hex}`;
}

function refusal(result: InboundResult): string | undefined {
  const status = result.status_code;
  if (status !== null && status >= 200 && status < 300) return undefined;
  if (status === null || status === 0) return `O webhook não respondeu${result.error ? `: ${result.error}` : "."}`;
  if (status === 403) return "O webhook recusou a assinatura (403).";
  if (status === 404) return "O webhook não conhece esta empresa (404).";
  return `O webhook respondeu ${status}.`;
}

/** Sends what the customer writes, one after the other so that the order holds, and remembers how each delivery went. */
export function useOutbox(ends: Ends | null) {
  const queryClient = useQueryClient();
  const [deliveries, setDeliveries] = useState<Delivery[]>([]);
  const queue = useRef<Promise<void>>(Promise.resolve());
  const lastId = useRef(0);

  const update = useCallback((id: number, change: Partial<Delivery>) => {
    setDeliveries((current) => current.map((delivery) => (delivery.id === id ? { ...delivery, ...change } : delivery)));
  }, []);

  const send = useCallback(
    (draft: Draft) => {
      if (!ends) return;
      lastId.current += 1;
      const id = lastId.current;
      const sid = draft.message_sid ?? newSid(draft.media !== undefined);
      setDeliveries((current) => [...current.slice(-49), { id, sid, draft, at: new Date().toISOString(), state: "sending" }]);
      queue.current = queue.current.then(async () => {
        const begun = performance.now();
        try {
          const result = await sendInbound({
            webhook_url: ends.webhook,
            from: ends.from,
            to: ends.to,
            profile_name: ends.profileName,
            ...draft,
            message_sid: sid,
          });
          const problem = refusal(result);
          update(id, {
            result,
            tookMs: performance.now() - begun,
            state: problem === undefined ? "accepted" : "refused",
            ...(problem !== undefined && { problem }),
          });
        } catch (error) {
          update(id, { state: "refused", tookMs: performance.now() - begun, problem: sentenceOf(error) });
        }
        void queryClient.invalidateQueries({ queryKey: ["simulador", "mensagens"] });
        void queryClient.invalidateQueries({ queryKey: ["buffer"] });
      });
    },
    [ends, queryClient, update],
  );

  const clear = useCallback(() => setDeliveries([]), []);
  return { deliveries, send, clear };
}
