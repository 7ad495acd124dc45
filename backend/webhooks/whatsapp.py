"""Twilio's webhooks: a customer's message, or the delivery status of one of ours.

Plain ASGI inside the app, because parsing the raw body is most of what a framework would cost here. The empresa comes
from the path, then its own token checks the signature, and only then is anything in the form believed.
"""

import asyncio
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from container import Container
from errors import BodyTooLarge, Forbidden, InvalidData, Unavailable
from models import Empresa
from observability import empresa_slug, get_logger
from services.addresses import webhook_address
from services.delivery_status import record_status
from webhooks.form import clean, delivery_status, inbound_from, parse_form
from webhooks.signature import signature_is_valid, signed_addresses

log = get_logger(__name__)

MAX_BODY = 256 * 1024
_STORE_SECONDS = 5.0
_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
_EMPTY_TWIML = {"type": "http.response.body", "body": _TWIML}


class WhatsAppWebhook:
    """`POST /webhook/{slug}` and `POST /webhook/{slug}/status`: the same checks, told apart by `suffix`."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        container: Container = scope["app"].state.container
        try:
            body = await _read(request)
        except ClientDisconnect:
            return
        empresa = await container.intake.find_empresa(clean(scope["path_params"]["slug"], 100))
        context = empresa_slug.set(empresa.slug)
        try:
            form = self._verified(container, empresa, request, body)
            await _accept(container, empresa, form, request.query_params.get("parte"), self._suffix)
        finally:
            empresa_slug.reset(context)
        headers = [(b"content-type", b"text/xml; charset=utf-8"), (b"content-length", str(len(_TWIML)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(_EMPTY_TWIML)

    def _verified(self, container: Container, empresa: Empresa, request: Request, body: bytes) -> dict[str, str]:
        """The form, first value of each name. Raises Forbidden unless Twilio signed it with the empresa's token."""
        credentials = container.credentials.twilio(empresa)
        given = request.headers.get("X-Twilio-Signature", "")
        try:
            pairs = parse_form(body)
        except ValueError:
            raise InvalidData([("corpo", "Formulário ilegível.")]) from None
        configured = webhook_address(empresa, container.settings.public_url)
        urls = signed_addresses(configured, self._suffix, request.scope.get("query_string", b"").decode("latin-1"))
        if credentials is None or not signature_is_valid(credentials.auth_token, urls, pairs, given):
            log.warning("webhook refused", reason="no_token" if credentials is None else "signature")
            raise Forbidden("Assinatura inválida.")
        form: dict[str, str] = {}
        for name, value in pairs:
            form.setdefault(name, value)
        return form


async def _read(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MAX_BODY:
        raise BodyTooLarge
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)


async def _accept(container: Container, empresa: Empresa, form: dict[str, str], parte: str | None, suffix: str) -> None:
    status = delivery_status(form)
    if status is not None or (suffix and form.get("MessageStatus")):
        await _accept_status(container, empresa, form, parte, status)
        return
    message = inbound_from(form)
    if message is None:
        raise InvalidData([("MessageSid", "MessageSid e From são obrigatórios.")])
    await container.intake.receive(empresa, message)


async def _accept_status(
    container: Container, empresa: Empresa, form: dict[str, str], parte: str | None, status: str | None
) -> None:
    sid = clean(form.get("MessageSid") or form.get("SmsSid") or "", 64).strip()
    if not sid:
        raise InvalidData([("MessageSid", "MessageSid é obrigatório.")])
    if status is None:
        return  # A status nobody knew when this was written: nothing to record.
    try:
        async with asyncio.timeout(_STORE_SECONDS), container.db.tenant(empresa.id) as session:
            await record_status(
                session,
                empresa_id=empresa.id,
                parte_id=_uuid(parte),
                message_sid=sid,
                status=status,
                erro=clean(form.get("ErrorCode", ""), 60).strip() or None,
                now=container.clock.now(),
            )
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.error("status not stored", reason=type(error).__name__)
        raise Unavailable from error


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
