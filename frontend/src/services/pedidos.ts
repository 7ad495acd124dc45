/** Orders taken by the attendant. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { get, patch } from "./api";
import type { Page, Pedido } from "./types";

const base = (slug: string) => `/api/empresas/${encodeURIComponent(slug)}/pedidos`;

export const pedidosKey = (slug: string) => ["empresas", slug, "pedidos"];

export const pedidosQuery = (slug: string) =>
  infiniteQueryOptions({
    queryKey: pedidosKey(slug),
    queryFn: ({ pageParam, signal }) => get<Page<Pedido>>(base(slug), { limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 5_000,
    refetchIntervalInBackground: false,
  });

export const moveStatus = (slug: string, id: number, status: Pedido["status"]) =>
  patch<Pedido>(`${base(slug)}/${id}`, { status });
