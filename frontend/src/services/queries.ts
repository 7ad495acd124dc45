/**
 * What the panel reads, one set of options per resource. Keys carry the resource's own name, so that a change
 * is announced with the word the API uses. Nothing is polled while the tab is hidden.
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, getBlob } from "./api";
import type {
  BufferItem,
  Cliente,
  Conversa,
  ConversaResumo,
  Empresa,
  Log,
  Metricas,
  MetricasEmpresa,
  Nivel,
  Page,
  Reserva,
} from "./types";

const live = (paceMs: number) => ({ refetchInterval: paceMs, refetchIntervalInBackground: false });

export interface Period {
  desde?: string;
  ate?: string;
}

export const empresasQuery = () =>
  queryOptions({
    queryKey: ["empresas"],
    queryFn: ({ signal }) => get<Page<Empresa>>("/api/empresas", { limit: 200 }, signal),
    staleTime: 30_000,
  });

export const empresaQuery = (slug: string) =>
  queryOptions({
    queryKey: ["empresas", slug],
    queryFn: ({ signal }) => get<Empresa>(`/api/empresas/${encodeURIComponent(slug)}`, undefined, signal),
    staleTime: 30_000,
  });

export const metricasQuery = (period: Period) =>
  queryOptions({
    queryKey: ["metricas", period],
    queryFn: ({ signal }) => get<Metricas>("/api/metricas", period, signal),
    placeholderData: keepPreviousData,
    ...live(10_000),
  });

export const metricasEmpresaQuery = (slug: string, period: Period) =>
  queryOptions({
    queryKey: ["empresas", slug, "metricas", period],
    queryFn: ({ signal }) =>
      get<MetricasEmpresa>(`/api/empresas/${encodeURIComponent(slug)}/metricas`, period, signal),
    placeholderData: keepPreviousData,
    ...live(10_000),
  });

const nextCursor = (page: { next_cursor: string | null }) => page.next_cursor ?? undefined;

export const clientesQuery = (slug: string) =>
  infiniteQueryOptions({
    queryKey: ["empresas", slug, "clientes"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Cliente>>(
        `/api/empresas/${encodeURIComponent(slug)}/clientes`,
        { limit: 50, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
  });

export const conversasQuery = (slug: string) =>
  infiniteQueryOptions({
    queryKey: ["empresas", slug, "conversas"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<ConversaResumo>>(
        `/api/empresas/${encodeURIComponent(slug)}/conversas`,
        { limit: 50, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    ...live(4_000),
  });

export const conversaQuery = (slug: string, id: string) =>
  infiniteQueryOptions({
    queryKey: ["empresas", slug, "conversas", id],
    queryFn: ({ pageParam, signal }) =>
      get<Conversa>(
        `/api/empresas/${encodeURIComponent(slug)}/conversas/${encodeURIComponent(id)}`,
        { cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    ...live(2_500),
  });

export const reservasQuery = (slug: string) =>
  infiniteQueryOptions({
    queryKey: ["empresas", slug, "reservas"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Reserva>>(
        `/api/empresas/${encodeURIComponent(slug)}/reservas`,
        { limit: 50, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    ...live(15_000),
  });

export const bufferQuery = (paceMs = 1_500) =>
  queryOptions({
    queryKey: ["buffer"],
    queryFn: ({ signal }) => get<Page<BufferItem>>("/api/buffer", { limit: 200 }, signal),
    ...live(paceMs),
  });

export interface LogFilter {
  empresa?: string;
  nivel?: Nivel;
}

export const logsQuery = (filter: LogFilter, following: boolean) =>
  infiniteQueryOptions({
    queryKey: ["logs", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Log>>("/api/logs", { ...filter, limit: 100, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    refetchInterval: following ? 3_000 : false,
    refetchIntervalInBackground: false,
  });

/** A file of a conversation. It needs the Authorization header, so it is fetched and shown from memory. */
export const midiaQuery = (id: string) =>
  queryOptions({
    queryKey: ["midias", id],
    queryFn: ({ signal }) => getBlob(`/api/midias/${encodeURIComponent(id)}`, signal),
    staleTime: Infinity,
    gcTime: 5 * 60_000,
  });
