"""The panel's side of an empresa: list, create, change, delete and restore. Secrets enter encrypted and never leave.

What is reached through shared credentials (number, inbox, sheet) is set by superusers and belongs to one empresa at a
time; a change of any of them is serialised, so that two requests cannot both take the same one.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser, require_gestor, require_superuser, visible_empresas
from auth.secrets_box import SecretsBox, UnreadableSecret
from config import Settings, Vendor
from errors import Conflict, Forbidden, InvalidData
from models import Empresa
from schemas.empresas import Credenciais, CredencialOut, EmpresaIn, EmpresaOut, EmpresaPatch, Simulada
from schemas.horarios import HorariosIn
from services.activity_log import add_log
from services.addresses import address_to_copy, belongs_to_another
from services.audit import audit, changes
from services.credentials import CredentialSource
from services.cursors import before_id, encode_cursor, split_page
from services.prompts import add_version

SECRETS = ("openai_key", "twilio_token", "chatwoot_token", "chatwoot_webhook_secret", "google_credentials")
SHARED = ("twilio_number", "chatwoot_origem", "google_sheet_id")
"""Reached through credentials that several empresas may share: only a superuser points an empresa at them."""

_TAKEN = {
    "twilio_number": "Este número já é usado por outra empresa.",
    "chatwoot_origem": "Esta caixa de entrada do Chatwoot já é usada por outra empresa.",
    "google_sheet_id": "Esta planilha já é usada por outra empresa.",
}
_GOOGLE_TOKEN_HOSTS = ("oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com")
RESTORABLE = timedelta(days=30)
"""How long a deletion can be undone; then services/purge.py removes everything."""

CONFIGURATION = (
    "prompt",
    "mensagem_falha",
    "openai_model",
    "openai_transcription_model",
    "temperatura",
    "lembrete_content_sid",
    "janela_content_sid",
    "twilio_sid",
    "twilio_number",
    "webhook_url",
    "chatwoot_origem",
    "google_sheet_id",
    "google_sheet_aba",
)
"""How the attendant is set up and where it is connected: null to who works on the floor."""

_NOT_COLUMNS = {"slug", "prompt_nota"}
# One number for every process: whoever changes a shared field or a slug waits for the others.
_UNIQUENESS_LOCK = 7_203_115


class EmpresaService:
    """Works inside the caller's transaction."""

    def __init__(self, settings: Settings, *, box: SecretsBox, credentials: CredentialSource) -> None:
        self._settings = settings
        self._box = box
        self._credentials = credentials

    async def list_empresas(
        self,
        session: AsyncSession,
        user: CurrentUser,
        *,
        search: str | None,
        include_deleted: bool,
        limit: int,
        cursor: str | None,
    ) -> tuple[list[EmpresaOut], str | None]:
        query = select(Empresa).order_by(Empresa.id.desc()).limit(limit + 1)
        if (visible := visible_empresas(user)) is not None:
            query = query.where(Empresa.id.in_(visible))
        if not include_deleted:
            query = query.where(Empresa.excluida_em.is_(None))
        else:
            require_superuser(user)
        if search:
            query = query.where(
                or_(Empresa.nome.icontains(search, autoescape=True), Empresa.slug.icontains(search, autoescape=True))
            )
        if cursor:
            query = query.where(before_id(cursor, Empresa.id))
        rows = (await session.execute(query)).scalars().all()
        page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row.id))
        return [self.show(empresa, user) for empresa in page], next_cursor

    async def create(self, session: AsyncSession, user: CurrentUser, wanted: EmpresaIn) -> EmpresaOut:
        """Raises Conflict when the slug, or something only one empresa may use, is taken."""
        require_superuser(user)
        await _serialise(session)
        taken = (await session.execute(select(Empresa).where(Empresa.slug == wanted.slug))).scalar_one_or_none()
        if taken is not None:
            deleted = " A empresa que o usava foi excluída e ainda pode ser restaurada." if taken.excluida_em else ""
            raise Conflict(f"Já existe uma empresa com o endereço “{wanted.slug}”.{deleted}")
        columns = self._columns(wanted)
        prompt = columns.pop("prompt", None)
        empresa = Empresa(nome=wanted.nome, slug=wanted.slug)
        await self._apply(session, empresa, columns)
        session.add(empresa)
        await session.flush()
        await session.refresh(empresa)
        mudancas = changes({}, {"nome": empresa.nome, "slug": empresa.slug, **columns}, secrets=SECRETS)
        _audit(session, user, "empresa_criada", empresa, mudancas)
        await add_version(
            session, user, empresa, prompt, nota=_note_of(wanted) or "Prompt inicial", acao="prompt_publicado"
        )
        add_log(session, "INFO", "empresa_criada", "Empresa criada.", empresa_id=empresa.id, dados=_by(user))
        return await self._shown_again(session, empresa, user)

    async def update(
        self, session: AsyncSession, user: CurrentUser, empresa: Empresa, wanted: EmpresaPatch
    ) -> EmpresaOut:
        """Absent fields keep their value. A gestor may not touch what only superusers set."""
        require_gestor(user)
        await session.refresh(empresa, with_for_update={"key_share": True})
        columns = self._columns(wanted)
        if "prompt" in columns:
            await add_version(
                session, user, empresa, columns.pop("prompt"), nota=_note_of(wanted), acao="prompt_publicado"
            )
        changed = {name: value for name, value in columns.items() if getattr(empresa, name) != value}
        if not user.is_superuser:
            _refuse_beyond_gestor(empresa, changed)
        mudancas = changes({name: getattr(empresa, name) for name in changed}, changed, secrets=SECRETS)
        await self._apply(session, empresa, changed)
        if changed:
            _audit(session, user, "empresa_alterada", empresa, mudancas)
            dados = {**_by(user), "campos": sorted(changed)}
            add_log(session, "INFO", "empresa_alterada", "Configuração alterada.", empresa_id=empresa.id, dados=dados)
        await session.flush()
        return await self._shown_again(session, empresa, user)

    async def delete(
        self, session: AsyncSession, user: CurrentUser, empresa: Empresa, *, confirmation: str | None, now: datetime
    ) -> None:
        """Close it at once. Its data stay until the purge, and `restore` undoes this until then."""
        require_superuser(user)
        if confirmation != empresa.slug:
            raise InvalidData([("confirmar", f"Para excluir, confirme com o endereço da empresa: {empresa.slug}.")])
        empresa.excluida_em = now
        _audit(session, user, "empresa_excluida", empresa)
        add_log(session, "WARNING", "empresa_excluida", "Empresa excluída.", empresa_id=empresa.id, dados=_by(user))

    async def restore(self, session: AsyncSession, user: CurrentUser, empresa: Empresa, *, now: datetime) -> EmpresaOut:
        """Raises Conflict when another empresa took its number, inbox or sheet, or when the purge may have begun."""
        require_superuser(user)
        await session.refresh(empresa, with_for_update={"key_share": True})
        if empresa.excluida_em is not None:
            if empresa.excluida_em <= now - RESTORABLE:
                raise Conflict(f"O prazo de {RESTORABLE.days} dias para restaurar esta empresa terminou.")
            await _serialise(session)
            await self._refuse_taken(session, empresa.id, {name: getattr(empresa, name) for name in SHARED})
            empresa.excluida_em = None
            _audit(session, user, "empresa_restaurada", empresa)
            add_log(
                session, "INFO", "empresa_restaurada", "Empresa restaurada.", empresa_id=empresa.id, dados=_by(user)
            )
            await session.flush()
        return await self._shown_again(session, empresa, user)

    def show(self, empresa: Empresa, user: CurrentUser) -> EmpresaOut:
        """The empresa as the user may read it: configuration and the ends of secrets only to who may change them."""
        secrets: dict[str, Any] = {}
        for name in SECRETS:
            cipher = getattr(empresa, name)
            secrets[f"{name}_definida"] = cipher is not None
            secrets[f"{name}_final"] = self._final(name, cipher) if cipher and user.is_gestor else None
        sources = {
            vendor.value: CredencialOut(
                origem=self._credentials.origin(empresa, vendor), falta=self._credentials.lacking(empresa, vendor)
            )
            for vendor in Vendor
        }
        simulated = {vendor.value: self._credentials.is_simulated(empresa, vendor) for vendor in Vendor}
        plain = {name: getattr(empresa, name) for name in EmpresaOut.model_fields if name in Empresa.__mapper__.columns}
        if not user.is_gestor:
            plain |= dict.fromkeys(CONFIGURATION)
        return EmpresaOut(
            **plain,
            **secrets,
            webhook=address_to_copy(empresa, self._settings.public_url),
            simulada=Simulada(**simulated),
            credenciais=Credenciais(**sources),
        )

    async def _shown_again(self, session: AsyncSession, empresa: Empresa, user: CurrentUser) -> EmpresaOut:
        await session.refresh(empresa)
        return self.show(empresa, user)

    def _final(self, name: str, cipher: str) -> str | None:
        if name != "google_credentials":
            return self._box.final(cipher)
        try:
            key_id = json.loads(self._box.decrypt(cipher)).get("private_key_id")
        except (UnreadableSecret, ValueError, AttributeError):
            return None
        return key_id[-4:] if isinstance(key_id, str) and len(key_id) >= 12 else None

    def _columns(self, wanted: EmpresaPatch) -> dict[str, Any]:
        """The columns the body sets, secrets already encrypted."""
        columns = {name: getattr(wanted, name) for name in wanted.model_fields_set - _NOT_COLUMNS}
        if isinstance(week := columns.get("horarios"), HorariosIn):
            columns["horarios"] = week.as_json()
        if isinstance(account := columns.get("google_credentials"), SecretStr):
            self._check_service_account(account.get_secret_value())
        for name in SECRETS:
            if isinstance(value := columns.get(name), SecretStr):
                columns[name] = self._box.encrypt(value.get_secret_value())
        return columns

    def _check_service_account(self, raw: str) -> None:
        """The file names the address its key is sent to: in production only Google's own is acceptable."""
        try:
            parts = urlsplit(json.loads(raw)["token_uri"])
            scheme, host = parts.scheme, parts.hostname
        except ValueError:
            scheme, host = "", None
        google = scheme == "https" and host in _GOOGLE_TOKEN_HOSTS
        if not google and (self._settings.production or scheme not in ("http", "https")):
            raise InvalidData([("google_credentials", "O arquivo não é de uma conta de serviço do Google.")])

    async def _apply(self, session: AsyncSession, empresa: Empresa, columns: dict[str, Any]) -> None:
        if belongs_to_another(columns.get("webhook_url"), empresa.slug, self._settings.public_url):
            raise InvalidData([("webhook_url", "Este é o endereço de outra empresa.")])
        shared = {name: columns[name] for name in SHARED if columns.get(name)}
        if shared:
            await _serialise(session)
            await self._refuse_taken(session, empresa.id, shared)
        for name, value in columns.items():
            setattr(empresa, name, value)
        _check_together(empresa, columns)

    async def _refuse_taken(self, session: AsyncSession, empresa_id: int | None, shared: dict[str, str | None]) -> None:
        for name, value in shared.items():
            if not value:
                continue
            query = select(Empresa.id).where(self._is_same(name, value), Empresa.excluida_em.is_(None))
            if empresa_id is not None:
                query = query.where(Empresa.id != empresa_id)
            if (await session.execute(query.limit(1))).first() is not None:
                raise Conflict(_TAKEN[name])

    def _is_same(self, name: str, value: str) -> ColumnElement[bool]:
        """A condition that is true of every way the same number, inbox or sheet may be written."""
        if name == "google_sheet_id":
            return Empresa.google_sheet_id == value
        if name == "twilio_number":
            bare = value.removeprefix("whatsapp:")
            return Empresa.twilio_number.in_([bare, f"whatsapp:{bare}"])
        origem = func.lower(Empresa.chatwoot_origem)
        if self._settings.chatwoot_base_url is None:
            return origem == value.lower()
        # CHATWOOT_BASE_URL replaces the server of every origem: account and inbox are what tells them apart.
        account, inbox = value.replace("/inbox/", "/").rsplit("/", 2)[-2:]
        return or_(origem == f"{account}/{inbox}", origem.endswith(f"/app/accounts/{account}/inbox/{inbox}"))


async def _serialise(session: AsyncSession) -> None:
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UNIQUENESS_LOCK})


def _refuse_beyond_gestor(empresa: Empresa, changed: Mapping[str, Any]) -> None:
    if any(name in changed for name in SHARED):
        raise Forbidden("Número, caixa de entrada e planilha são definidos pela administração do sistema.")
    if "status" in changed and "inativo" in (empresa.status, changed["status"]):
        raise Forbidden("Só a administração do sistema ativa ou desativa uma empresa. Você pode pausar e retomar.")


def _check_together(empresa: Empresa, columns: Mapping[str, Any]) -> None:
    """Fields that only make sense beside each other, judged as they will be stored."""
    if {"latitude", "longitude"} & set(columns) and (empresa.latitude is None) != (empresa.longitude is None):
        missing = "latitude" if empresa.latitude is None else "longitude"
        raise InvalidData([(missing, "Informe a latitude e a longitude, ou nenhuma das duas.")])


def _note_of(wanted: EmpresaPatch) -> str | None:
    return wanted.prompt_nota if "prompt_nota" in wanted.model_fields_set else None


def _audit(
    session: AsyncSession, user: CurrentUser, acao: str, empresa: Empresa, mudancas: Mapping[str, Any] | None = None
) -> None:
    audit(session, user, acao, alvo_tipo="empresa", alvo_id=empresa.id, empresa_id=empresa.id, mudancas=mudancas)


def _by(user: CurrentUser) -> dict[str, Any]:
    return {"usuario_id": user.id}
