"""Encryption at rest of keys and tokens, with rotation: the first key encrypts, every key decrypts."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from errors import Unavailable

_SHOWN = 4
_LONG_ENOUGH = 12


class UnreadableSecret(Unavailable):
    """A stored secret was encrypted with a key that is no longer in ENCRYPTION_KEYS."""

    code = "segredo_ilegivel"
    detail = "Uma credencial guardada não pode mais ser lida. Grave-a de novo na configuração da empresa."


class SecretsBox:
    """Encrypts and decrypts short texts. Never log what goes in or comes out."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("at least one encryption key is needed")
        self._first = Fernet(keys[0])
        self._fernet = MultiFernet([self._first, *(Fernet(key) for key in keys[1:])])

    def encrypt(self, plain: str) -> str:
        return self._fernet.encrypt(plain.encode()).decode()

    def decrypt(self, cipher: str) -> str:
        """Raises UnreadableSecret when no key opens it."""
        try:
            return self._fernet.decrypt(cipher.encode()).decode()
        except InvalidToken:
            raise UnreadableSecret from None

    def is_current(self, cipher: str) -> bool:
        """Whether the first key alone opens it: after a rotation, every secret passes."""
        try:
            self._first.decrypt(cipher.encode())
        except InvalidToken:
            return False
        return True

    def rotate(self, cipher: str) -> str:
        """The same secret under the first key."""
        try:
            return self._fernet.rotate(cipher.encode()).decode()
        except InvalidToken:
            raise UnreadableSecret from None

    def final(self, cipher: str) -> str | None:
        """The last four characters, only of a secret long enough to keep the rest unguessable."""
        try:
            plain = self.decrypt(cipher)
        except UnreadableSecret:
            return None
        return plain[-_SHOWN:] if len(plain) >= _LONG_ENOUGH else None
