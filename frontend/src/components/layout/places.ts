/** Where one can go, by permission: the same list feeds the sidebar and the phone's menus. */
import { canConfigure, isGestor } from "../../services/permissions";
import type { Me } from "../../services/types";
import type { IconName } from "../ui/icons";

export interface Place {
  to: string;
  label: string;
  icon: IconName;
  /** Marked as current only on its exact address. */
  exact?: boolean;
}

export function generalPlaces(me: Me): Place[] {
  const all: Place[] = [
    { to: "/admin/buffer", label: "Buffer", icon: "timer" },
    { to: "/admin/logs", label: "Logs e erros", icon: "logs" },
  ];
  const managed: Place[] = [
    { to: "/admin/usuarios", label: "Usuários", icon: "users" },
    { to: "/admin/auditoria", label: "Auditoria", icon: "history" },
  ];
  if (!me.is_superuser) return isGestor(me) ? [...all, ...managed] : all;
  return [
    { to: "/admin", label: "Visão geral", icon: "home", exact: true },
    ...all,
    { to: "/admin/simulador", label: "Simulador", icon: "phone" },
    { to: "/admin/empresas", label: "Empresas", icon: "store" },
    ...managed,
  ];
}

/** `overview` names the company's own screen; where the name stands above the list, "Resumo" is enough. */
export function empresaPlaces(me: Me, slug: string, overview = "Resumo"): Place[] {
  return [
    { to: `/admin/${slug}`, label: overview, icon: "store", exact: true },
    { to: `/admin/${slug}/conversas`, label: "Conversas", icon: "chat" },
    { to: `/admin/${slug}/reservas`, label: "Reservas", icon: "calendar" },
    { to: `/admin/${slug}/pedidos`, label: "Pedidos", icon: "menu" },
    ...(canConfigure(me, slug) ? [{ to: `/admin/${slug}/configuracao`, label: "Configuração", icon: "settings" } as const] : []),
  ];
}
