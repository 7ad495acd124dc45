/** The invented customer who writes in the simulator, and the numbers both sides use. */
import type { Empresa } from "../../services/types";

export interface Customer {
  phone: string;
  name: string;
}

const KEY = "atende-ai:simulador-cliente";
const NAMES = ["Ana Lima", "Bruno Rocha", "Carla Dias", "Davi Nunes", "Elisa Prado", "Fábio Reis", "Helena Sá", "Íris Melo"];
const FIRST: Customer = { phone: "+5511988887777", name: "Ana Lima" };

export function loadCustomer(): Customer {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Partial<Customer> | null;
    if (typeof kept?.phone === "string" && typeof kept.name === "string") return { phone: kept.phone, name: kept.name };
  } catch {
    // Nothing kept, or nothing readable: the first customer is as good as any.
  }
  return FIRST;
}

export function keepCustomer(customer: Customer): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(customer));
  } catch {
    // Only a convenience.
  }
}

export function newCustomer(): Customer {
  const number = Math.floor(Math.random() * 10_000_000);
  const name = NAMES[number % NAMES.length] ?? FIRST.name;
  return { phone: `+55119${String(8_000_0000 + number).padStart(8, "0")}`, name };
}

/** Only the digits that WhatsApp would take: an international number, with or without punctuation. */
export function normalisePhone(typed: string): string | null {
  const digits = typed.replace(/\D/g, "");
  if (/^\d{10,11}$/.test(digits) && !typed.trim().startsWith("+")) return `+55${digits}`;
  return /^[1-9]\d{9,14}$/.test(digits) ? `+${digits}` : null;
}

export function addressOf(phone: string): string {
  return `whatsapp:${phone}`;
}

/** The company's number, or one that is always the same for a company that has none yet. */
export function senderOf(empresa: Empresa): string {
  const own = empresa.twilio_number?.replace(/^whatsapp:/, "");
  return addressOf(own ?? `+5511400000${String(empresa.id).padStart(2, "0")}`);
}
