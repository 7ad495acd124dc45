/** An empresa and what its owner tells the attendant: settings, prompt versions, facts, menu, special days, connections. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, patch, post, put, remove } from "./api";
import type {
  Conexao,
  DiaEspecial,
  DiaEspecialNovo,
  Diferenca,
  Empresa,
  EmpresaNova,
  EmpresaPatch,
  Fato,
  FatoNovo,
  FatoPatch,
  Integracao,
  ItemCardapio,
  ItemCardapioNovo,
  ItemCardapioPatch,
  Page,
  PromptNovo,
  PromptVersao,
} from "./types";

const at = (slug: string, rest = "") => `/api/empresas/${encodeURIComponent(slug)}${rest}`;

/** Every empresa, the deleted ones among them; only a superuser may ask. */
export const allEmpresasQuery = () =>
  queryOptions({
    queryKey: ["empresas", { excluidas: true }],
    queryFn: ({ signal }) => get<Page<Empresa>>("/api/empresas", { excluidas: true, limit: 200 }, signal),
    staleTime: 30_000,
  });

export const createEmpresa = (empresa: EmpresaNova) => post<Empresa>("/api/empresas", empresa);
export const updateEmpresa = (slug: string, changes: EmpresaPatch) => patch<Empresa>(at(slug), changes);
export const deleteEmpresa = (slug: string) => remove<unknown>(at(slug), { confirmar: slug });
export const restoreEmpresa = (slug: string) => post<Empresa>(at(slug, "/restaurar"));

export const promptsQuery = (slug: string) =>
  infiniteQueryOptions({
    queryKey: ["empresas", slug, "prompts"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<PromptVersao>>(at(slug, "/prompts"), { limit: 20, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const diferencaQuery = (slug: string, numero: number, com: number) =>
  queryOptions({
    queryKey: ["empresas", slug, "prompts", numero, "diferenca", com],
    queryFn: ({ signal }) => get<Diferenca>(at(slug, `/prompts/${numero}/diferenca`), { com }, signal),
    // Versions never change.
    staleTime: Infinity,
  });

export const publishPrompt = (slug: string, prompt: PromptNovo) => post<PromptVersao>(at(slug, "/prompts"), prompt);
export const restorePrompt = (slug: string, numero: number) =>
  post<PromptVersao>(at(slug, `/prompts/${numero}/restaurar`));

export const fatosQuery = (slug: string) =>
  queryOptions({
    queryKey: ["empresas", slug, "fatos"],
    queryFn: ({ signal }) => get<Page<Fato>>(at(slug, "/fatos"), undefined, signal),
  });

export const createFato = (slug: string, fato: FatoNovo) => post<Fato>(at(slug, "/fatos"), fato);
export const updateFato = (slug: string, id: number, changes: FatoPatch) => patch<Fato>(at(slug, `/fatos/${id}`), changes);
export const deleteFato = (slug: string, id: number) => remove<unknown>(at(slug, `/fatos/${id}`));

export const cardapioQuery = (slug: string) =>
  queryOptions({
    queryKey: ["empresas", slug, "cardapio"],
    queryFn: ({ signal }) => get<Page<ItemCardapio>>(at(slug, "/cardapio"), undefined, signal),
  });

export const createItem = (slug: string, item: ItemCardapioNovo) => post<ItemCardapio>(at(slug, "/cardapio"), item);
export const updateItem = (slug: string, id: number, changes: ItemCardapioPatch) =>
  patch<ItemCardapio>(at(slug, `/cardapio/${id}`), changes);
export const deleteItem = (slug: string, id: number) => remove<unknown>(at(slug, `/cardapio/${id}`));

export const diasQuery = (slug: string) =>
  queryOptions({
    queryKey: ["empresas", slug, "dias"],
    queryFn: ({ signal }) => get<Page<DiaEspecial>>(at(slug, "/dias"), undefined, signal),
  });

/** `data` is a day of the empresa's own calendar, as 2026-12-25. */
export const putDia = (slug: string, data: string, dia: DiaEspecialNovo) => put<DiaEspecial>(at(slug, `/dias/${data}`), dia);
export const deleteDia = (slug: string, data: string) => remove<unknown>(at(slug, `/dias/${data}`));

export const testConexao = (slug: string, integracao: Integracao) => post<Conexao>(at(slug, `/testar/${integracao}`));
