/** Provisional shapes. */
export interface LoginResult { access_token: string; token_type: "bearer"; expires_in: number }
export interface Me { id: string; email: string; is_superuser: boolean; papel: "gestor" | "atendente" | null; empresa: { slug: string; nome: string } | null; trocar_senha: boolean }
export interface Page<T> { items: T[]; next_cursor: string | null }
export type EmpresaStatus = "ativo" | "pausado" | "inativo";
export interface Empresa { id: number; nome: string; slug: string; status: EmpresaStatus; twilio_number: string | null; webhook: string; simulada: { twilio: boolean; openai: boolean; google: boolean; chatwoot: boolean }; usar_buffer: boolean; mensagem_quebrada: boolean; created_at: string }
export interface MetricasEmpresa { clientes_unicos: number; atendimentos: number; reservas: number; respostas: number; erros_24h: number; parados: number }
export interface LinhaEmpresa extends MetricasEmpresa { id: number; slug: string; nome: string; status: EmpresaStatus }
export interface Metricas { empresas_ativas: number; clientes_unicos: number; atendimentos: number; reservas: number; respostas: number; empresas: LinhaEmpresa[] }
export interface Cliente { id: number; nome: string | null; telefone: string | null; created_at: string; ultima_atividade_em: string; conversa_id: number | null }
export type Direcao = "entrada" | "saida";
export type Tipo = "texto" | "audio" | "imagem" | "video" | "documento" | "localizacao" | "contato" | "figurinha" | "botao" | "outro";
export interface ConversaResumo { id: number; cliente: { id: number; nome: string | null; telefone: string | null }; atendido_por: "bot" | "pessoa"; ultima_mensagem: { texto: string; tipo: Tipo; direcao: Direcao; created_at: string } | null; created_at: string; ultima_atividade_em: string }
export interface Midia { id: string; content_type: string; tamanho: number | null; nome: string | null; estado: "pendente" | "pronta" | "falhou" }
export type StatusParte = "prepared" | "sending" | "sent" | "delivered" | "read" | "failed" | "undelivered" | "parked" | "cancelled";
export interface Mensagem { id: number; direcao: Direcao; autor: "cliente" | "bot" | "pessoa"; tipo: Tipo; texto: string; transcricao: string | null; transcricao_estado: "pendente" | "pronta" | "falhou" | null; created_at: string; turno_id: number | null; destino: "responder" | "em_turno" | "nao_responder" | null; motivo: string | null; status: StatusParte | null; erro: string | null; midias: Midia[]; dados: Record<string, unknown> }
export interface Conversa { id: number; cliente: { id: number; nome: string | null; telefone: string | null }; atendido_por: "bot" | "pessoa"; janela_expira_em: string | null; mensagens: Mensagem[]; next_cursor: string | null }
export interface Reserva { id: number; codigo: string; nome: string; telefone: string | null; data: string; horario: string; pessoas: number; status: "pendente" | "confirmada" | "cancelada" | "nao_compareceu"; observacoes: string | null; conversa_id: number | null; created_at: string }
export type EstadoBuffer = "aguardando" | "processando" | "parado";
export interface BufferItem { id: number; empresa: { id: number; slug: string; nome: string }; cliente: { id: number; nome: string | null }; mensagens: { tipo: Tipo; texto: string; created_at: string }[]; estado: EstadoBuffer; vence_em: string | null }
export interface BufferFlush { id: number; estado: "aguardando" | "processando" }
export type Nivel = "INFO" | "WARNING" | "ERROR" | "CRITICAL";
export interface Log { id: number; created_at: string; nivel: Nivel; empresa: { id: number; slug: string; nome: string } | null; code: string; mensagem: string; request_id: string | null; turno_id: number | null }
export interface PasswordChange { senha_atual: string; senha_nova: string }
