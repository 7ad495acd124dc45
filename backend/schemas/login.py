"""Entering, staying and leaving: the access token, who I am and my own password."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from schemas.common import Entrada, Saida

Papel = Literal["gestor", "atendente"]
SenhaNova = Annotated[SecretStr, Field(min_length=8, max_length=200)]


class TokenOut(Saida):
    """The refresh token travels only in the httpOnly cookie `atende_refresh`."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    """Seconds."""


class MinhaEmpresa(Saida):
    slug: str
    nome: str


class MeOut(Saida):
    id: int
    email: str
    is_superuser: bool
    papel: Papel | None
    empresa: MinhaEmpresa | None
    trocar_senha: bool
    """The password was set by someone else: the panel asks for a new one."""


class RedefinirSenhaIn(Entrada):
    codigo: Annotated[SecretStr, Field(min_length=1, max_length=100)]
    """As it was handed over; case, spaces and dashes do not matter."""
    senha_nova: SenhaNova


class TrocaSenhaIn(Entrada):
    senha_atual: Annotated[SecretStr, Field(min_length=1, max_length=200)]
    senha_nova: SenhaNova
