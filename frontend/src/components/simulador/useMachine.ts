import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { inOrder } from "../../lib/conversation";
import { bufferQuery, conversaQuery, conversasQuery } from "../../services/queries";
import type { BufferItem, ConversaResumo, Mensagem } from "../../services/types";

export interface Turn {
  id: number;
  questions: Mensagem[];
  parts: Mensagem[];
}

export interface Machine {
  conversaId: number | null;
  buffer: BufferItem | null;
  turn: Turn | null;
}

function digits(text: string | null): string {
  return (text ?? "").replace(/\D/g, "");
}

function latestTurn(mensagens: readonly Mensagem[]): Turn | null {
  const id = mensagens.findLast(({ turno_id }) => turno_id !== null)?.turno_id ?? null;
  if (id === null) return null;
  const own = mensagens.filter(({ turno_id }) => turno_id === id);
  return {
    id,
    questions: own.filter(({ direcao }) => direcao === "entrada"),
    parts: own.filter(({ direcao }) => direcao === "saida"),
  };
}

/** What the product does with this customer's messages, read from the same addresses every other screen uses. */
export function useMachine(slug: string | null, phone: string): Machine {
  const conversas = useInfiniteQuery({
    ...conversasQuery(slug ?? ""),
    enabled: slug !== null,
    refetchInterval: 2_000,
  });
  const isOurs = (conversa: ConversaResumo) => digits(conversa.cliente.telefone) === digits(phone);
  const conversa = conversas.data?.pages.flatMap((page) => page.items).find(isOurs);
  const conversaId = conversa?.id ?? null;

  const buffer = useQuery({ ...bufferQuery(800), enabled: slug !== null });
  const detail = useInfiniteQuery({
    ...conversaQuery(slug ?? "", String(conversaId ?? "")),
    enabled: slug !== null && conversaId !== null,
    refetchInterval: 1_200,
  });

  return {
    conversaId,
    buffer: buffer.data?.items.find(({ id }) => id === conversaId) ?? null,
    turn: detail.data ? latestTurn(inOrder(detail.data.pages)) : null,
  };
}
