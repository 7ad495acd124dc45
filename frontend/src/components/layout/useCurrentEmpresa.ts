import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { matchPath, useLocation } from "react-router";
import { empresasQuery } from "../../services/queries";
import { useMe } from "../../services/session";

/** Words that stand where a slug could: the API refuses them as slugs. */
const RESERVED = new Set(["buffer", "logs", "usuarios", "login", "admin", "simulador", "empresas", "auditoria"]);
const KEY = "atende-ai:empresa";

function lastVisited(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export interface CurrentEmpresa {
  slug: string;
  nome: string;
  /** False when the address is not about one company and this is only the last one visited. */
  inAddress: boolean;
}

/** The company being looked at: from the address, else the last one visited, else the first. */
export function useCurrentEmpresa(): CurrentEmpresa | null {
  const me = useMe();
  const { pathname } = useLocation();
  const { data } = useQuery({ ...empresasQuery(), enabled: me.is_superuser });
  const match = matchPath("/admin/:slug/*", pathname);
  const candidate = match?.params.slug;
  const slug = candidate !== undefined && !RESERVED.has(candidate) ? candidate : null;

  const visited = data?.items.find((empresa) => empresa.slug === slug)?.slug;

  useEffect(() => {
    if (visited === undefined) return;
    try {
      localStorage.setItem(KEY, visited);
    } catch {
      // Only a convenience: without storage the first company is offered.
    }
  }, [visited]);

  if (!me.is_superuser) return me.empresa && { ...me.empresa, inAddress: slug !== null };
  const empresas = data?.items ?? [];
  const known = empresas.find((empresa) => empresa.slug === slug);
  if (slug !== null) return known ? { slug, nome: known.nome, inAddress: true } : null;
  const fallback = empresas.find((empresa) => empresa.slug === lastVisited()) ?? empresas[0];
  return fallback ? { slug: fallback.slug, nome: fallback.nome, inAddress: false } : null;
}
