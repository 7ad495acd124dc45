import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { toBase64 } from "../../lib/base64";
import { sentenceOf } from "../../services/errors";
import { sendInbound, type InboundMedia, type InboundResult } from "../../services/simulador";

export interface Draft {
  body?: string;
  file?: Blob;
  /** What the simulated transcription hears in the file. */
  spoken?: string;
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

async function mediaOf({ file, spoken }: Draft): Promise<InboundMedia[] | undefined> {
  if (!file) return undefined;
  const content_type = file.type || "application/octet-stream";
  return [{ content_type, base64: await toBase64(file), ...(spoken && { spoken_text: spoken }) }];
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
      const sid = draft.message_sid ?? newSid(draft.file !== undefined);
      setDeliveries((current) => [...current.slice(-49), { id, sid, draft, at: new Date().toISOString(), state: "sending" }]);
      queue.current = queue.current.then(async () => {
        let begun = performance.now();
        try {
          const { body, latitude, longitude, label } = draft;
          const media = await mediaOf(draft);
          begun = performance.now();
          const result = await sendInbound({
            webhook_url: ends.webhook,
            from: ends.from,
            to: ends.to,
            profile_name: ends.profileName,
            message_sid: sid,
            ...(body !== undefined && { body }),
            ...(media && { media }),
            ...(latitude !== undefined && longitude !== undefined && { latitude, longitude }),
            ...(label !== undefined && { label }),
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
        // The first message of a customer makes the conversation that the countdown is looked up by.
        void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "empresas" && queryKey[2] === "conversas" });
      });
    },
    [ends, queryClient, update],
  );

  const clear = useCallback(() => setDeliveries([]), []);
  return { deliveries, send, clear };
}
