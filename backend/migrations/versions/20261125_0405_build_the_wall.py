"""Build the wall between empresas: FORCEd row-level security on every table

Revision: 0003
Follows: 0002
"""

from migrations import walls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OF_EMPRESA = (
    "atendimentos", "clientes", "conversas", "dias_especiais", "fatos", "itens_cardapio", "logs", "mensagens", "midias",
    "partes", "pedidos", "prompt_versoes", "reservas", "status_recebidos", "turno_passos", "turnos",
)  # fmt: skip
OF_USUARIO = ("sessoes", "codigos_acesso")


def upgrade() -> None:
    walls.build()
    for table in OF_EMPRESA:
        walls.enclose(table)
    # An empresa is created and removed by the system alone, and no empresa sees or makes a superuser.
    walls.enclose("empresas", walls.of_empresa("id"), tenant_commands=("SELECT", "UPDATE"))
    walls.enclose("usuarios", f"{walls.of_empresa()} AND NOT is_superuser")
    for table in OF_USUARIO:
        walls.enclose(table, walls.through("usuarios", "usuario_id"))
    walls.enclose("auditoria", commands=("SELECT", "INSERT"))
    walls.enclose("sementes", None)


def downgrade() -> None:
    for table in ("sementes", "auditoria", *OF_USUARIO, "usuarios", "empresas", *reversed(OF_EMPRESA)):
        walls.expose(table)
    walls.raze()
