/** Joins what the simulated Twilio already knows with what is still on its way, into the lines of one chat. */
import type { SimulatedMessage } from "../../services/simulador";
import type { Delivery } from "./useOutbox";

/** A file that is here already, or one the simulator has. */
export type ChatMedia = { content_type: string } & ({ blob: Blob } | { url: string });

export interface ChatLine {
  key: string;
  mine: boolean;
  text: string;
  at: string;
  media: readonly ChatMedia[];
  place: { latitude: number; longitude: number; label: string | null } | null;
  tick: "clock" | "check" | "checks" | "alert" | null;
  /** The tick in words. */
  state: string;
  problem: string | null;
}

const OUTBOUND_WORDS: Readonly<Record<string, string>> = {
  accepted: "Na fila",
  queued: "Na fila",
  sending: "Enviando",
  sent: "Enviada",
  delivered: "Entregue",
  read: "Lida",
  failed: "Falhou",
  undelivered: "Não entregue",
};

function timeOf(message: SimulatedMessage): string {
  const time = message.created_at === undefined ? Date.parse(message.date_created) : message.created_at * 1_000;
  return new Date(Number.isNaN(time) ? Date.now() : time).toISOString();
}

function fromCustomer(message: SimulatedMessage, delivery: Delivery | undefined): ChatLine {
  const refused = delivery?.state === "refused";
  const { file, latitude, longitude, label } = delivery?.draft ?? {};
  return {
    key: message.sid,
    mine: true,
    text: message.body,
    at: timeOf(message),
    media: file ? [{ content_type: file.type, blob: file }] : message.media,
    place: latitude !== undefined && longitude !== undefined ? { latitude, longitude, label: label ?? null } : null,
    tick: refused ? "alert" : delivery?.state === "sending" ? "check" : "checks",
    state: refused ? "Recusada pelo webhook" : delivery?.state === "sending" ? "Enviada" : "Recebida pela empresa",
    problem: delivery?.problem ?? null,
  };
}

function fromCompany(message: SimulatedMessage): ChatLine {
  const failed = message.status === "failed" || message.status === "undelivered";
  return {
    key: message.sid,
    mine: false,
    text: message.body,
    at: timeOf(message),
    media: message.media,
    place: null,
    tick: null,
    state: OUTBOUND_WORDS[message.status] ?? message.status,
    problem: failed ? `Não chegou ao celular${message.error_code ? ` (erro ${message.error_code} da Twilio)` : ""}.` : null,
  };
}

function onItsWay(delivery: Delivery): ChatLine {
  const { draft } = delivery;
  const refused = delivery.state === "refused";
  return {
    key: delivery.sid,
    mine: true,
    text: draft.body ?? "",
    at: delivery.at,
    media: draft.file ? [{ content_type: draft.file.type, blob: draft.file }] : [],
    place:
      draft.latitude !== undefined && draft.longitude !== undefined
        ? { latitude: draft.latitude, longitude: draft.longitude, label: draft.label ?? null }
        : null,
    tick: refused ? "alert" : "clock",
    state: refused ? "Não enviada" : "Enviando",
    problem: delivery.problem ?? null,
  };
}

export function chatLines(messages: readonly SimulatedMessage[], deliveries: readonly Delivery[]): ChatLine[] {
  const bySid = new Map(deliveries.map((delivery) => [delivery.sid, delivery]));
  const known = messages.map((message) =>
    message.direction === "inbound" ? fromCustomer(message, bySid.get(message.sid)) : fromCompany(message),
  );
  const listed = new Set(messages.map(({ sid }) => sid));
  return [...known, ...deliveries.filter(({ sid }) => !listed.has(sid)).map(onItsWay)];
}
