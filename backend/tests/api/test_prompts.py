"""Versions of a prompt: each save makes one, one click goes back, and every reply remembers which made it."""

import asyncio

import httpx
import pytest
from sqlalchemy import select

from container import Container
from models import Auditoria, Turno
from services.prompts import ADMINISTRATION
from services.text_diff import MOST_LINES, diff_lines
from tests.panel_fixtures import Headers
from tests.panel_world import World, add_usuario, bearer
from tests.stage import Live

URL = "/api/empresas/nossa"


async def versions(client: httpx.AsyncClient, headers: Headers) -> list[dict[str, object]]:
    answer = await client.get(f"{URL}/prompts", headers=dict(headers))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_each_save_makes_a_version_and_the_same_text_makes_none(
    client: httpx.AsyncClient, gestor: Headers, superuser: Headers
) -> None:
    body = {"prompt": "segundo", "prompt_nota": "Troquei o tom"}
    changed = await client.patch(URL, json=body, headers=dict(gestor))
    assert (changed.json()["prompt"], changed.json()["prompt_versao"]) == ("segundo", 2)
    assert "prompt_nota" not in changed.json()
    same = await client.patch(URL, json={**body, "nome": "Outro nome"}, headers=dict(gestor))
    assert (same.json()["nome"], same.json()["prompt_versao"]) == ("Outro nome", 2)

    posted = await client.post(f"{URL}/prompts", json={"texto": "terceiro", "nota": "Natal"}, headers=dict(superuser))
    assert posted.status_code == 201
    assert (posted.json()["numero"], posted.json()["atual"]) == (3, True)
    again = await client.post(f"{URL}/prompts", json={"texto": "terceiro"}, headers=dict(superuser))
    assert again.json()["numero"] == 3

    found = await versions(client, gestor)
    assert [(one["numero"], one["texto"], one["nota"], one["atual"]) for one in found] == [
        (3, "terceiro", "Natal", True),
        (2, "segundo", "Troquei o tom", False),
        (1, "prompt-nossa", None, False),
    ]
    assert [one["autor"] for one in found] == [ADMINISTRATION, "gestor@nossa.com.br", "gestor@nossa.com.br"]
    assert (await versions(client, superuser))[0]["autor"] == "raiz@exemplo.com.br"


async def test_going_back_is_a_new_version_with_the_old_text(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    await client.patch(URL, json={"prompt": "um erro"}, headers=dict(gestor))
    back = await client.post(f"{URL}/prompts/1/restaurar", headers=dict(gestor))
    assert back.status_code == 200
    assert (back.json()["numero"], back.json()["texto"], back.json()["nota"]) == (3, "prompt-nossa", "Volta à versão 1")
    assert (await client.get(URL, headers=dict(gestor))).json()["prompt"] == "prompt-nossa"
    assert [one["numero"] for one in await versions(client, gestor)] == [3, 2, 1]
    assert (await client.post(f"{URL}/prompts/9/restaurar", headers=dict(gestor))).status_code == 404
    async with container.db.system_scope() as session:
        acts = await session.execute(
            select(Auditoria.acao, Auditoria.ator, Auditoria.alvo_id)
            .where(Auditoria.empresa_id == world.ours.id, Auditoria.alvo_tipo == "prompt")
            .order_by(Auditoria.id)
        )
        assert [tuple(act) for act in acts] == [
            ("prompt_publicado", "gestor@nossa.com.br", "2"),
            ("prompt_restaurado", "gestor@nossa.com.br", "3"),
        ]


async def test_a_cleared_prompt_is_a_version_too(client: httpx.AsyncClient, gestor: Headers) -> None:
    cleared = await client.patch(URL, json={"prompt": None}, headers=dict(gestor))
    assert (cleared.json()["prompt"], cleared.json()["prompt_versao"]) == (None, 2)
    assert (await client.post(f"{URL}/prompts", json={"texto": ""}, headers=dict(gestor))).status_code == 422
    back = await client.post(f"{URL}/prompts/1/restaurar", headers=dict(gestor))
    assert back.json()["numero"] == 3
    again = await client.post(f"{URL}/prompts/2/restaurar", headers=dict(gestor))
    assert again.json()["texto"] == ""
    assert (await client.get(URL, headers=dict(gestor))).json()["prompt"] is None


async def test_a_difference_is_told_line_by_line(client: httpx.AsyncClient, gestor: Headers) -> None:
    await client.patch(URL, json={"prompt": "a\nb\nc"}, headers=dict(gestor))
    await client.patch(URL, json={"prompt": "a\nB\nc\nd"}, headers=dict(gestor))
    found = (await client.get(f"{URL}/prompts/3/diferenca", headers=dict(gestor))).json()
    assert (found["de"], found["para"]) == (2, 3)
    assert [(line["tipo"], line["texto"]) for line in found["linhas"]] == [
        ("igual", "a"),
        ("removida", "b"),
        ("adicionada", "B"),
        ("igual", "c"),
        ("adicionada", "d"),
    ]
    back = (await client.get(f"{URL}/prompts/2/diferenca", params={"com": 3}, headers=dict(gestor))).json()
    assert (back["de"], back["para"]) == (3, 2)
    assert ("removida", "d") in [(line["tipo"], line["texto"]) for line in back["linhas"]]
    first = (await client.get(f"{URL}/prompts/1/diferenca", headers=dict(gestor))).json()
    assert (first["de"], [line["tipo"] for line in first["linhas"]]) == (0, ["adicionada"])
    assert (await client.get(f"{URL}/prompts/9/diferenca", headers=dict(gestor))).status_code == 404


class Counted(str):
    """A line that counts how often lines are compared or looked up."""

    __slots__ = ()

    looks = 0

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        Counted.looks += 1
        return str.__hash__(self)


ROTATING = [chr(0x100 + number % 105) for number in range(9_990)]
"""Few distinct lines, none of them common enough to be set aside: what costs a comparison most."""


@pytest.mark.parametrize("length", [9_990, MOST_LINES])
def test_the_work_of_a_comparison_has_a_ceiling(length: int) -> None:
    old = [Counted(line) for line in ROTATING[:length]]
    new = [*old[::-1][:-1], Counted("other")]
    Counted.looks = 0
    lines = list(diff_lines(old, new))
    assert [line for what, line in lines if what != "adicionada"] == old
    assert [line for what, line in lines if what != "removida"] == new
    Counted.looks -= 2 * length  # the two assertions compare too
    assert Counted.looks <= MOST_LINES * MOST_LINES
    if length > MOST_LINES:
        assert Counted.looks <= 4
        assert [what for what, _ in lines] == ["removida"] * length + ["adicionada"] * length


def test_only_what_differs_counts_against_the_ceiling() -> None:
    old = [*ROTATING, "a", "b", *ROTATING]
    new = [*ROTATING, "b", "c", *ROTATING]
    changed = [one for one in diff_lines(old, new) if one[0] != "igual"]
    assert changed == [("removida", "a"), ("adicionada", "c")]
    assert list(diff_lines(["x"] * 20_000, ["x"] * 19_999)) == [("igual", "x")] * 19_999 + [("removida", "x")]
    assert list(diff_lines([], [])) == []


async def test_a_hostile_comparison_answers_and_stops_nobody(client: httpx.AsyncClient, gestor: Headers) -> None:
    for text in ("\n".join(ROTATING), "\n".join(reversed(ROTATING))):
        assert (await client.patch(URL, json={"prompt": text}, headers=dict(gestor))).status_code == 200
    compared, other = await asyncio.gather(
        client.get(f"{URL}/prompts/3/diferenca", headers=dict(gestor)), client.get(URL, headers=dict(gestor))
    )
    assert other.status_code == 200
    kinds = [line["tipo"] for line in compared.json()["linhas"]]
    assert len(kinds) > len(ROTATING)
    assert kinds == sorted(kinds, key=["removida", "adicionada", "igual"].index)


async def test_saves_at_the_same_time_get_numbers_of_their_own(client: httpx.AsyncClient, gestor: Headers) -> None:
    texts = [f"texto {number}" for number in range(8)]
    answers = await asyncio.gather(*(client.patch(URL, json={"prompt": text}, headers=dict(gestor)) for text in texts))
    assert sorted(answer.json()["prompt_versao"] for answer in answers) == list(range(2, 10))
    found = await versions(client, gestor)
    assert [one["numero"] for one in found] == list(range(9, 0, -1))
    assert found[0]["texto"] == (await client.get(URL, headers=dict(gestor))).json()["prompt"]


async def test_versions_come_in_pages(client: httpx.AsyncClient, gestor: Headers) -> None:
    for number in range(4):
        await client.patch(URL, json={"prompt": f"texto {number}"}, headers=dict(gestor))
    numbers: list[int] = []
    cursor = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"{URL}/prompts", params=query, headers=dict(gestor))).json()
        numbers += [one["numero"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert numbers == [5, 4, 3, 2, 1]


async def test_a_new_empresa_begins_with_version_one(client: httpx.AsyncClient, superuser: Headers) -> None:
    body = {"nome": "Nova", "slug": "nova", "prompt": "olá"}
    made = await client.post("/api/empresas", json=body, headers=dict(superuser))
    assert made.json()["prompt_versao"] == 1
    bare = await client.post("/api/empresas", json={"nome": "Nua", "slug": "nua"}, headers=dict(superuser))
    assert bare.json()["prompt_versao"] == 0
    assert (await client.get("/api/empresas/nua/prompts", headers=dict(superuser))).json()["items"] == []


@pytest.mark.parametrize("fault", [None, "refused"])
async def test_a_reply_remembers_the_prompt_that_made_it(live: Live, fault: str | None) -> None:
    await live.change("pizzaria", prompt_versao=7)
    if fault:
        await live.sim.fault("openai", "status", status=401, times=-1)
    await live.say("pizzaria", "Qual o horário?")
    await live.wait_replies("pizzaria")
    [turno] = await live.rows(Turno)
    assert turno.prompt_versao == 7
    conversa = await live.conversa("pizzaria")
    async with live.container.db.system_scope() as session:
        person = await add_usuario(session, "raiz@exemplo.com.br", is_superuser=True)
    headers = await bearer(live.container, person.id)
    async with httpx.AsyncClient(base_url=live.url) as client:
        shown = await client.get(f"/api/empresas/pizzaria/conversas/{conversa.id}", headers=dict(headers))
    told = [(one["direcao"], one["prompt_versao"]) for one in shown.json()["mensagens"]]
    assert told == [("entrada", None), ("saida", 7)]
