"""Keep what files say, and since when a conversation was given back to the bot

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("midias", sa.Column("texto", sa.Text(), nullable=True))
    op.add_column("conversas", sa.Column("reativada_em", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("conversas", "reativada_em")
    op.drop_column("midias", "texto")
