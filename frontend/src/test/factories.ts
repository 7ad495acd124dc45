/** Objects shaped like the API's, with only what a test cares about left to say. */
import type { BufferItem, ConversaResumo, Empresa, Me, Mensagem, Usuario } from "../services/types";

export const AT = "2026-11-23T12:00:00Z";

export function page<Item>(items: Item[]) {
  return { items, next_cursor: null };
}

export function makeMe(over: Partial<Me> = {}): Me {
  return {
    id: 1,
    email: "dona@exemplo.com.br",
    is_superuser: true,
    papel: null,
    empresa: null,
    trocar_senha: false,
    ...over,
  };
}

export function makeEmpresa(over: Partial<Empresa> = {}): Empresa {
  return {
    id: 7,
    nome: "Pancia Piena",
    slug: "pancia-piena",
    status: "ativo",
    prompt: null,
    prompt_versao: 0,
    usar_buffer: true,
    mensagem_quebrada: false,
    audio_no_grupo: false,
    fuso_horario: "America/Sao_Paulo",
    mensagem_falha: null,
    horas_para_responder: 12,
    openai_model: null,
    openai_transcription_model: null,
    temperatura: null,
    resposta_max_tokens: 800,
    contexto_max_tokens: 6_000,
    endereco: null,
    latitude: null,
    longitude: null,
    horarios: null,
    aceita_reservas: true,
    capacidade: null,
    capacidade_unidade: "lugares",
    pessoas_por_mesa: 4,
    pessoas_maximo: 20,
    duracao_minutos: 120,
    intervalo_minutos: 30,
    antecedencia_minutos: 60,
    antecedencia_dias: 60,
    lembrete_content_sid: null,
    lembrete_horas: 24,
    aceita_pedidos: false,
    faz_entrega: false,
    taxa_entrega_centavos: 0,
    janela_content_sid: null,
    respostas_por_dia: 100,
    twilio_sid: null,
    twilio_number: null,
    webhook_url: null,
    chatwoot_origem: null,
    google_sheet_id: null,
    google_sheet_aba: null,
    openai_key_definida: false,
    openai_key_final: null,
    twilio_token_definida: false,
    twilio_token_final: null,
    chatwoot_token_definida: false,
    chatwoot_token_final: null,
    chatwoot_webhook_secret_definida: false,
    chatwoot_webhook_secret_final: null,
    google_credentials_definida: false,
    google_credentials_final: null,
    webhook: "http://localhost:8001/webhook/pancia-piena#rc=5&rp=all",
    simulada: { twilio: true, openai: true, google: true, chatwoot: true },
    credenciais: {
      twilio: { origem: "simulador", falta: null },
      openai: { origem: "simulador", falta: null },
      google: { origem: "simulador", falta: null },
      chatwoot: { origem: "simulador", falta: null },
    },
    created_at: AT,
    updated_at: AT,
    excluida_em: null,
    ...over,
  };
}

export function makeUsuario(over: Partial<Usuario> = {}): Usuario {
  return {
    id: 5,
    email: "gestora@exemplo.com.br",
    is_superuser: false,
    papel: "gestor",
    empresa_id: 7,
    empresa: { id: 7, slug: "pancia-piena", nome: "Pancia Piena" },
    ativo: true,
    trocar_senha: false,
    created_at: AT,
    ...over,
  };
}

let lastId = 0;

export function makeMensagem(over: Partial<Mensagem> = {}): Mensagem {
  lastId += 1;
  return {
    id: lastId,
    direcao: "entrada",
    autor: "cliente",
    tipo: "texto",
    texto: "Oi",
    transcricao: null,
    transcricao_estado: null,
    created_at: AT,
    turno_id: null,
    destino: "em_turno",
    motivo: null,
    status: null,
    erro: null,
    prompt_versao: null,
    erro_texto: null,
    midias: [],
    dados: {},
    ...over,
  };
}

export function makeReply(over: Partial<Mensagem> = {}): Mensagem {
  return makeMensagem({ direcao: "saida", autor: "bot", destino: null, status: "delivered", texto: "Olá!", ...over });
}

export function makeBufferItem(over: Partial<BufferItem> = {}): BufferItem {
  return {
    id: 41,
    empresa: "pancia-piena",
    empresa_nome: "Pancia Piena",
    cliente: { id: 3, nome: "Ana Lima" },
    mensagens: [{ tipo: "texto", texto: "Tem mesa?", created_at: new Date().toISOString() }],
    estado: "aguardando",
    vence_em: new Date(Date.now() + 10_000).toISOString(),
    ...over,
  };
}

export function makeConversa(over: Partial<ConversaResumo> = {}): ConversaResumo {
  return {
    id: 41,
    cliente: { id: 3, nome: "Ana Lima", telefone: "+5511988887777" },
    atendido_por: "bot",
    silenciada_em: null,
    silenciada_motivo: null,
    optout_em: null,
    ultima_mensagem: { texto: "Tem mesa?", tipo: "texto", direcao: "entrada", created_at: AT },
    created_at: AT,
    ultima_atividade_em: AT,
    ...over,
  };
}
