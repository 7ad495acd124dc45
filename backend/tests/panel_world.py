"""A small world for tests of the panel: two empresas with people, a conversation and one row of everything each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from auth.passwords import PasswordHasher
from container import Container
from models import (
    Atendimento,
    Cliente,
    Conversa,
    DiaEspecial,
    Empresa,
    Fato,
    ItemCardapio,
    Log,
    Mensagem,
    Midia,
    Parte,
    Pedido,
    PromptVersao,
    Reserva,
    Sessao,
    Turno,
    Usuario,
)

PASSWORD = "uma senha de teste"
DIA = datetime.now(UTC).date() + timedelta(days=30)
"""A day on which both empresas are full."""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(100))

OTHER_PLACES = {"numero": 1, "data": DIA.isoformat(), "integracao": "chatwoot"}
"""What stands in a path and is no id; both empresas have that version and that day."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One empresa with the ids of what belongs to it."""

    id: int
    slug: str
    gestor_id: int
    atendente_id: int
    cliente_id: int
    conversa_id: int
    atendimento_id: int
    mensagem_id: int
    turno_id: int
    midia_id: UUID
    reserva_id: int
    pedido_id: int
    log_id: int
    fato_id: int
    item_id: int


@dataclass(frozen=True, slots=True)
class World:
    superuser_id: int
    ours: Tenant
    theirs: Tenant


@cache
def password_hash() -> str:
    """Hashing takes its time: once for every test."""
    return PasswordHasher().hash_now(PASSWORD)


async def build_world(container: Container) -> World:
    async with container.db.system_scope() as session:
        superuser = await add_usuario(session, "raiz@exemplo.com.br", is_superuser=True)
        ours = await add_tenant(session, "nossa", phone="+5511900000001")
        theirs = await add_tenant(session, "alheia", phone="+5511900000001")
    return World(superuser.id, ours, theirs)


async def add_usuario(
    session: AsyncSession,
    email: str,
    *,
    is_superuser: bool = False,
    papel: str | None = None,
    empresa_id: int | None = None,
    ativo: bool = True,
) -> Usuario:
    usuario = Usuario(
        email=email,
        senha_hash=password_hash(),
        is_superuser=is_superuser,
        papel=papel,
        empresa_id=empresa_id,
        ativo=ativo,
    )
    session.add(usuario)
    await session.flush()
    return usuario


async def add_tenant(session: AsyncSession, slug: str, *, phone: str) -> Tenant:
    now = datetime.now(UTC)
    empresa = Empresa(nome=f"Empresa {slug}", slug=slug, prompt=f"prompt-{slug}", prompt_versao=1)
    session.add(empresa)
    await session.flush()
    gestor = await add_usuario(session, f"gestor@{slug}.com.br", papel="gestor", empresa_id=empresa.id)
    atendente = await add_usuario(session, f"atendente@{slug}.com.br", papel="atendente", empresa_id=empresa.id)
    cliente, conversa, atendimento = await add_conversa(session, empresa.id, name=f"Cliente {slug}", phone=phone)
    turno = Turno(
        empresa_id=empresa.id,
        conversa_id=conversa.id,
        atendimento_id=atendimento.id,
        estado="parked",
        updated_at=now,
        respondido_em=now,
    )
    session.add(turno)
    await session.flush()
    mensagem = await add_mensagem(session, conversa, atendimento, f"segredo de {slug}", turno_id=turno.id)
    midia = Midia(
        id=uuid4(),
        empresa_id=empresa.id,
        mensagem_id=mensagem.id,
        content_type="image/png",
        tamanho=len(PNG),
        nome="foto.png",
        conteudo=PNG,
        estado="pronta",
    )
    reserva = Reserva(
        empresa_id=empresa.id,
        cliente_id=cliente.id,
        conversa_id=conversa.id,
        codigo="R1",
        nome=f"Cliente {slug}",
        data=date(2026, 12, 24),
        horario=time(20, 0),
        pessoas=4,
    )
    pedido = Pedido(
        empresa_id=empresa.id,
        cliente_id=cliente.id,
        conversa_id=conversa.id,
        codigo="P-1001",
        nome=f"Cliente {slug}",
        itens=[{"nome": "Margherita", "quantidade": 1, "preco_centavos": 5800, "observacao": None}],
        modo="retirada",
        total_centavos=5800,
        observacoes=f"segredo de {slug}",
    )
    record = Log(nivel="ERROR", empresa_id=empresa.id, code="teste", mensagem=f"Falha de {slug}.", turno_id=turno.id)
    fato = Fato(empresa_id=empresa.id, titulo="Wi-Fi", texto=f"segredo de {slug}")
    item = ItemCardapio(empresa_id=empresa.id, nome=f"Prato de {slug}", preco_centavos=4_500)
    versao = PromptVersao(empresa_id=empresa.id, numero=1, texto=f"prompt-{slug}", usuario_id=gestor.id)
    dia = DiaEspecial(empresa_id=empresa.id, data=DIA, lotado=True, motivo=f"segredo de {slug}")
    session.add_all([midia, reserva, record, fato, item, versao, dia])
    session.add_all([midia, reserva, pedido, record])
    await session.flush()
    return Tenant(
        id=empresa.id,
        slug=slug,
        gestor_id=gestor.id,
        atendente_id=atendente.id,
        cliente_id=cliente.id,
        conversa_id=conversa.id,
        atendimento_id=atendimento.id,
        mensagem_id=mensagem.id,
        turno_id=turno.id,
        midia_id=midia.id,
        reserva_id=reserva.id,
        pedido_id=pedido.id,
        log_id=record.id,
        fato_id=fato.id,
        item_id=item.id,
    )


async def add_conversa(
    session: AsyncSession, empresa_id: int, *, name: str, phone: str, at: datetime | None = None
) -> tuple[Cliente, Conversa, Atendimento]:
    now = at or datetime.now(UTC)
    cliente = Cliente(empresa_id=empresa_id, nome=name, telefone=phone, ultima_atividade_em=now)
    session.add(cliente)
    await session.flush()
    conversa = Conversa(
        empresa_id=empresa_id,
        cliente_id=cliente.id,
        endereco=f"whatsapp:{phone}",
        numero="whatsapp:+14155238886",
        ultima_entrada_em=now,
        ultima_atividade_em=now,
    )
    session.add(conversa)
    await session.flush()
    atendimento = Atendimento(
        empresa_id=empresa_id, conversa_id=conversa.id, cliente_id=cliente.id, aberto_em=now, ultima_atividade_em=now
    )
    session.add(atendimento)
    await session.flush()
    return cliente, conversa, atendimento


async def add_mensagem(
    session: AsyncSession, conversa: Conversa, atendimento: Atendimento, text: str, **columns: Any
) -> Mensagem:
    """An incoming text, already in a turn when `turno_id` is given."""
    incoming = {
        "direcao": "entrada",
        "autor": "cliente",
        "tipo": "texto",
        "destino": "em_turno" if columns.get("turno_id") else "responder",
    }
    mensagem = Mensagem(
        **{
            **incoming,
            "empresa_id": conversa.empresa_id,
            "conversa_id": conversa.id,
            "atendimento_id": atendimento.id,
            "texto": text,
            **columns,
        }
    )
    session.add(mensagem)
    await session.flush()
    return mensagem


async def add_reply(session: AsyncSession, conversa: Conversa, atendimento: Atendimento, text: str) -> Mensagem:
    """A message of the bot's that was delivered."""
    mensagem = await add_mensagem(session, conversa, atendimento, text, direcao="saida", autor="bot", destino=None)
    session.add(
        Parte(
            id=uuid4(),
            empresa_id=conversa.empresa_id,
            conversa_id=conversa.id,
            mensagem_id=mensagem.id,
            estado="delivered",
            remetente=conversa.numero,
            destinatario=conversa.endereco,
        )
    )
    await session.flush()
    return mensagem


async def bearer(container: Container, usuario_id: int) -> Mapping[str, str]:
    """The header of a fresh session of this user, without the cost of a login."""
    session_id = uuid4()
    async with container.db.system_scope() as session:
        session.add(
            Sessao(
                id=session_id,
                usuario_id=usuario_id,
                refresh_hash=session_id.hex,
                expira_em=container.clock.now() + timedelta(days=1),
            )
        )
    token, _ = container.tokens.issue(usuario_id=usuario_id, session_id=session_id)
    return {"Authorization": f"Bearer {token}"}
