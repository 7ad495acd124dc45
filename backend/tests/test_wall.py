"""The second wall, proved in raw SQL: whatever a query forgets, PostgreSQL gives no row of another empresa.

Every test runs on every way we may be connected: with the application's role, and as the owner of the tables alone.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg2
import pytest
from psycopg2 import sql
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

import embedded
from config import ConfigError, Settings
from container import Container
from database import APP_ROLE, Database
from models import (
    Auditoria,
    Base,
    CodigoAcesso,
    Conversa,
    DiaEspecial,
    Empresa,
    Fato,
    ItemCardapio,
    Log,
    Mensagem,
    Parte,
    Pedido,
    Semente,
    Sessao,
    StatusRecebido,
    TurnoPasso,
    Usuario,
)
from tests.panel_world import Tenant, World, build_world

TABLES = sorted(Base.metadata.tables)
SYSTEM_ONLY = {"sementes"}
# What shows whose a row is, where that is not `empresa_id`.
OWNER = {
    "empresas": "id",
    "sessoes": "(SELECT empresa_id FROM usuarios u WHERE u.id = usuario_id)",
    "codigos_acesso": "(SELECT empresa_id FROM usuarios u WHERE u.id = usuario_id)",
    "sementes": "NULL",
}
NEVER_CHANGED = {"auditoria"}


def of(table: str) -> str:
    return OWNER.get(table, "empresa_id")


@pytest.fixture
async def world(container: Container) -> World:
    """Two empresas with a row in every table, and rows of none."""
    world = await build_world(container)
    async with container.db.system_scope() as session:
        for tenant in (world.ours, world.theirs):
            await _fill(session, tenant)
        session.add_all(
            [
                Semente(chave="teste"),
                Log(nivel="INFO", code="teste", mensagem="De empresa nenhuma."),
                Auditoria(ator="sistema", acao="teste", alvo_tipo="teste", alvo_id="1"),
            ]
        )
    return world


async def _fill(session: AsyncSession, tenant: Tenant) -> None:
    now = datetime.now(UTC)
    own = {"empresa_id": tenant.id}
    session.add_all(
        [
            Fato(**own, titulo="Estacionamento", texto="Há manobrista."),
            DiaEspecial(**own, data=now.date(), fechado=True),
            ItemCardapio(**own, nome="Margherita", preco_centavos=5200),
            StatusRecebido(**own, message_sid="SM" + "0" * 32, status="sent"),
            Auditoria(**own, ator="sistema", acao="teste", alvo_tipo="teste", alvo_id="1"),
            TurnoPasso(**own, turno_id=tenant.turno_id, ordem=1, tipo="modelo"),
            Parte(
                **own,
                id=uuid4(),
                conversa_id=tenant.conversa_id,
                turno_id=tenant.turno_id,
                mensagem_id=tenant.mensagem_id,
                remetente="whatsapp:+1",
                destinatario="whatsapp:+2",
            ),
            Pedido(
                **own,
                cliente_id=tenant.cliente_id,
                conversa_id=tenant.conversa_id,
                codigo="P1",
                itens=[],
                modo="retirada",
                total_centavos=0,
            ),
            Sessao(id=uuid4(), usuario_id=tenant.gestor_id, refresh_hash=uuid4().hex, expira_em=now),
            CodigoAcesso(id=uuid4(), usuario_id=tenant.gestor_id, codigo_hash=uuid4().hex, expira_em=now),
        ]
    )


# --- The ways of being connected ---


@contextmanager
def administrator(settings: Settings) -> Iterator[Any]:
    """A superuser's cursor, where there is one: the embedded server's, or whoever TEST_DATABASE_URL names."""
    url = urlsplit(settings.database_url or "")
    password = f":{url.password}" if url.password else ""
    for user in ("postgres", url.username):
        try:
            connection = psycopg2.connect(
                urlunsplit(url._replace(netloc=f"{user}{password}@{url.hostname}:{url.port or 5432}"))
            )
        except psycopg2.OperationalError:
            continue
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                if (cursor.fetchone() or (False,))[0]:
                    yield cursor
                    return
        finally:
            connection.close()
    pytest.skip("needs a superuser of the test PostgreSQL")


@contextmanager
def login_role(settings: Settings, options: str) -> Iterator[tuple[str, Settings]]:
    """A role of its own with a login, and the settings that use it; dropped at the end."""
    name = f"atende_role_{uuid4().hex[:8]}"
    password = uuid4().hex
    with administrator(settings) as cursor:
        role = sql.Identifier(name)
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} " + options).format(role, sql.Literal(password)))
        try:
            url = urlsplit(settings.database_url or "")
            own = url._replace(netloc=f"{name}:{quote(password)}@{url.hostname}:{url.port or 5432}")
            yield name, settings.model_copy(update={"database_url": urlunsplit(own)})
        finally:
            cursor.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
            cursor.execute(sql.SQL("DROP OWNED BY {}").format(role))
            cursor.execute(sql.SQL("DROP ROLE {}").format(role))


@contextmanager
def owned_by(settings: Settings, owner: str) -> Iterator[None]:
    """The tables belong to `owner` for a while."""
    with administrator(settings) as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = 'empresas'")
        before = cursor.fetchone()[0]

        def give(to: str) -> None:
            for table in TABLES:
                cursor.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(table), sql.Identifier(to)))

        give(owner)
        try:
            yield
        finally:
            give(before)


@pytest.fixture(params=["role", "superuser", "owner"])
async def db(request: pytest.FixtureRequest, settings: Settings, world: World) -> AsyncIterator[Database]:
    """As the embedded server connects; as a superuser; and as a plain owner who cannot create roles."""
    if request.param == "role":
        options, member, owns = "", True, False
    elif request.param == "superuser":
        options, member, owns = "SUPERUSER", False, False
    else:
        options, member, owns = "NOSUPERUSER NOCREATEROLE", False, True
    with login_role(settings, options) as (name, own):
        with administrator(settings) as cursor:
            if member:
                cursor.execute(f"GRANT {APP_ROLE} TO {name}")
        if owns:
            with owned_by(settings, name):
                database = Database.open(own, pool_size=2)
                yield database
                await database.close()
        else:
            database = Database.open(own, pool_size=2)
            yield database
            await database.close()


# --- What each may do ---


async def test_every_table_shows_a_tenant_its_own_rows_and_the_system_all_of_them(db: Database, world: World) -> None:
    found: dict[str, tuple[set[Any], set[Any], int]] = {}
    for table in TABLES:
        query = text(f"SELECT {of(table)} FROM {table}")
        async with db.tenant(world.ours.id) as session:
            tenant = set(await session.scalars(query))
        async with db.system_scope() as session:
            everyone = set(await session.scalars(query))
        async with db.engine.connect() as connection:
            nobody = (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
        found[table] = (tenant, everyone, nobody)
    wrong = {
        table: rows
        for table, rows in found.items()
        if rows[0] != (set() if table in SYSTEM_ONLY else {world.ours.id})
        or not (table in SYSTEM_ONLY or {world.ours.id, world.theirs.id} <= rows[1])
        or rows[2] != 0
    }
    assert wrong == {}
    assert None in found["logs"][1]
    assert None in found["auditoria"][1]
    assert None in found["usuarios"][1]


async def test_a_tenant_changes_and_removes_nothing_of_anybody_else(db: Database, world: World) -> None:
    touched: dict[str, int | str] = {}
    for table in TABLES:
        column = next(iter(Base.metadata.tables[table].primary_key.columns)).name
        foreign = f"{of(table)} IS DISTINCT FROM {world.ours.id}"
        for what in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            outcome = await _outcome(db, world, f"{what} WHERE {foreign}")
            if outcome != 0 and not (table in NEVER_CHANGED and "permission denied" in str(outcome)):
                touched[what] = outcome
    assert touched == {}


async def _outcome(db: Database, world: World, statement: Any, values: Any = None) -> int | str:
    """How many rows a statement touched for a tenant, or why it was refused."""
    try:
        async with db.tenant(world.ours.id) as session:
            result: Any = await session.execute(text(statement) if isinstance(statement, str) else statement, values)
            return int(result.rowcount)
    except DBAPIError as error:
        return str(error)


async def test_a_tenant_makes_no_row_of_anybody_else(db: Database, world: World) -> None:
    """Copies of real foreign rows, keys made new: whatever else could refuse them, the wall is the one that does."""
    outcomes: dict[str, int | str] = {}
    for table in TABLES:
        columns = Base.metadata.tables[table].columns
        async with db.system_scope() as session:
            query = text(f"SELECT * FROM {table} WHERE {of(table)} IS DISTINCT FROM {world.ours.id} LIMIT 1")
            row = dict((await session.execute(query)).mappings().one())
        for column in columns:
            if column.primary_key and column.name != "chave":
                row[column.name] = uuid4() if column.type.python_type is not int else 2_000_000_000
        values = {columns[name]: value for name, value in row.items()}
        outcomes[table] = await _outcome(db, world, Base.metadata.tables[table].insert().values(values))
    assert {table: what for table, what in outcomes.items() if "row-level security" not in str(what)} == {}


async def test_a_tenant_gives_none_of_its_rows_away(db: Database, world: World) -> None:
    outcomes = {
        table: await _outcome(db, world, f"UPDATE {table} SET empresa_id = {world.theirs.id}")
        for table in TABLES
        if "empresa_id" in Base.metadata.tables[table].columns and table not in NEVER_CHANGED
    }
    assert len(outcomes) > 15
    assert {table: what for table, what in outcomes.items() if "row-level security" not in str(what)} == {}


async def test_a_tenant_neither_makes_an_empresa_nor_a_superuser(db: Database, world: World) -> None:
    for row in (
        Empresa(nome="Nova", slug="nova"),
        Usuario(email="novo@exemplo.com.br", senha_hash="x", is_superuser=True, empresa_id=world.ours.id),
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with db.tenant(world.ours.id) as session:
                session.add(row)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with db.tenant(world.ours.id) as session:
            await session.execute(text(f"UPDATE usuarios SET is_superuser = true WHERE id = {world.ours.gestor_id}"))


async def test_a_query_that_forgets_its_filter_returns_no_foreign_row(db: Database, world: World) -> None:
    """The queries of the services without their `where`: lists, a lookup by a foreign id, a count, a join."""
    async with db.tenant(world.ours.id) as session:
        listed = (await session.scalars(select(Conversa).order_by(Conversa.ultima_atividade_em.desc()))).all()
        assert [conversa.empresa_id for conversa in listed] == [world.ours.id]
        joined = await session.execute(select(Mensagem.empresa_id, Empresa.id).join(Empresa, Empresa.id == Empresa.id))
        assert {tuple(row) for row in joined} == {(world.ours.id, world.ours.id)}
        assert await session.scalar(select(func.count()).select_from(Usuario)) == 2
        assert await session.get(Conversa, world.theirs.conversa_id) is None
        assert await session.get(Mensagem, world.theirs.mensagem_id, with_for_update=True) is None


async def test_several_empresas_are_exactly_those(db: Database, world: World) -> None:
    async with db.system_scope() as session:
        session.add(Empresa(nome="Terceira", slug="terceira"))
    async with db.tenant(world.ours.id, world.theirs.id) as session:
        assert set(await session.scalars(select(Empresa.slug))) == {"nossa", "alheia"}


async def test_what_was_recorded_is_never_changed(db: Database, world: World) -> None:
    for statement in ("UPDATE auditoria SET acao = 'outra'", "DELETE FROM auditoria"):
        with suppress(DBAPIError):  # the role may not, the owner finds no row it could change
            async with db.system_scope() as session:
                await session.execute(text(statement))
        async with db.system_scope() as session:
            assert await session.scalar(select(func.count()).where(Auditoria.acao == "teste")) == 3


# --- Nothing is carried over ---


async def _seen(db: Database) -> tuple[int, str, bool]:
    """What a transaction that says nothing sees on each connection of the pool."""

    async def look(connection: AsyncConnection) -> tuple[int, str, bool]:
        row = await connection.execute(
            text(
                "SELECT (SELECT count(*) FROM empresas), coalesce(current_setting('app.empresas', true), ''),"
                f" current_user = '{APP_ROLE}' OR (SELECT NOT rolsuper FROM pg_roles WHERE rolname = current_user)"
            )
        )
        found = row.one()
        return found[0], found[1], found[2]

    async with db.engine.connect() as one, db.engine.connect() as two:
        seen = [await look(one), await look(two)]
    assert seen[0] == seen[1]
    return seen[0]


NOTHING = (0, "", True)


async def test_a_scope_ends_with_its_transaction(db: Database, world: World) -> None:
    async with db.system_scope() as one, db.tenant(world.ours.id) as two:
        await one.execute(text("SELECT 1"))
        await two.execute(text("SELECT 1"))
    assert await _seen(db) == NOTHING
    with suppress(ZeroDivisionError):
        async with db.system_scope() as session:
            await session.execute(select(Empresa))
            raise ZeroDivisionError
    assert await _seen(db) == NOTHING
    with pytest.raises(DBAPIError):
        async with db.system_scope() as session:
            await session.execute(text("SELECT 1 / 0"))
    assert await _seen(db) == NOTHING
    async with db.system_scope() as session:
        await session.execute(select(Empresa))
        await session.rollback()
    assert await _seen(db) == NOTHING


@pytest.mark.parametrize("patience", [0.0, 0.0005, 0.001, 0.002, 0.005, 0.05])
async def test_a_scope_ends_with_a_cancelled_task(db: Database, patience: float, world: World) -> None:
    """Wherever it is cut off: while a connection is taken, while the transaction begins, or in a statement."""

    async def work() -> None:
        async with db.system_scope() as session:
            await session.execute(text("SELECT pg_sleep(5)"))

    await _seen(db)  # the pool is warm, so that the waits fall into the work
    tasks = [asyncio.ensure_future(work()) for _ in range(2)]
    await asyncio.sleep(patience)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await _seen(db) == NOTHING


async def test_outside_a_transaction_no_setting_remains(db: Database, world: World) -> None:
    async with db.system_scope() as session:
        raw = await (await session.connection()).get_raw_connection()
        driver: Any = raw.driver_connection
        await session.execute(text("SELECT 1"))
    assert await driver.fetchval("SELECT coalesce(current_setting('app.empresas', true), '')") == ""
    assert await driver.fetchval("SELECT current_user = session_user")


# --- Who may start ---


async def test_a_role_that_no_policy_binds_is_refused_in_words(settings: Settings, world: World) -> None:
    with login_role(settings, "BYPASSRLS") as (name, own):
        with pytest.raises(ConfigError, match="BYPASSRLS"):
            await Container.open(own)
        database = Database.open(own, pool_size=1)
        with pytest.raises(ConfigError, match="segurança por linha"):
            async with database.system_scope():
                pass
        # A grant is enough to go on, without a new start.
        with administrator(settings) as cursor:
            cursor.execute(f"GRANT {APP_ROLE} TO {name}")
        async with database.tenant(world.ours.id) as session:
            assert await session.scalar(select(func.count()).select_from(Empresa)) == 1
        await database.close()


async def test_an_unreachable_database_does_not_keep_us_from_starting(settings: Settings) -> None:
    container = await Container.open(
        settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"})
    )
    await container.close()


def test_the_role_has_one_name_everywhere() -> None:
    assert embedded.APP_ROLE == APP_ROLE


# --- Tables to come ---


def test_every_table_has_its_wall(database_url: str) -> None:
    """A new table fails here until its migration has called `walls.enclose`."""
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, array_remove(array_agg(p.polcmd), NULL),
                    bool_and(coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
                        LIKE '%wall_is_system()%')
                FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
                WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                    AND c.relname <> 'alembic_version'
                GROUP BY c.oid
                """
            )
            found = {name: (forced, set(commands), by_setting) for name, forced, commands, by_setting in cursor}
    finally:
        connection.close()
    assert set(found) == set(TABLES)
    assert {name for name, (forced, _, by_setting) in found.items() if not (forced and by_setting)} == set()
    everything = {"r", "a", "w", "d"}
    assert {name for name, (_, commands, _) in found.items() if commands != everything} == NEVER_CHANGED
    assert found["auditoria"][1] == {"r", "a"}


def test_the_application_role_has_rights_on_our_tables_alone(settings: Settings, world: World) -> None:
    with administrator(settings) as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(privilege_type::text ORDER BY privilege_type::text)"
            " FROM information_schema.role_table_grants WHERE grantee = %s GROUP BY table_name",
            (APP_ROLE,),
        )
        rights = {name: set(granted) for name, granted in cursor.fetchall()}
        cursor.execute("SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
        assert cursor.fetchone() == (False, False, False)
    assert set(rights) == set(TABLES)
    assert rights.pop("auditoria") == {"SELECT", "INSERT"}
    assert {frozenset(granted) for granted in rights.values()} == {frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})}
