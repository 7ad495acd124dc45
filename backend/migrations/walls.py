"""The wall around a table: FORCEd row-level security and the rights of the application's role, for migrations to call.

Whoever adds a table calls `enclose` in the same migration; a test fails for a table of an empresa that has no wall.
Applied migrations depend on what these functions emit: add to them, never change what they meant.
"""

from collections.abc import Sequence

from alembic import op

from database import APP_ROLE

COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")

# Each in a subquery of its own: evaluated once a statement and compared like a constant, so that a row costs next to
# nothing and the conditions of the query itself keep choosing the index.
_SYSTEM = "(SELECT wall_is_system())"
_EMPRESAS = "(SELECT wall_empresas())::integer[]"

# Unset and empty are nothing: neither the system nor any empresa. What is no list of numbers is an error.
_CREATE_FUNCTIONS = """
CREATE FUNCTION wall_is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.empresas', true) = '*', false);
CREATE FUNCTION wall_empresas() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN string_to_array(nullif(nullif(current_setting('app.empresas', true), ''), '*'), ',')::integer[];
"""
_DROP_FUNCTIONS = "DROP FUNCTION wall_is_system(); DROP FUNCTION wall_empresas();"

_SCHEMA = "quote_ident(current_schema())"
_DEFAULTS = f"'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || {_SCHEMA}"

_MAY_BE_ROLE = f"""EXISTS (
    SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}' AND pg_has_role(current_user, oid,
        CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END
    )
)"""

# A role belongs to the whole server: it may be there already, and it is never dropped, as another database may use it.
# Where it cannot be created or granted, the owner of the tables works under FORCE instead.
_CREATE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        BEGIN
            CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- the migration of another database was faster
        END;
    END IF;
    IF NOT {_MAY_BE_ROLE} THEN
        GRANT {APP_ROLE} TO CURRENT_USER;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'without the role {APP_ROLE} the owner of the tables works under FORCE ROW LEVEL SECURITY';
END $$
"""


def build() -> None:
    """What the walls of all tables share: the role, its rights on tables to come, and who the setting says we are."""
    op.execute(_CREATE_FUNCTIONS)
    op.execute(_CREATE_ROLE)
    _if_role(
        f"EXECUTE 'GRANT USAGE ON SCHEMA ' || {_SCHEMA} || ' TO {APP_ROLE}'",
        f"EXECUTE {_DEFAULTS} || ' GRANT {', '.join(COMMANDS)} ON TABLES TO {APP_ROLE}'",
        f"EXECUTE {_DEFAULTS} || ' GRANT USAGE ON SEQUENCES TO {APP_ROLE}'",
    )


def raze() -> None:
    """Take back `build`, once no table has a wall."""
    _if_role(
        f"EXECUTE {_DEFAULTS} || ' REVOKE ALL ON TABLES FROM {APP_ROLE}'",
        f"EXECUTE {_DEFAULTS} || ' REVOKE ALL ON SEQUENCES FROM {APP_ROLE}'",
        f"EXECUTE 'REVOKE ALL ON SCHEMA ' || {_SCHEMA} || ' FROM {APP_ROLE}'",
    )
    op.execute(_DROP_FUNCTIONS)


def of_empresa(column: str = "empresa_id") -> str:
    """The condition of a table whose rows say whose they are; a row of no empresa is the system's."""
    return f"{column} = ANY ({_EMPRESAS})"


def through(parent: str, column: str) -> str:
    """The condition of a table whose rows belong to a row of `parent`, by its id: seen by whoever sees that one."""
    return f"EXISTS (SELECT FROM {parent} owner WHERE owner.id = {column})"


def enclose(
    table: str,
    tenants: str | None = of_empresa(),
    *,
    tenant_commands: Sequence[str] = COMMANDS,
    commands: Sequence[str] = COMMANDS,
) -> None:
    """Put the wall around a table.

    `tenants` is the condition on a row for a transaction of named empresas; None keeps the table to the system.
    `tenant_commands` are what these may do, `commands` what anybody may, the system included.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for command in commands:
        open_to_tenants = tenants is not None and command in tenant_commands
        condition = f"{_SYSTEM} OR {tenants}" if open_to_tenants else _SYSTEM
        clauses = {"INSERT": f"WITH CHECK ({condition})", "UPDATE": f"USING ({condition}) WITH CHECK ({condition})"}
        clause = clauses.get(command, f"USING ({condition})")
        op.execute(f"CREATE POLICY wall_{command.lower()} ON {table} FOR {command} {clause}")
    _if_role(
        f"REVOKE ALL ON {table} FROM {APP_ROLE}",
        f"GRANT {', '.join(commands)} ON {table} TO {APP_ROLE}",
        *_on_sequences(table, "GRANT USAGE ON SEQUENCE", f"TO {APP_ROLE}"),
    )


def expose(table: str) -> None:
    """Take back `enclose`."""
    for command in COMMANDS:
        op.execute(f"DROP POLICY IF EXISTS wall_{command.lower()} ON {table}")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    _if_role(
        f"REVOKE ALL ON {table} FROM {APP_ROLE}",
        *_on_sequences(table, "REVOKE ALL ON SEQUENCE", f"FROM {APP_ROLE}"),
    )


def _on_sequences(table: str, act: str, role: str) -> tuple[str, ...]:
    """For the sequence of a serial `id`, if there is one; an identity needs no right of its own."""
    has_id = f"EXISTS (SELECT FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = 'id')"
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    body = f"IF {sequence} IS NOT NULL THEN EXECUTE '{act} ' || {sequence} || ' {role}'; END IF"
    return (f"IF {has_id} THEN {body}; END IF",)


def _if_role(*statements: str) -> None:
    """Run these where the application's role exists and is ours to use."""
    body = "; ".join(statements)
    op.execute(f"DO $$ BEGIN IF {_MAY_BE_ROLE} THEN {body}; END IF; END $$")
