/** How a person's place in the product is called. */
import type { Papel } from "../services/types";

const PAPEIS: Readonly<Record<Papel, string>> = { gestor: "Gestor", atendente: "Atendente" };

export function roleOf({ is_superuser, papel }: { is_superuser: boolean; papel: Papel | null }): string {
  if (is_superuser) return "Superusuário";
  return papel ? PAPEIS[papel] : "Sem papel";
}

export const ROLE_TEXT = {
  atendente: "Vê números, clientes e conversas da empresa, assume o atendimento e responde.",
  gestor: "Tudo da empresa: conversas, configuração, prompt e as pessoas da equipe.",
  superusuario: "Tudo, de todas as empresas. Dê este acesso a pouca gente.",
} as const;

export type Role = keyof typeof ROLE_TEXT;

export function roleKey({ is_superuser, papel }: { is_superuser: boolean; papel: Papel | null }): Role {
  return is_superuser ? "superusuario" : (papel ?? "atendente");
}
