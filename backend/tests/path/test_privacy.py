"""No line of the process and no record of the panel's log carries what a customer said or who they are."""

import io
import logging

from models import Log
from tests.stage import Live

PHONE = "5511912345678"
SECRETS = (PHONE, "11912345678", "912345678", "Fulana de Tal", "segredo-do-cliente", "sk-simulador")


async def test_logs_carry_ids_only_through_success_and_failure(live: Live) -> None:
    written = _everything_logged()
    contact = f"whatsapp:+{PHONE}"
    said = {"contact": contact, "profile_name": "Fulana de Tal"}
    await live.say("pizzaria", "segredo-do-cliente: onde fica?", **said)
    await live.wait_replies("pizzaria", 1, contact=contact)
    await live.sim.fault("openai", "status", status=500, times=-1)
    await live.sim.fault("twilio", "reset", after_perform=True, method="POST", path_contains="/Messages.json")
    await live.say("pizzaria", "outro segredo-do-cliente", **said)
    await live.wait_replies("pizzaria", 2, contact=contact, seconds=20)
    await live.sim.no_faults()
    await live.sim.fault("twilio", "status", status=400, path_contains="/Messages.json", times=-1)
    await live.say("pizzaria", "mais um segredo-do-cliente", **said)
    await live.say("pizzaria", "", media=[{"content_type": "audio/ogg", "base64": "T2dn"}], **said)
    await live.settled(seconds=20)

    output = written.getvalue()
    records = await live.rows(Log)
    kept = " ".join(f"{log.code} {log.mensagem} {log.dados}" for log in records)
    assert "mensagem_recebida" in output
    assert {log.nivel for log in records} >= {"INFO", "ERROR"}
    for secret in SECRETS:
        assert secret not in output
        assert secret not in kept


def _everything_logged() -> io.StringIO:
    """Point the process's own handlers, with their own formatting, at memory."""
    written = io.StringIO()
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            handler.setStream(written)
    return written
