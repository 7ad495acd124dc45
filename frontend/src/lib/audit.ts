/** Puts the records of the audit into words: what was done, and each change from what to what. */
import type { Auditoria } from "../services/types";
import { formatCalendarDay } from "./format";
import { formatMoney } from "./money";
import { rangesText, WEEK } from "./week";

/** Every act the API records, in the words of the filter; what is newer than this list is shown by its own code. */
export const ACTS: Readonly<Record<string, string>> = {
  empresa_criada: "Criou a empresa",
  empresa_alterada: "Mudou a configuração",
  empresa_excluida: "Excluiu a empresa",
  empresa_restaurada: "Restaurou a empresa",
  prompt_publicado: "Publicou o prompt",
  prompt_restaurado: "Voltou a uma versão do prompt",
  fato_criado: "Criou um fato",
  fato_alterado: "Mudou um fato",
  fato_excluido: "Apagou um fato",
  item_cardapio_criado: "Criou um item do cardápio",
  item_cardapio_alterado: "Mudou um item do cardápio",
  item_cardapio_excluido: "Apagou um item do cardápio",
  dia_definido: "Definiu um dia especial",
  dia_removido: "Tirou um dia especial",
  usuario_criado: "Criou um usuário",
  usuario_alterado: "Mudou um usuário",
  usuario_desativado: "Desativou um usuário",
  usuario_reativado: "Reativou um usuário",
  usuario_excluido: "Excluiu um usuário",
  codigo_criado: "Gerou um código de acesso",
  senha_definida: "Definiu a senha de um usuário",
  senha_redefinida: "Escolheu a senha com um código",
  senha_trocada: "Trocou a própria senha",
  sessoes_encerradas: "Encerrou as sessões de um usuário",
  sessao_encerrada_por_reuso: "Sessão encerrada: o acesso dela foi copiado",
  empresa_expurgada: "Dados da empresa apagados de vez",
  reserva_criada: "Fez uma reserva",
  reserva_alterada: "Mudou uma reserva",
  pedido_alterado: "Mudou a situação de um pedido",
  conversa_assumida: "Assumiu uma conversa",
  conversa_devolvida: "Devolveu uma conversa ao bot",
  conversa_reativada: "Reativou o bot numa conversa",
  mensagem_enviada: "Enviou uma mensagem",
  memoria_limpa: "Limpou a memória do bot",
};

const FIELDS: Readonly<Record<string, string>> = {
  nome: "nome",
  slug: "endereço no sistema",
  status: "situação",
  prompt: "texto do prompt",
  prompt_versao: "versão do prompt",
  nota: "nota",
  usar_buffer: "juntar mensagens",
  mensagem_quebrada: "quebrar a resposta",
  audio_no_grupo: "áudio no grupo",
  fuso_horario: "fuso horário",
  mensagem_falha: "frase de falha",
  horas_para_responder: "validade de uma mensagem (horas)",
  openai_model: "modelo de conversa",
  openai_transcription_model: "modelo de transcrição",
  temperatura: "temperatura",
  resposta_max_tokens: "tamanho da resposta",
  contexto_max_tokens: "memória da conversa",
  endereco: "endereço",
  latitude: "latitude",
  longitude: "longitude",
  horarios: "horários",
  aceita_reservas: "aceitar reservas",
  capacidade: "capacidade",
  capacidade_unidade: "unidade da capacidade",
  pessoas_por_mesa: "pessoas por mesa",
  pessoas_maximo: "maior grupo",
  duracao_minutos: "duração da reserva (min)",
  intervalo_minutos: "intervalo entre reservas (min)",
  antecedencia_minutos: "antecedência mínima (min)",
  antecedencia_dias: "antecedência máxima (dias)",
  lembrete_content_sid: "modelo do lembrete",
  lembrete_horas: "lembrete (horas antes)",
  aceita_pedidos: "aceitar pedidos",
  faz_entrega: "fazer entrega",
  taxa_entrega_centavos: "taxa de entrega",
  janela_content_sid: "modelo para janela fechada",
  respostas_por_dia: "respostas por cliente em um dia",
  twilio_sid: "Account SID da Twilio",
  twilio_token: "Auth Token da Twilio",
  twilio_number: "número do WhatsApp",
  webhook_url: "endereço público do webhook",
  openai_key: "chave da OpenAI",
  chatwoot_origem: "caixa de entrada do Chatwoot",
  chatwoot_token: "token do Chatwoot",
  chatwoot_webhook_secret: "segredo do webhook do Chatwoot",
  google_sheet_id: "planilha",
  google_sheet_aba: "aba da planilha",
  google_credentials: "conta de serviço do Google",
  titulo: "assunto",
  texto: "texto",
  ordem: "ordem",
  categoria: "categoria",
  descricao: "descrição",
  preco_centavos: "preço",
  disponivel: "disponível",
  fechado: "fechado",
  lotado: "lotado",
  motivo: "motivo",
  data: "dia",
  email: "e-mail",
  is_superuser: "superusuário",
  papel: "papel",
  empresa_id: "empresa",
  ativo: "acesso",
  trocar_senha: "trocar a senha ao entrar",
  senha: "senha",
  sessoes: "sessões abertas",
};

export interface AuditChange {
  field: string;
  /** Null where there is nothing to tell: a secret, or something that was not there before. */
  from: string | null;
  to: string;
}

export function actText({ acao }: Pick<Auditoria, "acao">): string {
  return ACTS[acao] ?? acao.replace(/_/g, " ");
}

/** What was acted on, where the act alone does not say it. */
export function targetText({ alvo_tipo, alvo_id, alvo_nome }: Pick<Auditoria, "alvo_tipo" | "alvo_id" | "alvo_nome">): string | null {
  if (alvo_nome !== null) return alvo_nome;
  if (alvo_id === null) return null;
  if (alvo_tipo === "dia") return formatCalendarDay(alvo_id);
  if (alvo_tipo === "prompt") return `versão ${alvo_id}`;
  return null;
}

function isRange(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((hour) => typeof hour === "string");
}

function weekText(value: object): string {
  const days = WEEK.flatMap(({ key, label }) => {
    const ranges: unknown = (value as Record<string, unknown>)[key];
    return Array.isArray(ranges) && ranges.length > 0 && ranges.every(isRange) ? [`${label.toLowerCase()} ${rangesText(ranges)}`] : [];
  });
  return days.length > 0 ? days.join("; ") : "todos os dias fechado";
}

function valueText(field: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "vazio";
  if (field === "ativo") return value === true ? "ativo" : "desativado";
  if (typeof value === "boolean") return value ? "sim" : "não";
  if (typeof value === "number") {
    if (field.endsWith("_centavos")) return formatMoney(value);
    return field === "prompt_versao" && value === 0 ? "nenhuma" : String(value).replace(".", ",");
  }
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.every(isRange) ? rangesText(value) : JSON.stringify(value);
  return field === "horarios" && typeof value === "object" ? weekText(value) : JSON.stringify(value);
}

/** The record's own shape is open: whatever is not a pair is told as it stands. */
export function changesOf({ mudancas }: Pick<Auditoria, "mudancas">): AuditChange[] {
  const told = Object.entries(mudancas).toSorted(([a], [b]) => Number(b === "prompt_versao") - Number(a === "prompt_versao"));
  return told.flatMap(([name, change]: [string, unknown]) => {
    // The number of the version says more than the length of its text.
    if (name === "prompt" && "prompt_versao" in mudancas) return [];
    const field = FIELDS[name] ?? name.replace(/_/g, " ");
    // Something deleted: what it was, with nothing that came after.
    if (typeof change === "object" && change !== null && "de" in change && !("para" in change)) {
      return [{ field, from: null, to: valueText(name, change.de) }];
    }
    if (typeof change !== "object" || change === null || !("para" in change)) return [{ field, from: null, to: valueText(name, change) }];
    const before = "de" in change ? (change.de ?? null) : null;
    // What was never there and is not there now happened to nobody: creations record every column.
    if (before === null && (change.para === null || name === "ordem")) return [];
    return [{ field, from: before === null ? null : valueText(name, before), to: valueText(name, change.para) }];
  });
}
