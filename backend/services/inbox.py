"""Customers and conversations as the panel reads them: lists by latest activity, and one conversation page by page."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, lateral, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from errors import NotFound
from models import Cliente, Conversa, Mensagem, Midia, Parte, Turno
from schemas.conversas import (
    ClienteContato,
    ClienteOut,
    ConversaDetalhe,
    ConversaOut,
    MensagemOut,
    MidiaOut,
    UltimaMensagem,
)
from services.cursors import before_id, before_instant, encode_cursor, split_page

REPLY_WINDOW = timedelta(hours=24)
"""WhatsApp takes free text for this long after the customer's last message."""

_MENSAGEM_COLUMNS = [name for name in MensagemOut.model_fields if name in Mensagem.__mapper__.columns]


async def list_clientes(
    session: AsyncSession, empresa_id: int, *, search: str | None, limit: int, cursor: str | None
) -> tuple[list[ClienteOut], str | None]:
    latest = lateral(
        select(Conversa.id)
        .where(Conversa.cliente_id == Cliente.id, Conversa.empresa_id == empresa_id)
        .order_by(Conversa.ultima_atividade_em.desc())
        .limit(1)
    )
    query = (
        select(Cliente, latest.c.id.label("conversa_id"))
        .outerjoin(latest, true())
        .where(Cliente.empresa_id == empresa_id)
        .order_by(Cliente.ultima_atividade_em.desc(), Cliente.id.desc())
        .limit(limit + 1)
    )
    if search:
        query = query.where(_matches(search))
    if cursor:
        query = query.where(before_instant(cursor, Cliente.ultima_atividade_em, Cliente.id))
    rows: Sequence[Row[*tuple[Any, ...]]] = (await session.execute(query)).all()
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row[0].ultima_atividade_em, row[0].id))
    return [_show_cliente(row[0], row.conversa_id) for row in page], next_cursor


async def list_conversas(
    session: AsyncSession,
    empresa_id: int,
    *,
    search: str | None,
    cliente_id: int | None,
    atendido_por: str | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[ConversaOut], str | None]:
    last = lateral(
        select(Mensagem.texto, Mensagem.transcricao, Mensagem.tipo, Mensagem.direcao, Mensagem.created_at)
        .where(Mensagem.conversa_id == Conversa.id, Mensagem.empresa_id == empresa_id)
        .order_by(Mensagem.id.desc())
        .limit(1)
    )
    query = (
        select(
            Conversa,
            Cliente.nome,
            Cliente.telefone,
            last.c.texto,
            last.c.transcricao,
            last.c.tipo,
            last.c.direcao,
            last.c.created_at.label("last_at"),
        )
        .join(Cliente, Cliente.id == Conversa.cliente_id)
        .outerjoin(last, true())
        .where(Conversa.empresa_id == empresa_id)
        .order_by(Conversa.ultima_atividade_em.desc(), Conversa.id.desc())
        .limit(limit + 1)
    )
    if search:
        query = query.where(_matches(search))
    if cliente_id is not None:
        query = query.where(Conversa.cliente_id == cliente_id)
    if atendido_por is not None:
        query = query.where(Conversa.atendido_por == atendido_por)
    if cursor:
        query = query.where(before_instant(cursor, Conversa.ultima_atividade_em, Conversa.id))
    rows: Sequence[Row[*tuple[Any, ...]]] = (await session.execute(query)).all()
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row[0].ultima_atividade_em, row[0].id))
    return [_show_conversa(row) for row in page], next_cursor


async def read_conversa(
    session: AsyncSession, empresa_id: int, conversa_id: int, *, limit: int, cursor: str | None
) -> ConversaDetalhe:
    """The newest page first; inside a page the oldest message first. Raises NotFound."""
    query = (
        select(Conversa, Cliente.nome, Cliente.telefone)
        .join(Cliente, Cliente.id == Conversa.cliente_id)
        .where(Conversa.id == conversa_id, Conversa.empresa_id == empresa_id)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound
    conversa, nome, telefone = found
    condition = before_id(cursor, Mensagem.id) if cursor else true()
    page, next_cursor = await _read_mensagens(session, empresa_id, conversa_id, condition, limit)
    return ConversaDetalhe(
        id=conversa.id,
        cliente=ClienteContato(id=conversa.cliente_id, nome=nome, telefone=telefone),
        atendido_por=_attended_by(conversa),
        janela_expira_em=conversa.ultima_entrada_em and conversa.ultima_entrada_em + REPLY_WINDOW,
        mensagens=page,
        next_cursor=next_cursor,
    )


async def _read_mensagens(
    session: AsyncSession, empresa_id: int, conversa_id: int, condition: ColumnElement[bool], limit: int
) -> tuple[list[MensagemOut], str | None]:
    query = (
        select(Mensagem, Parte.estado.label("status"), Parte.erro, Turno.prompt_versao)
        .outerjoin(Parte, Parte.mensagem_id == Mensagem.id)
        .outerjoin(Turno, and_(Turno.id == Mensagem.turno_id, Mensagem.direcao == "saida"))
        .where(Mensagem.conversa_id == conversa_id, Mensagem.empresa_id == empresa_id, condition)
        .order_by(Mensagem.id.desc())
        .limit(limit + 1)
    )
    rows: Sequence[Row[*tuple[Any, ...]]] = (await session.execute(query)).all()
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row[0].id))
    midias = await _read_midias(session, [row[0].id for row in page])
    return [_show_mensagem(row, midias[row[0].id]) for row in reversed(page)], next_cursor


async def _read_midias(session: AsyncSession, mensagem_ids: Sequence[int]) -> dict[int, list[MidiaOut]]:
    found: dict[int, list[MidiaOut]] = defaultdict(list)
    if mensagem_ids:
        query = select(Midia).where(Midia.mensagem_id.in_(mensagem_ids)).order_by(Midia.mensagem_id, Midia.ordem)
        for midia in (await session.execute(query)).scalars():
            found[midia.mensagem_id].append(MidiaOut.model_validate(midia))
    return found


def _matches(search: str) -> ColumnElement[bool]:
    """By name, or by any run of digits of the phone."""
    digits = "".join(char for char in search if char.isdecimal() and char.isascii())
    by_name = Cliente.nome.icontains(search, autoescape=True)
    return or_(by_name, Cliente.telefone.contains(digits)) if len(digits) >= 3 else by_name


def _show_cliente(cliente: Cliente, conversa_id: int | None) -> ClienteOut:
    return ClienteOut(
        id=cliente.id,
        nome=cliente.nome,
        telefone=cliente.telefone,
        created_at=cliente.created_at,
        ultima_atividade_em=cliente.ultima_atividade_em,
        conversa_id=conversa_id,
    )


def _show_conversa(row: Row[*tuple[Any, ...]]) -> ConversaOut:
    conversa: Conversa = row[0]
    last = None
    if row.last_at is not None:
        last = UltimaMensagem(
            texto=row.texto or row.transcricao or "", tipo=row.tipo, direcao=row.direcao, created_at=row.last_at
        )
    return ConversaOut(
        id=conversa.id,
        cliente=ClienteContato(id=conversa.cliente_id, nome=row.nome, telefone=row.telefone),
        atendido_por=_attended_by(conversa),
        ultima_mensagem=last,
        created_at=conversa.created_at,
        ultima_atividade_em=conversa.ultima_atividade_em,
    )


def _attended_by(conversa: Conversa) -> Literal["bot", "pessoa"]:
    return "pessoa" if conversa.atendido_por == "pessoa" else "bot"


def _show_mensagem(row: Row[*tuple[Any, ...]], midias: list[MidiaOut]) -> MensagemOut:
    mensagem: Mensagem = row[0]
    columns = {name: getattr(mensagem, name) for name in _MENSAGEM_COLUMNS}
    of_the_reply = {"status": row.status, "erro": row.erro, "prompt_versao": row.prompt_versao}
    return MensagemOut.model_validate({**columns, **of_the_reply, "midias": midias})
