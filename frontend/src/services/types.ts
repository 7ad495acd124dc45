/** Short names for the shapes of the API. Every one of them comes from the generated schema; none is written by hand. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

export type LoginResult = Schemas["TokenOut"];
export type Me = Schemas["MeOut"];
export type PasswordChange = Schemas["TrocaSenhaIn"];

export type Empresa = Schemas["EmpresaOut"];
export type MetricasEmpresa = Schemas["MetricasEmpresa"];
export type LinhaEmpresa = Schemas["LinhaEmpresa"];
export type Metricas = Schemas["MetricasOut"];

export type Cliente = Schemas["ClienteOut"];
export type ConversaResumo = Schemas["ConversaOut"];
export type Conversa = Schemas["ConversaDetalhe"];
export type Mensagem = Schemas["MensagemOut"];
export type Midia = Schemas["MidiaOut"];
export type Tipo = Mensagem["tipo"];
export type StatusParte = NonNullable<Mensagem["status"]>;
export type Reserva = Schemas["ReservaOut"];

export type BufferItem = Schemas["BufferOut"];
export type BufferFlush = Schemas["ProcessarOut"];
export type Log = Schemas["LogOut"];
export type Nivel = Log["nivel"];
