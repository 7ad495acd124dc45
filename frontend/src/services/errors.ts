/** The one error shape the panel knows: whatever goes wrong between a screen and the API arrives as an ApiError. */
import { isAxiosError } from "axios";

export interface FieldError {
  campo: string;
  mensagem: string;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];

  constructor(init: { status: number; code: string; detail: string; errors?: readonly FieldError[] }) {
    super(init.detail);
    this.status = init.status;
    this.code = init.code;
    this.detail = init.detail;
    this.errors = init.errors ?? [];
  }

  /** The message for one form field, when the API blamed that field. */
  field(name: string): string | undefined {
    return this.errors.find((error) => error.campo === name)?.mensagem;
  }
}

const BY_STATUS: Readonly<Record<number, { code: string; detail: string }>> = {
  401: { code: "nao_autenticado", detail: "Sua sessão terminou. Entre de novo para continuar." },
  403: { code: "sem_permissao", detail: "Seu usuário não tem permissão para isto." },
  404: { code: "nao_encontrado", detail: "Não encontramos o que você procura." },
  409: { code: "conflito", detail: "Isto entra em conflito com algo que já existe." },
  413: { code: "corpo_grande", detail: "O arquivo é grande demais." },
  422: { code: "dados_invalidos", detail: "Confira os dados informados." },
  429: { code: "muitas_tentativas", detail: "Muitas tentativas seguidas. Aguarde um minuto e tente de novo." },
};

const OFFLINE = {
  status: 0,
  code: "sem_conexao",
  detail: "Sem conexão com o servidor. Verifique a internet; tentaremos de novo.",
};
const TIMED_OUT = {
  status: 0,
  code: "tempo_esgotado",
  detail: "O servidor demorou demais para responder. Tente de novo.",
};
const CANCELLED = { status: 0, code: "cancelado", detail: "A consulta foi interrompida." };

function isFieldError(value: unknown): value is FieldError {
  return (
    typeof value === "object" &&
    value !== null &&
    "campo" in value &&
    typeof value.campo === "string" &&
    "mensagem" in value &&
    typeof value.mensagem === "string"
  );
}

function fromBody(status: number, body: unknown): ApiError {
  const known = BY_STATUS[status] ?? {
    code: status >= 500 ? "indisponivel" : "erro",
    detail:
      status >= 500
        ? "O servidor falhou ao atender este pedido. Tente de novo em instantes."
        : "Não foi possível concluir o pedido.",
  };
  const data = typeof body === "object" && body !== null ? body : {};
  const detail = "detail" in data && typeof data.detail === "string" && data.detail !== "" ? data.detail : known.detail;
  const code = "code" in data && typeof data.code === "string" && data.code !== "" ? data.code : known.code;
  const errors = "errors" in data && Array.isArray(data.errors) ? data.errors.filter(isFieldError) : [];
  return new ApiError({ status, code, detail, errors });
}

async function readBody(data: unknown): Promise<unknown> {
  // A request for a file gets its error body as a Blob as well.
  if (typeof data !== "object" || data === null || !("text" in data) || typeof data.text !== "function") return data;
  try {
    return JSON.parse(await (data as Blob).text()) as unknown;
  } catch {
    return undefined;
  }
}

export async function toApiError(error: unknown): Promise<ApiError> {
  if (error instanceof ApiError) return error;
  if (!isAxiosError(error)) {
    return new ApiError({ status: 0, code: "erro_inesperado", detail: "Algo inesperado aconteceu no painel. Tente de novo." });
  }
  if (error.response) return fromBody(error.response.status, await readBody(error.response.data));
  if (error.code === "ERR_CANCELED") return new ApiError(CANCELLED);
  if (error.code === "ECONNABORTED" || error.code === "ETIMEDOUT") return new ApiError(TIMED_OUT);
  return new ApiError(OFFLINE);
}

/** A sentence fit for the screen, whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.detail : "Algo inesperado aconteceu no painel. Tente de novo.";
}
