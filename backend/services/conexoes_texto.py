"""The words of a connection test: what a vendor's refusal means and what a person can do about it.

Knows the reasons that adapters give (`ProviderError.reason`), never an answer of a vendor.
"""

from config import Vendor
from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderUncertain

NAMES = {
    Vendor.TWILIO: "a Twilio",
    Vendor.OPENAI: "a OpenAI",
    Vendor.GOOGLE: "o Google",
    Vendor.CHATWOOT: "o Chatwoot",
}
FIELD_NAMES = {
    "id": "Código",
    "nome": "Nome",
    "telefone": "Telefone",
    "data": "Data",
    "horario": "Horário",
    "pessoas": "Pessoas",
    "status": "Status",
    "observacoes": "Observações",
}
SENDER_STATES = {
    "ONLINE": "on-line",
    "OFFLINE": "fora do ar",
    "CREATING": "em criação",
    "PENDING_VERIFICATION": "aguardando verificação",
    "VERIFYING": "em verificação",
    "TWILIO_REVIEW": "em análise na Twilio",
    "DRAFT": "rascunho",
    "STUBBED": "rascunho",
}

_WRONG_KEY = {
    Vendor.TWILIO: (
        "A Twilio recusou o Account SID ou o Auth Token.",
        "Copie os dois de novo do console da Twilio, da mesma conta, e grave-os juntos.",
    ),
    Vendor.OPENAI: (
        "A OpenAI recusou a chave.",
        "Crie uma chave nova em platform.openai.com, na página de chaves de API, e grave-a.",
    ),
    Vendor.GOOGLE: (
        "O Google recusou a conta de serviço.",
        "Crie uma chave JSON nova para a conta de serviço no Google Cloud e grave o arquivo inteiro.",
    ),
    Vendor.CHATWOOT: (
        "O Chatwoot recusou o token.",
        "Copie o token de acesso do perfil de um agente que veja esta caixa de entrada e grave-o.",
    ),
}
_BY_REASON = {
    "insufficient_quota": (
        "A OpenAI aceitou a chave, mas a conta está sem créditos.",
        "Coloque créditos na conta da OpenAI ou aumente o limite de gastos.",
    ),
    "sheet_not_found": (
        "O Google não encontrou a planilha.",
        "Confira o endereço da planilha na configuração.",
    ),
    "sheet_id_invalid": ("O identificador da planilha não é válido.", "Cole de novo o endereço da planilha."),
    "tab_not_found": (
        "A planilha abre, mas não tem a aba configurada.",
        "Confira o nome da aba na configuração ou deixe-o vazio para usar a primeira.",
    ),
    "api_disabled": (
        "O projeto da conta de serviço não tem a API do Google Planilhas ligada.",
        "Ligue a Google Sheets API no projeto, no Google Cloud.",
    ),
    "token_address_not_allowed": (
        "O arquivo da conta de serviço aponta para um endereço que não é do Google.",
        "Baixe de novo o arquivo JSON no Google Cloud e grave-o inteiro, sem alterações.",
    ),
    "address_invalid": ("O endereço do Chatwoot não é válido.", "Cole de novo o endereço da caixa de entrada."),
    "address_not_https": ("O endereço do Chatwoot não usa https.", "Use o endereço que começa com https://."),
    "address_unknown": ("O endereço do Chatwoot não existe.", "Confira o endereço da caixa de entrada."),
    "address_not_public": (
        "O endereço do Chatwoot não é público na internet.",
        "Use um endereço público, ou peça à administração que o configure no sistema.",
    ),
    "bad_account_sid": ("O Account SID da Twilio não é válido.", "Copie-o de novo do console da Twilio."),
}
_NOT_FOUND = {
    Vendor.CHATWOOT: (
        "O Chatwoot respondeu que esta conta não existe.",
        "Confira o número da conta no endereço da caixa de entrada.",
    ),
    Vendor.OPENAI: (
        "O endereço configurado não é o da API da OpenAI.",
        "Confira OPENAI_BASE_URL: ele precisa terminar em /v1.",
    ),
    Vendor.TWILIO: ("A Twilio respondeu que a conta não existe.", "Confira o Account SID."),
}
_LATER = "Tente de novo em alguns minutos."


def explain(vendor: Vendor, error: ProviderError) -> tuple[str, str]:
    """(what happened, what to do) for any failure an adapter reports."""
    name = NAMES[vendor]
    subject = name[0].upper() + name[1:]
    if known := _BY_REASON.get(error.reason):
        return known
    if isinstance(error, ProviderAuthFailed):
        return _WRONG_KEY[vendor]
    if error.reason == "http_404" and vendor in _NOT_FOUND:
        return _NOT_FOUND[vendor]
    if error.reason in ("unreachable", "token_unreachable"):
        return f"Não foi possível chegar até {name}.", "Confira se o endereço está certo e tente de novo."
    if error.reason in ("timeout", "too_late"):
        return f"{subject} não respondeu a tempo.", _LATER
    if isinstance(error, ProviderBusy) and error.reason != "token_unavailable":
        return f"{subject} pediu para esperar: houve pedidos demais em pouco tempo.", _LATER
    if isinstance(error, (ProviderUncertain, ProviderBusy)):
        return f"{subject} está com problemas no momento.", _LATER
    return f"{subject} recusou o pedido.", "Confira esta integração na configuração da empresa."
