"""The tenant's configuration in and out. Secrets are write-only: they are read as `x_definida` and `x_final`.

On PATCH a field left out keeps its value and null clears it where the column allows it; an empty secret is refused.
"""

import json
import re
import unicodedata
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from schemas.common import Entrada, Instante, Pagina, Saida, Storable, Texto, absent
from schemas.horarios import HorariosIn, HorariosOut
from schemas.prompts import Nota, Prompt

RESERVED_SLUGS = frozenset({"auditoria", "buffer", "logs", "usuarios", "login", "admin", "simulador", "empresas"})
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_E164 = re.compile(r"(whatsapp:)?\+[1-9][0-9]{6,14}")
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_INBOX_PATH = re.compile(r"(.*)/app/accounts/([0-9]{1,9})/inbox/([0-9]{1,9})(/.*)?")
_INBOX_SHORT = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_SHEET_ADDRESS = re.compile(r"https://docs\.google\.com/spreadsheets/(?:u/[0-9]+/)?d/([A-Za-z0-9_-]+)(?:[/?#].*)?")
_SHEET_ID = re.compile(r"[A-Za-z0-9_-]{5,200}")
_CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")

Status = Literal["ativo", "pausado", "inativo"]


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError("Use apenas letras minúsculas sem acento, números e hífens, como em minha-empresa.")
    if value in RESERVED_SLUGS:
        raise ValueError("Este endereço é reservado pelo sistema. Escolha outro.")
    return value


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("Fuso horário desconhecido. Use um nome como America/Sao_Paulo.")
    return value


def _number(value: str) -> str:
    compact = re.sub(r"[\s().-]", "", value)
    if not _E164.fullmatch(compact):
        raise ValueError("Informe o número com código do país, como em +5511999998888.")
    return compact


def _account_sid(value: str) -> str:
    if not _ACCOUNT_SID.fullmatch(value):
        raise ValueError("O Account SID da Twilio começa com AC e tem 34 caracteres.")
    return value


def _public_address(value: str) -> str:
    """An http(s) address without credentials, query or fragment; it is compared, never called."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.fragment or any(char.isspace() for char in value):
        raise ValueError("Informe um endereço completo, como em https://exemplo.com.br/webhook/minha-empresa.")
    return value


def _inbox(value: str) -> str:
    if _INBOX_SHORT.fullmatch(value):
        return value
    try:
        parts = urlsplit(value)
        found = _INBOX_PATH.fullmatch(parts.path)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        found, usable = None, False
    if not found or not usable:
        raise ValueError("Cole o endereço da caixa de entrada do Chatwoot como aparece no navegador, ou conta/caixa.")
    prefix, account, inbox = found.group(1), found.group(2), found.group(3)
    return f"{parts.scheme}://{parts.netloc.lower()}{prefix}/app/accounts/{account}/inbox/{inbox}"


def _sheet(value: str) -> str:
    if address := _SHEET_ADDRESS.fullmatch(value):
        value = address.group(1)
    if not _SHEET_ID.fullmatch(value):
        raise ValueError("Cole o endereço da planilha do Google ou o seu identificador.")
    return value


def _content_sid(value: str) -> str:
    if not _CONTENT_SID.fullmatch(value):
        raise ValueError("O Content SID de um modelo de mensagem da Twilio começa com HX e tem 34 caracteres.")
    return value


def _one_line_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if not text:
        raise ValueError("O segredo não pode ficar vazio. Para apagar, envie null.")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("O segredo contém caracteres que não fazem parte de uma chave.")
    return SecretStr(text)


def _service_account(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if not text:
        raise ValueError("O segredo não pode ficar vazio. Para apagar, envie null.")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    needed = ("client_email", "private_key", "token_uri")
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in needed):
        raise ValueError("Cole o conteúdo inteiro do arquivo JSON da conta de serviço do Google.")
    return SecretStr(text)


def _one_line(value: str) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in value):
        raise ValueError("O nome não pode ter quebras de linha nem caracteres invisíveis.")
    return value


Nome = Annotated[Texto, StringConstraints(min_length=1, max_length=255), AfterValidator(_one_line)]
Slug = Annotated[str, StringConstraints(min_length=2, max_length=60), AfterValidator(_slug)]
FusoHorario = Annotated[str, StringConstraints(max_length=64), AfterValidator(_time_zone)]
Numero = Annotated[str, StringConstraints(max_length=50, strip_whitespace=True), Storable, AfterValidator(_number)]
AccountSid = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_account_sid)]
Endereco = Annotated[
    str, StringConstraints(max_length=500, strip_whitespace=True), Storable, AfterValidator(_public_address)
]
Caixa = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True), Storable, AfterValidator(_inbox)]
Planilha = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True), AfterValidator(_sheet)]
Modelo = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
Frase = Annotated[Texto, StringConstraints(min_length=1, max_length=1_000)]
Horas = Annotated[int, Field(ge=1, le=24)]
Temperatura = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
EnderecoFisico = Annotated[Texto, StringConstraints(min_length=1, max_length=300)]
Aba = Annotated[Texto, StringConstraints(min_length=1, max_length=100)]
ContentSid = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_content_sid)]
Unidade = Literal["lugares", "mesas"]
Segredo = Annotated[SecretStr, Field(max_length=1_000), AfterValidator(_one_line_secret)]
ContaServico = Annotated[SecretStr, Field(max_length=20_000), AfterValidator(_service_account)]


class EmpresaPatch(Entrada):
    """Absent fields keep their value."""

    nome: Nome = absent()
    status: Status = absent()
    prompt: Prompt | None = absent()
    prompt_nota: Nota | None = absent()
    """Why the prompt changed; kept with the version that this save makes."""
    usar_buffer: bool = absent()
    mensagem_quebrada: bool = absent()
    audio_no_grupo: bool = absent()
    fuso_horario: FusoHorario = absent()
    mensagem_falha: Frase | None = absent()
    horas_para_responder: Horas = absent()
    openai_model: Modelo | None = absent()
    openai_transcription_model: Modelo | None = absent()
    temperatura: Temperatura | None = absent()
    resposta_max_tokens: Annotated[int, Field(ge=100, le=4_000)] = absent()
    contexto_max_tokens: Annotated[int, Field(ge=1_000, le=60_000)] = absent()
    endereco: EnderecoFisico | None = absent()
    latitude: Latitude | None = absent()
    longitude: Longitude | None = absent()
    horarios: HorariosIn | None = absent()
    aceita_reservas: bool = absent()
    capacidade: Annotated[int, Field(ge=1, le=10_000)] | None = absent()
    capacidade_unidade: Unidade = absent()
    pessoas_por_mesa: Annotated[int, Field(ge=1, le=50)] = absent()
    pessoas_maximo: Annotated[int, Field(ge=1, le=500)] = absent()
    duracao_minutos: Annotated[int, Field(ge=15, le=1_440)] = absent()
    intervalo_minutos: Annotated[int, Field(ge=5, le=240)] = absent()
    antecedencia_minutos: Annotated[int, Field(ge=0, le=10_080)] = absent()
    antecedencia_dias: Annotated[int, Field(ge=1, le=730)] = absent()
    lembrete_content_sid: ContentSid | None = absent()
    lembrete_horas: Annotated[int, Field(ge=1, le=168)] = absent()
    aceita_pedidos: bool = absent()
    faz_entrega: bool = absent()
    taxa_entrega_centavos: Annotated[int, Field(ge=0, le=100_000)] = absent()
    janela_content_sid: ContentSid | None = absent()
    respostas_por_dia: Annotated[int, Field(ge=1, le=1_000)] = absent()
    twilio_sid: AccountSid | None = absent()
    twilio_number: Numero | None = absent()
    webhook_url: Endereco | None = absent()
    chatwoot_origem: Caixa | None = absent()
    google_sheet_id: Planilha | None = absent()
    google_sheet_aba: Aba | None = absent()
    openai_key: Segredo | None = absent()
    twilio_token: Segredo | None = absent()
    chatwoot_token: Segredo | None = absent()
    chatwoot_webhook_secret: Segredo | None = absent()
    google_credentials: ContaServico | None = absent()


class EmpresaIn(EmpresaPatch):
    """A new empresa: everything but name and slug may come later. The slug never changes."""

    nome: Nome
    slug: Slug


class Simulada(Saida):
    """Which vendors are played by the simulator for this empresa."""

    twilio: bool
    openai: bool
    google: bool
    chatwoot: bool


OrigemCredencial = Literal["empresa", "ambiente", "simulador"]


class CredencialOut(Saida):
    origem: OrigemCredencial | None
    """Whose set is used; null = none, so that the vendor is off."""
    falta: str | None
    """What is missing from the empresa's own set, which is therefore not used; null when it is whole or absent."""


class Credenciais(Saida):
    """Where each vendor's credentials come from."""

    twilio: CredencialOut
    openai: CredencialOut
    google: CredencialOut
    chatwoot: CredencialOut


class EmpresaOut(Saida):
    id: int
    nome: str
    slug: str
    status: Status
    prompt: str | None
    prompt_versao: int
    """Number of the version that `prompt` is; 0 = never set."""
    usar_buffer: bool
    mensagem_quebrada: bool
    audio_no_grupo: bool
    fuso_horario: str
    mensagem_falha: str | None
    horas_para_responder: int
    openai_model: str | None
    openai_transcription_model: str | None
    temperatura: float | None
    resposta_max_tokens: int
    contexto_max_tokens: int
    endereco: str | None
    latitude: float | None
    longitude: float | None
    horarios: HorariosOut | None
    """Null = not told."""
    aceita_reservas: bool
    capacidade: int | None
    capacidade_unidade: Unidade
    pessoas_por_mesa: int
    pessoas_maximo: int
    duracao_minutos: int
    intervalo_minutos: int
    antecedencia_minutos: int
    antecedencia_dias: int
    lembrete_content_sid: str | None
    lembrete_horas: int
    aceita_pedidos: bool
    faz_entrega: bool
    taxa_entrega_centavos: int
    janela_content_sid: str | None
    respostas_por_dia: int
    twilio_sid: str | None
    twilio_number: str | None
    webhook_url: str | None
    chatwoot_origem: str | None
    google_sheet_id: str | None
    google_sheet_aba: str | None
    openai_key_definida: bool
    openai_key_final: str | None
    twilio_token_definida: bool
    twilio_token_final: str | None
    chatwoot_token_definida: bool
    chatwoot_token_final: str | None
    chatwoot_webhook_secret_definida: bool
    chatwoot_webhook_secret_final: str | None
    google_credentials_definida: bool
    google_credentials_final: str | None
    """The last four characters of the key's id, never of the key."""
    webhook: str
    """The public address Twilio must call, with its retry fragment."""
    simulada: Simulada
    credenciais: Credenciais
    created_at: Instante
    updated_at: Instante
    excluida_em: Instante | None


class EmpresasPagina(Pagina[EmpresaOut]):
    pass
