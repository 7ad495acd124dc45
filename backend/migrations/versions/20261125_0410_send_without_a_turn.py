"""Send without a turn

Revision: outgoing
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "outgoing"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("partes", sa.Column("chave", sa.String(length=120), nullable=True))
    op.create_index("uq_partes_empresa_id_chave", "partes", ["empresa_id", "chave"], unique=True)
    op.create_index(
        "ix_partes_avulsas_paradas",
        "partes",
        ["empresa_id"],
        postgresql_where=sa.text("turno_id IS NULL AND estado = 'parked'"),
    )
    op.add_column("conversas", sa.Column("contato_invalido_em", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("conversas", "contato_invalido_em")
    op.drop_index("ix_partes_avulsas_paradas", "partes")
    op.drop_index("uq_partes_empresa_id_chave", "partes")
    op.drop_column("partes", "chave")
