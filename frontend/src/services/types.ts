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
export type PasswordReset = Schemas["RedefinirSenhaIn"];
export type Usuario = Schemas["UsuarioOut"];
export type UsuarioNovo = Schemas["UsuarioIn"];
export type UsuarioPatch = Schemas["UsuarioPatch"];
export type CodigoAcesso = Schemas["CodigoOut"];
export type Papel = NonNullable<Usuario["papel"]>;
export type Auditoria = Schemas["AuditoriaOut"];

export type Empresa = Schemas["EmpresaOut"];
export type EmpresaNova = Schemas["EmpresaIn"];
export type EmpresaPatch = Schemas["EmpresaPatch"];
export type Horarios = Schemas["HorariosOut"];
export type Faixa = Horarios["seg"][number];
export type DiaSemana = keyof Horarios;
export type PromptVersao = Schemas["PromptVersaoOut"];
export type PromptNovo = Schemas["PromptIn"];
export type Diferenca = Schemas["DiferencaOut"];
export type LinhaDiferenca = Schemas["LinhaDiferenca"];
export type Fato = Schemas["FatoOut"];
export type FatoNovo = Schemas["FatoIn"];
export type FatoPatch = Schemas["FatoPatch"];
export type ItemCardapio = Schemas["ItemCardapioOut"];
export type ItemCardapioNovo = Schemas["ItemCardapioIn"];
export type ItemCardapioPatch = Schemas["ItemCardapioPatch"];
export type DiaEspecial = Schemas["DiaEspecialOut"];
export type DiaEspecialNovo = Schemas["DiaEspecialIn"];
export type Conexao = Schemas["ConexaoOut"];
export type Integracao = keyof Empresa["simulada"];
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
export type Pedido = Schemas["PedidoOut"];

export type BufferItem = Schemas["BufferOut"];
export type BufferFlush = Schemas["ProcessarOut"];
export type Log = Schemas["LogOut"];
export type Nivel = Log["nivel"];
