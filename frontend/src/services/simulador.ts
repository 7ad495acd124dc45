/**
 * The simulated vendors, through the API's superuser-only pass-through. These addresses exist only in development
 * and belong to the simulators, not to the product's API, so their shapes are written here by hand.
 */
import { queryOptions } from "@tanstack/react-query";
import { get, getBlob, post, remove } from "./api";

export interface InboundMedia {
  content_type: string;
  base64: string;
  /** What the simulated transcription will hear in an audio. */
  spoken_text?: string;
}

export interface Inbound {
  webhook_url: string;
  from: string;
  to: string;
  body?: string;
  profile_name?: string;
  media?: InboundMedia[];
  latitude?: number;
  longitude?: number;
  label?: string;
  /** Given again, the same message is delivered again, as Twilio does when it retries. */
  message_sid?: string;
}

export interface InboundResult {
  message_sid: string;
  status_code: number | null;
  attempts: number;
  error?: string | null;
}

export interface SimulatedMedia {
  content_type: string;
  url: string;
}

export interface SimulatedMessage {
  sid: string;
  direction: "inbound" | "outbound";
  body: string;
  status: string;
  date_created: string;
  /** Seconds since the epoch. */
  created_at?: number;
  media: SimulatedMedia[];
  error_code?: number | null;
}

export const VENDORS = ["openai", "twilio", "google", "chatwoot"] as const;
export type Vendor = (typeof VENDORS)[number];

export interface Fault {
  id: number;
  vendor: Vendor;
  kind: "status" | "hang" | "reset" | "malformed" | "slow" | "empty";
  status: number;
  times: number;
  taken: number;
}

export interface FaultOrder {
  vendor: Vendor;
  kind: Fault["kind"];
  status?: number;
  seconds?: number;
  times?: number;
}

const BASE = "/api/simulador";
const seconds = (value: number) => ({ refetchInterval: value * 1_000, refetchIntervalInBackground: false });

export const sendInbound = (inbound: Inbound) => post<InboundResult>(`${BASE}/twilio/inbound`, inbound);

export const simulatedMessagesQuery = (contact: string, sender: string) =>
  queryOptions({
    queryKey: ["simulador", "mensagens", contact, sender],
    queryFn: async ({ signal }) => {
      const found = await get<SimulatedMessage[] | { items: SimulatedMessage[] }>(
        `${BASE}/twilio/messages`,
        { contact, sender },
        signal,
      );
      return Array.isArray(found) ? found : found.items;
    },
    ...seconds(1),
  });

export const simulatedMediaQuery = (url: string) =>
  queryOptions({
    queryKey: ["simulador", "midias", url],
    // The simulator names its own address; the browser reaches it through the API.
    queryFn: ({ signal }) => getBlob(url.replace(/^.*\/control\//, `${BASE}/`), signal),
    staleTime: Infinity,
  });

export const faultsQuery = () =>
  queryOptions({
    queryKey: ["simulador", "falhas"],
    queryFn: ({ signal }) => get<Fault[]>(`${BASE}/faults`, undefined, signal),
    ...seconds(3),
  });

export const armFault = (order: FaultOrder) => post<Fault>(`${BASE}/faults`, order);
export const disarmFaults = () => remove<Fault[]>(`${BASE}/faults`);
