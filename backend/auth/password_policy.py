"""Which passwords are refused: the product's default one and those everyone would try first."""

from config import DEFAULT_ADMIN_PASSWORD
from errors import InvalidData


def is_default_password(password: str) -> bool:
    """The seeded superuser's development password, which is public."""
    return password == DEFAULT_ADMIN_PASSWORD


def weakness(password: str, *, email: str) -> str | None:
    """Why the password is refused, as a sentence. Length is checked by the schemas."""
    if is_default_password(password):
        return "Esta é a senha padrão do sistema. Escolha outra."
    if password.lower() in (email, email.partition("@")[0]) or len(set(password)) < 3:
        return "Esta senha é fácil demais de adivinhar. Escolha outra."
    return None


def refuse_weak_password(password: str, *, email: str, field: str) -> None:
    """Raises InvalidData naming `field`."""
    if reason := weakness(password, email=email):
        raise InvalidData([(field, reason)])
