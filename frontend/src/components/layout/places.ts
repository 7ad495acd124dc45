/** Where one can go, by permission: the same list feeds the sidebar and the phone's menus. */
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
  if (!me.is_superuser) return all;
  return [
    { to: "/admin", label: "Visão geral", icon: "home", exact: true },
    ...all,
    { to: "/admin/simulador", label: "Simulador", icon: "phone" },
    { to: "/admin/empresas", label: "Empresas", icon: "store" },
  ];
}

/** `overview` names the company's own screen; where the name stands above the list, "Resumo" is enough. */
export function empresaPlaces(slug: string, overview = "Resumo"): Place[] {
  return [
    { to: `/admin/${slug}`, label: overview, icon: "store", exact: true },
    { to: `/admin/${slug}/conversas`, label: "Conversas", icon: "chat" },
    { to: `/admin/${slug}/reservas`, label: "Reservas", icon: "calendar" },
  ];
}
