/** What a person may do, for showing and hiding. The API decides; this only spares people closed doors. */
import type { Empresa, Me } from "./types";

export function isGestor(me: Me): boolean {
  return me.is_superuser || me.papel === "gestor";
}

export function canConfigure(me: Me, slug: string): boolean {
  return me.is_superuser || (me.papel === "gestor" && me.empresa?.slug === slug);
}

/** A gestor pauses and resumes; only a superuser takes an empresa out of service or back into it. */
export function canPause(me: Me, empresa: Empresa): boolean {
  return me.is_superuser || empresa.status !== "inativo";
}
