"""Alembic's entry: runs the migrations on DATABASE_URL, one transaction a migration, giving up on a lock after 10 s."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alembic import context
from sqlalchemy import create_engine, pool, text

from config import ConfigError, load_settings
from models import Base

# One number for every process that migrates this database: the second waits for the first.
MIGRATION_LOCK = 7_203_114


def run() -> None:
    try:
        url = load_settings().sync_database_url
    except ConfigError as error:
        sys.exit(str(error))
    if context.is_offline_mode():
        context.configure(url=url, target_metadata=Base.metadata, literal_binds=True, compare_server_default=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SELECT set_config('app.empresas', '*', false)"))  # FORCE binds the owner as well
        connection.commit()
        try:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                transaction_per_migration=True,
                compare_server_default=True,
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
    engine.dispose()


run()
