"""People who enter the panel, as the panel manages them. The password only ever comes in."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from schemas.common import EmpresaRef, Entrada, IdInteiro, Instante, Pagina, Saida, Storable, absent
from schemas.login import Papel, SenhaNova

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[^@\s.<>()\[\],;:\"\\]+(\.[^@\s.<>()\[\],;:\"\\]+)+")


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("Informe um e-mail válido.")
    return value


Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=255), Storable, AfterValidator(_email)
]


class UsuarioIn(Entrada):
    email: Email
    senha: SenhaNova
    is_superuser: bool = False
    papel: Papel | None = None
    """Without it, a user of an empresa is an atendente."""
    empresa_id: IdInteiro | None = None


class UsuarioPatch(Entrada):
    """Absent fields keep their value."""

    email: Email = absent()
    senha: SenhaNova = absent()
    is_superuser: bool = absent()
    papel: Papel = absent()
    empresa_id: IdInteiro | None = absent()
    ativo: bool = absent()


class UsuarioOut(Saida):
    id: int
    email: str
    is_superuser: bool
    papel: Papel | None
    empresa_id: int | None
    empresa: EmpresaRef | None
    ativo: bool
    trocar_senha: bool
    created_at: Instante


class CodigoOut(Saida):
    """Shown once: nothing can read it back."""

    codigo: str
    expira_em: Instante


class UsuariosPagina(Pagina[UsuarioOut]):
    pass
