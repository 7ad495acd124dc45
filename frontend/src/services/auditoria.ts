/** Who changed what and when. */
import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { get } from "./api";
import type { Auditoria, Page } from "./types";

export interface AuditoriaFilter {
  empresa?: string;
  acao?: string;
  desde?: string;
  ate?: string;
}

export const auditoriaQuery = (filter: AuditoriaFilter) =>
  infiniteQueryOptions({
    queryKey: ["auditoria", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Auditoria>>("/api/auditoria", { ...filter, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
