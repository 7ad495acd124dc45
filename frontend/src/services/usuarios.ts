/** People who enter the panel, as who manages them reads and changes them. */
import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { get, patch, post, remove } from "./api";
import type { CodigoAcesso, Page, Usuario, UsuarioNovo, UsuarioPatch } from "./types";

export interface UsuarioFilter {
  empresa?: string;
  q?: string;
}

export const usuariosQuery = (filter: UsuarioFilter) =>
  infiniteQueryOptions({
    queryKey: ["usuarios", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Usuario>>("/api/usuarios", { ...filter, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export const createUsuario = (usuario: UsuarioNovo) => post<Usuario>("/api/usuarios", usuario);
export const updateUsuario = (id: number, changes: UsuarioPatch) => patch<Usuario>(`/api/usuarios/${id}`, changes);
export const deleteUsuario = (id: number) => remove<unknown>(`/api/usuarios/${id}`);
/** A one-time code with which the person chooses a password. It is shown once and cannot be read again. */
export const createCodigo = (id: number) => post<CodigoAcesso>(`/api/usuarios/${id}/codigo`);
