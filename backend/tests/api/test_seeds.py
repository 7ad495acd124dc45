"""Seeding: once, whatever happened since, and safely from several processes."""

import asyncio
import io
import re
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, select, update

import cli
import seeds
from config import DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD, Settings
from container import Container
from models import Empresa, ItemCardapio, Sessao, Usuario
from schemas.horarios import HorariosIn
from tests.panel_world import bearer


async def empresas(container: Container) -> dict[str, Empresa]:
    async with container.db.system_scope() as session:
        return {empresa.slug: empresa for empresa in (await session.execute(select(Empresa))).scalars()}


async def usuarios(container: Container) -> dict[str, Usuario]:
    async with container.db.system_scope() as session:
        return {usuario.email: usuario for usuario in (await session.execute(select(Usuario))).scalars()}


async def run(settings: Settings) -> list[str]:
    return await asyncio.to_thread(seeds.seed, settings)


async def test_the_first_seeding_gives_three_empresas_and_the_superuser(
    container: Container, settings: Settings
) -> None:
    await run(settings)
    found = await empresas(container)
    assert set(found) == {"tinyteams", "pancia-piena", "umas-e-ostras"}
    for empresa in found.values():
        assert empresa.status == "ativo"
        assert empresa.prompt
        assert "Não use emojis" in empresa.prompt
        assert "uma pergunta de cada vez" in empresa.prompt
        for secret in ("openai_key", "twilio_sid", "twilio_token", "twilio_number", "chatwoot_token"):
            assert getattr(empresa, secret) is None
    [usuario] = (await usuarios(container)).values()
    assert (usuario.email, usuario.is_superuser) == (DEFAULT_ADMIN_EMAIL, True)
    assert await container.passwords.verify(DEFAULT_ADMIN_PASSWORD, usuario.senha_hash)


async def test_the_rules_of_a_seeded_empresa_say_what_its_prompt_says(container: Container, settings: Settings) -> None:
    await run(settings)
    found = await empresas(container)
    for empresa in found.values():
        assert empresa.horarios is not None
        week = HorariosIn.model_validate(empresa.horarios)
        assert week.as_json() == empresa.horarios, "the same form as the panel writes"
    pizzaria, ostras, tiny = found["pancia-piena"], found["umas-e-ostras"], found["tinyteams"]
    assert (pizzaria.aceita_pedidos, pizzaria.faz_entrega, pizzaria.aceita_reservas) == (True, True, False)
    assert (ostras.aceita_reservas, ostras.capacidade, ostras.pessoas_maximo) == (True, 60, 12)
    assert (tiny.aceita_reservas, tiny.aceita_pedidos) == (False, False)
    assert pizzaria.horarios is not None
    assert pizzaria.horarios["seg"] == []
    assert pizzaria.horarios["sab"] == [["18:00", "00:00"]]

    async with container.db.system_scope() as session:
        items = (await session.scalars(select(ItemCardapio).order_by(ItemCardapio.ordem))).all()
    assert {item.empresa_id for item in items} == {pizzaria.id}
    prompt = pizzaria.prompt or ""
    large = {item.nome.removesuffix(" grande"): item.preco_centavos for item in items if item.nome.endswith(" grande")}
    medium = {item.nome.removesuffix(" média"): item.preco_centavos for item in items if item.nome.endswith(" média")}
    assert len(large) == 8
    assert medium == {name: price * 80 // 100 for name, price in large.items()}
    prices = dict(re.findall(r"^- (.+?): (?:.*?)R\$ ([0-9,]+)", prompt, re.MULTILINE))
    for name, price in large.items():
        assert prices[name] == f"{price // 100},{price % 100:02}", name
    for item in items:
        if item.categoria == "Bebidas":
            assert prices[item.nome] == f"{item.preco_centavos // 100},{item.preco_centavos % 100:02}"
    assert prices["Taxa de entrega"] == f"{pizzaria.taxa_entrega_centavos // 100},00"


async def test_seeding_again_neither_overwrites_an_edit_nor_revives_a_deletion(
    container: Container, settings: Settings
) -> None:
    await run(settings)
    async with container.db.system_scope() as session:
        await session.execute(update(Empresa).where(Empresa.slug == "tinyteams").values(prompt="editado"))
        await session.execute(delete(Empresa).where(Empresa.slug == "pancia-piena"))
        await session.execute(delete(Usuario))
    assert await run(settings) == []
    found = await empresas(container)
    assert set(found) == {"tinyteams", "umas-e-ostras"}
    assert found["tinyteams"].prompt == "editado"
    assert await usuarios(container) == {}


async def test_processes_that_start_together_seed_once(container: Container, settings: Settings) -> None:
    lines = await asyncio.gather(*(run(settings) for _ in range(4)))
    assert sum(len(done) for done in lines) == 4
    assert len(await empresas(container)) == 3
    assert len(await usuarios(container)) == 1


async def test_what_exists_already_is_left_as_it_is(container: Container, settings: Settings) -> None:
    async with container.db.system_scope() as session:
        session.add(Empresa(slug="tinyteams", nome="Minha", prompt="meu"))
    await run(settings)
    assert (await empresas(container))["tinyteams"].prompt == "meu"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, set()),
        ({"admin_email": "dona@exemplo.com.br"}, set()),
        ({"admin_password": SecretStr("uma senha de produção")}, set()),
        ({"admin_email": "dona@exemplo.com.br", "admin_password": SecretStr(DEFAULT_ADMIN_PASSWORD)}, set()),
        (
            {"admin_email": "Dona@Exemplo.com.br", "admin_password": SecretStr("uma senha de produção")},
            {"dona@exemplo.com.br"},
        ),
    ],
)
async def test_production_has_no_default_superuser(
    container: Container, settings: Settings, change: dict[str, Any], expected: set[str]
) -> None:
    await run(settings.model_copy(update={"environment": "production", **change}))
    assert set(await usuarios(container)) == expected


async def test_the_command_creates_a_superuser_or_gives_one_back_its_access(
    container: Container, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "load_settings", lambda: settings)

    async def command(password: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        return await asyncio.to_thread(cli.main, ["create-superuser", "Dona@Exemplo.com.br", "--senha-stdin"])

    assert await command("curta") == 1
    assert await command("dona@exemplo.com.br") == 1
    assert await command("uma senha comprida") == 0
    usuario = (await usuarios(container))["dona@exemplo.com.br"]
    headers = await bearer(container, usuario.id)
    assert headers
    async with container.db.system_scope() as session:
        await session.execute(update(Usuario).values(ativo=False))
    assert await command("outra senha comprida") == 0
    usuario = (await usuarios(container))["dona@exemplo.com.br"]
    assert (usuario.ativo, usuario.is_superuser) == (True, True)
    assert await container.passwords.verify("outra senha comprida", usuario.senha_hash)
    async with container.db.system_scope() as session:
        [sessao] = (await session.execute(select(Sessao))).scalars()
    assert sessao.revogada_em is not None
    assert "senha comprida" not in capsys.readouterr().out
