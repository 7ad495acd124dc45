/** Turns the flat list of messages into what the screen shows: days, groups that became one question, and bubbles. */
import type { Mensagem } from "../services/types";

export interface BubbleGroup {
  key: string;
  direcao: Mensagem["direcao"];
  turnoId: number | null;
  mensagens: Mensagem[];
  /** Several texts of the customer that were answered as one question: drawn with a bracket. */
  joined: boolean;
}

export interface Day {
  key: string;
  at: string;
  groups: BubbleGroup[];
}

function localDay(iso: string): string {
  const date = new Date(iso);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** Messages written in a row by the same side, in the same turn, belong together. */
function continues(group: BubbleGroup, mensagem: Mensagem): boolean {
  return (
    mensagem.turno_id !== null && group.turnoId === mensagem.turno_id && group.direcao === mensagem.direcao
  );
}

/** `mensagens` oldest first. A group never crosses a day: the separator would cut the bracket anyway. */
export function groupByDay(mensagens: readonly Mensagem[]): Day[] {
  const days: Day[] = [];
  for (const mensagem of mensagens) {
    const key = localDay(mensagem.created_at);
    let day = days.at(-1);
    if (day?.key !== key) {
      day = { key, at: mensagem.created_at, groups: [] };
      days.push(day);
    }
    const group = day.groups.at(-1);
    if (group && continues(group, mensagem)) {
      group.mensagens.push(mensagem);
      group.joined = group.direcao === "entrada";
    } else {
      day.groups.push({
        key: String(mensagem.id),
        direcao: mensagem.direcao,
        turnoId: mensagem.turno_id,
        mensagens: [mensagem],
        joined: false,
      });
    }
  }
  return days;
}

/** Pages come newest first, and the messages of a page oldest first. */
export function inOrder(pages: readonly { mensagens: readonly Mensagem[] }[]): Mensagem[] {
  const seen = new Set<number>();
  return pages
    .toReversed()
    .flatMap((page) => page.mensagens)
    .filter(({ id }) => !seen.has(id) && seen.add(id));
}

const TYPE_WORDS: Readonly<Record<Mensagem["tipo"], string>> = {
  texto: "Mensagem",
  audio: "Áudio",
  imagem: "Imagem",
  video: "Vídeo",
  documento: "Documento",
  localizacao: "Localização",
  contato: "Contato",
  figurinha: "Figurinha",
  botao: "Botão",
  outro: "Mensagem de outro tipo",
};

/** One line for lists: the text, or the kind of thing that was sent. */
export function summaryOf(mensagem: { tipo: Mensagem["tipo"]; texto: string }): string {
  const text = mensagem.texto.trim();
  if (mensagem.tipo === "texto" || mensagem.tipo === "botao") return text || TYPE_WORDS[mensagem.tipo];
  return text ? `${TYPE_WORDS[mensagem.tipo]}: ${text}` : TYPE_WORDS[mensagem.tipo];
}

function numberIn(dados: Record<string, unknown>, name: string): number | null {
  const given = dados[name];
  const value = Number(given);
  return given !== undefined && given !== null && Number.isFinite(value) ? value : null;
}

export interface Place {
  latitude: number;
  longitude: number;
  label: string | null;
}

/** Where the customer is, when the message carries a location. */
export function placeOf(dados: Record<string, unknown>): Place | null {
  const latitude = numberIn(dados, "latitude");
  const longitude = numberIn(dados, "longitude");
  if (latitude === null || longitude === null) return null;
  const label = dados.rotulo ?? dados.endereco;
  return { latitude, longitude, label: typeof label === "string" && label !== "" ? label : null };
}
