"""Which passwords are refused: the product's default one and those everyone would try first."""

from config import DEFAULT_ADMIN_PASSWORD
from errors import InvalidData


def is_default_password(password: str) -> bool:
    """The seeded superuser's development password, which is public."""
    return password == DEFAULT_ADMIN_PASSWORD


def refuse_weak_password(password: str, *, email: str, field: str) -> None:
    """Raises InvalidData naming `field`. Length is checked by the schemas."""
    if is_default_password(password):
        raise InvalidData([(field, "Esta é a senha padrão do sistema. Escolha outra.")])
    if password.lower() in (email, email.partition("@")[0]) or len(set(password)) < 3:
        raise InvalidData([(field, "Esta senha é fácil demais de adivinhar. Escolha outra.")])
