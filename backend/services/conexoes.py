"""Trying one integration of an empresa: one cheap real call with the credentials it would use, told in plain words.

Only knows the ports. Nothing is changed anywhere; what a vendor answers becomes a sentence and what to do about it,
written in services/conexoes_texto.py.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from zoneinfo import ZoneInfo

from redis.asyncio import Redis
from redis.exceptions import RedisError

from auth.secrets_box import UnreadableSecret
from config import Settings, Vendor
from errors import ProviderError, ProviderRefused, TooManyAttempts
from models import Empresa
from observability import get_logger
from ports import Clock, CrmInbox, InboxDirectory, ModelCatalog, SenderDirectory, SheetInspector
from schemas.conexoes import ConexaoOut, DetalheConexao, Integracao
from services.conexoes_texto import FIELD_NAMES, NAMES, SENDER_STATES, explain
from services.credentials import CredentialSource, chatwoot_place

log = get_logger(__name__)

TOTAL_SECONDS = 20.0
PER_MINUTE = 12
SANDBOX = "+14155238886"
"""The number every Twilio account may try WhatsApp with; it is nobody's sender."""


class ConnectionTester:
    def __init__(
        self,
        *,
        settings: Settings,
        redis: Redis,
        clock: Clock,
        credentials: CredentialSource,
        twilio: SenderDirectory,
        openai: ModelCatalog,
        sheets: SheetInspector,
        chatwoot: InboxDirectory,
        total: float = TOTAL_SECONDS,
    ) -> None:
        self._settings = settings
        self._redis = redis
        self._clock = clock
        self._credentials = credentials
        self._twilio = twilio
        self._openai = openai
        self._sheets = sheets
        self._chatwoot = chatwoot
        self._total = total

    async def test(self, empresa: Empresa, integracao: Integracao) -> ConexaoOut:
        """What the vendor said. Raises TooManyAttempts only; every failure of the vendor is an answer."""
        await self._count(empresa)
        vendor = Vendor(integracao)
        tries: dict[Vendor, Callable[[Empresa], Awaitable[ConexaoOut]]] = {
            Vendor.TWILIO: self._try_twilio,
            Vendor.OPENAI: self._try_openai,
            Vendor.GOOGLE: self._try_google,
            Vendor.CHATWOOT: self._try_chatwoot,
        }
        try:
            async with asyncio.timeout(self._total):
                found = await tries[vendor](empresa)
        except UnreadableSecret as error:
            found = self._answer(empresa, vendor, False, error.detail, "Grave a credencial de novo na configuração.")
        except ProviderError as error:
            found = self._refused(empresa, vendor, error)
        except TimeoutError:
            found = self._answer(
                empresa,
                vendor,
                False,
                f"{NAMES[vendor]} não respondeu a tempo.",
                "Tente de novo em alguns minutos.",
            )
        if lacking := self._credentials.lacking(empresa, vendor):
            found.detalhes.append(DetalheConexao(rotulo="Atenção", valor=lacking))
            found.o_que_fazer = found.o_que_fazer or lacking
        log.info("connection tried", vendor=vendor.value, ok=found.ok)
        return found

    async def _count(self, empresa: Empresa) -> None:
        """Lightly: a person tries a few times, a script does not use this to guess keys. Open while Redis is down."""
        key = f"conexoes:{empresa.id}"
        try:
            async with asyncio.timeout(1.5):
                count = await self._redis.incr(key)
                if count == 1:
                    await self._redis.expire(key, 60)
        except (RedisError, OSError, TimeoutError):
            log.warning("connection tests not counted")
            return
        if count > PER_MINUTE:
            raise TooManyAttempts("Muitos testes seguidos. Aguarde um minuto e tente de novo.", retry_after=60)

    # --- One vendor each ---

    async def _try_twilio(self, empresa: Empresa) -> ConexaoOut:
        credentials = self._credentials.twilio(empresa)
        if credentials is None:
            return self._off(empresa, Vendor.TWILIO, "Grave o Account SID e o Auth Token da Twilio.")
        account = await self._twilio.fetch_account(credentials)
        details = [("Conta", f"…{credentials.account_sid[-4:]}" + (" (de avaliação)" if account.trial else ""))]
        if account.status != "active":
            return self._answer(
                empresa,
                Vendor.TWILIO,
                False,
                "A conta da Twilio está suspensa ou encerrada.",
                "Entre no console da Twilio e regularize a conta.",
                details,
            )
        number = (empresa.twilio_number or "").removeprefix("whatsapp:")
        if not number:
            details.append(("Número", "o que recebeu a mensagem"))
            return self._answer(empresa, Vendor.TWILIO, True, "A Twilio aceitou as credenciais.", None, details)
        details.append(("Número", number))
        if number == SANDBOX:
            return self._answer(
                empresa,
                Vendor.TWILIO,
                True,
                "A Twilio aceitou as credenciais. O número é o de testes da Twilio.",
                "Só recebe mensagens quem antes enviou a palavra-chave a este número. Para atender clientes, "
                "use um número da empresa.",
                details,
            )
        if self._credentials.is_simulated(empresa, Vendor.TWILIO):
            details.append(("Remetente", "o simulador envia de qualquer número"))
            return self._answer(empresa, Vendor.TWILIO, True, "O simulador aceitou as credenciais.", None, details)
        try:
            status = await self._twilio.sender_status(credentials, number)
        except ProviderRefused:
            details.append(("Remetente", "a Twilio não deixou conferir"))
            return self._answer(empresa, Vendor.TWILIO, True, "A Twilio aceitou as credenciais.", None, details)
        if status is None:
            return self._answer(
                empresa,
                Vendor.TWILIO,
                False,
                f"O número {number} não é um remetente de WhatsApp desta conta da Twilio.",
                "Confira o número, ou cadastre-o no console da Twilio em Messaging, Senders, WhatsApp senders.",
                details,
            )
        details.append(("Remetente", SENDER_STATES.get(status.partition(":")[0], status)))
        if status.partition(":")[0] != "ONLINE":
            return self._answer(
                empresa,
                Vendor.TWILIO,
                False,
                f"O número {number} ainda não está no ar no WhatsApp.",
                "Veja no console da Twilio o que falta para o remetente ficar on-line.",
                details,
            )
        return self._answer(
            empresa, Vendor.TWILIO, True, "A Twilio aceitou as credenciais e o número está no ar.", None, details
        )

    async def _try_openai(self, empresa: Empresa) -> ConexaoOut:
        credentials = self._credentials.openai(empresa)
        if credentials is None:
            return self._off(empresa, Vendor.OPENAI, "Grave a chave da OpenAI.")
        models = await self._openai.list_models(credentials)
        today = self._clock.now().astimezone(ZoneInfo(empresa.fuso_horario)).date()
        chosen = {
            "Modelo das respostas": empresa.openai_model or self._settings.openai_model,
            "Modelo da transcrição": empresa.openai_transcription_model or self._settings.openai_transcription_model,
        }
        details: list[tuple[str, str]] = []
        gone: list[str] = []
        leaving: list[str] = []
        for label, name in chosen.items():
            shutdown = models.get(name)
            if name not in models or (shutdown is not None and shutdown <= today):
                gone.append(name)
                details.append((label, f"{name} (não disponível)"))
            elif shutdown is not None:
                leaving.append(f"{name} será desligado em {shutdown:%d/%m/%Y}")
                details.append((label, f"{name} (até {shutdown:%d/%m/%Y})"))
            else:
                details.append((label, name))
        if gone:
            return self._answer(
                empresa,
                Vendor.OPENAI,
                False,
                f"A OpenAI aceitou a chave, mas não oferece a ela: {', '.join(gone)}.",
                "Escolha outro modelo na configuração, ou libere-o no projeto da chave.",
                details,
            )
        advice = f"{'; '.join(leaving)}. Escolha outro modelo antes disso." if leaving else None
        return self._answer(empresa, Vendor.OPENAI, True, "A OpenAI aceitou a chave e os modelos.", advice, details)

    async def _try_google(self, empresa: Empresa) -> ConexaoOut:
        if not empresa.google_sheet_id:
            return self._answer(
                empresa,
                Vendor.GOOGLE,
                True,
                "Esta empresa guarda as reservas no próprio sistema: não há planilha para testar.",
                None,
            )
        credentials = self._credentials.google(empresa)
        if credentials is None:
            return self._off(empresa, Vendor.GOOGLE, "Grave o arquivo JSON de uma conta de serviço do Google.")
        email = str(credentials.service_account.get("client_email") or "")
        details = [("Conta de serviço", email)]
        share = f"Compartilhe a planilha com {email} como editor."
        try:
            found = await self._sheets.inspect(credentials, empresa.google_sheet_id, tab=empresa.google_sheet_aba)
        except ProviderRefused as error:
            if error.reason != "sheet_not_shared":
                raise
            text = f"O Google recusou o acesso à planilha. Compartilhe-a com {email} como editor."
            return self._answer(empresa, Vendor.GOOGLE, False, text, share, details)
        details += [
            ("Aba", found.tab),
            ("Colunas", ", ".join(FIELD_NAMES[name] for name in found.columns) or "nenhuma: o título é criado ao usar"),
            ("Reservas lidas", str(found.reservations)),
        ]
        if found.missing and found.columns:
            details.append(("Colunas a criar", ", ".join(FIELD_NAMES[name] for name in found.missing)))
        if not found.editable:
            text = f"O Google deixa ler a planilha, mas não escrever nela. Compartilhe-a com {email} como editor."
            return self._answer(empresa, Vendor.GOOGLE, False, text, share, details)
        advice = None
        if found.unreadable_rows:
            rows = ", ".join(str(row) for row in found.unreadable_rows[:10])
            details.append(("Linhas que não foram entendidas", rows))
            advice = f"Confira data, horário e pessoas nas linhas {rows}: elas não são usadas enquanto isso."
        return self._answer(empresa, Vendor.GOOGLE, True, "A planilha abre e pode ser escrita.", advice, details)

    async def _try_chatwoot(self, empresa: Empresa) -> ConexaoOut:
        credentials = self._credentials.chatwoot(empresa)
        if credentials is None:
            return self._off(empresa, Vendor.CHATWOOT, "Grave o endereço da caixa de entrada e o token do Chatwoot.")
        account_id, inbox_id = chatwoot_place(empresa, self._settings)
        inboxes = await self._chatwoot.list_inboxes(credentials, account_id=account_id)
        details = [("Conta", str(account_id))]
        found = _find_inbox(inboxes, inbox_id, empresa.slug)
        if found is None:
            wanted = f"de número {inbox_id}" if inbox_id is not None else f"chamada “{empresa.slug}”"
            return self._answer(
                empresa,
                Vendor.CHATWOOT,
                False,
                f"O Chatwoot aceitou o token, mas não há nele uma caixa de entrada {wanted}.",
                "Crie no Chatwoot uma caixa de entrada do tipo API e cole o endereço dela na configuração.",
                [*details, ("Caixas que o token vê", ", ".join(inbox.name for inbox in inboxes[:10]) or "nenhuma")],
            )
        details.append(("Caixa de entrada", f"{found.name} ({found.id})"))
        if not found.is_api:
            return self._answer(
                empresa,
                Vendor.CHATWOOT,
                False,
                f"A caixa de entrada “{found.name}” não é do tipo API e não recebe as mensagens dos clientes.",
                "Crie no Chatwoot uma caixa de entrada do tipo API e use-a nesta empresa.",
                details,
            )
        return self._answer(empresa, Vendor.CHATWOOT, True, "O Chatwoot abriu a caixa de entrada.", None, details)

    # --- Answers ---

    def _off(self, empresa: Empresa, vendor: Vendor, do: str) -> ConexaoOut:
        text = f"Não há credenciais para {NAMES[vendor]}: nada foi testado."
        return self._answer(empresa, vendor, False, text, do)

    def _refused(self, empresa: Empresa, vendor: Vendor, error: ProviderError) -> ConexaoOut:
        text, do = explain(vendor, error)
        reason = error.vendor_code or error.reason
        return self._answer(empresa, vendor, False, text, do, [("Código do erro", reason)])

    def _answer(
        self,
        empresa: Empresa,
        vendor: Vendor,
        ok: bool,
        text: str,
        do: str | None,
        details: list[tuple[str, str]] | None = None,
    ) -> ConexaoOut:
        return ConexaoOut(
            ok=ok,
            simulada=self._credentials.is_simulated(empresa, vendor),
            mensagem=text,
            o_que_fazer=do,
            detalhes=[DetalheConexao(rotulo=label, valor=value) for label, value in details or []],
        )


def _find_inbox(inboxes: Sequence[CrmInbox], inbox_id: int | None, slug: str) -> CrmInbox | None:
    """The inbox of that number, or the only one named like the slug."""
    if inbox_id is not None:
        return next((inbox for inbox in inboxes if inbox.id == inbox_id), None)
    named = [inbox for inbox in inboxes if inbox.name.strip().casefold() == slug]
    return named[0] if len(named) == 1 else None
