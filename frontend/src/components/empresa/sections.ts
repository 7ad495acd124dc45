/** The parts of an empresa's configuration, in the order an owner needs them. */
import type { Empresa } from "../../services/types";
import type { IconName } from "../ui/icons";

export interface SectionProps {
  empresa: Empresa;
}

export interface SectionPlace {
  key: string;
  label: string;
  text: string;
  icon: IconName;
}

export const SECTIONS = [
  { key: "geral", label: "Geral", text: "Nome, endereço, fuso e o que dizer quando algo falha", icon: "store" },
  { key: "prompt", label: "Prompt", text: "Como o atendente fala e o que sabe, com todas as versões", icon: "bot" },
  { key: "horarios", label: "Horários", text: "A semana, feriados e dias especiais", icon: "clock" },
  { key: "reservas", label: "Reservas", text: "Capacidade, antecedência e planilha", icon: "calendar" },
  { key: "cardapio", label: "Cardápio e pedidos", text: "Pratos, preços e entrega", icon: "menu" },
  { key: "fatos", label: "Fatos", text: "Estacionamento, pagamento, animais e o mais que perguntam", icon: "book" },
  { key: "integracoes", label: "Integrações", text: "WhatsApp, OpenAI, Google e Chatwoot", icon: "plug" },
  { key: "avancado", label: "Avançado", text: "Modelo, limites e agrupamento das mensagens", icon: "settings" },
] as const satisfies readonly SectionPlace[];

export type SectionKey = (typeof SECTIONS)[number]["key"];

export function sectionOf(key: string | undefined): (typeof SECTIONS)[number] | undefined {
  return SECTIONS.find((section) => section.key === key);
}
