"""Tokens, passwords, secrets and signed addresses, without a server."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from jose import jwt
from passlib.context import CryptContext

from auth.media_links import MediaLinks
from auth.passwords import PasswordHasher
from auth.secrets_box import SecretsBox, UnreadableSecret
from auth.tokens import ACCESS_LIFE, RefreshToken, TokenService
from errors import NotAuthenticated, NotFound

SECRET = "uma chave só para estes testes, bem comprida"


@dataclass
class FrozenClock:
    instant: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()


def test_a_token_names_its_user_and_session_and_expires_after_half_an_hour() -> None:
    clock, session_id = FrozenClock(), uuid4()
    tokens = TokenService(SECRET, clock=clock)
    token, seconds = tokens.issue(usuario_id=7, session_id=session_id)
    assert seconds == 1800
    claims = jwt.get_unverified_claims(token)
    assert set(claims) == {"sub", "sid", "iat", "exp", "jti"}
    assert (tokens.decode(token).usuario_id, tokens.decode(token).session_id) == (7, session_id)
    clock.instant += ACCESS_LIFE - timedelta(seconds=1)
    tokens.decode(token)
    clock.instant += timedelta(seconds=1)
    with pytest.raises(NotAuthenticated):
        tokens.decode(token)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "1", "sid": uuid4().hex, "iat": 1, "jti": "x"},
        {"sub": "um", "sid": uuid4().hex, "iat": 1, "exp": 9_999_999_999, "jti": "x"},
        {"sub": "1", "sid": "não", "iat": 1, "exp": 9_999_999_999, "jti": "x"},
        {"sub": "1", "sid": 5, "iat": 1, "exp": 9_999_999_999, "jti": "x"},
        {"sub": "1", "sid": uuid4().hex, "iat": 1, "exp": "amanhã", "jti": "x"},
    ],
)
def test_a_token_of_ours_without_the_right_claims_is_refused(claims: dict[str, object]) -> None:
    token = jwt.encode(claims, SECRET, algorithm="HS256")
    with pytest.raises(NotAuthenticated):
        TokenService(SECRET, clock=FrozenClock()).decode(token)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_only_hs256_is_taken(algorithm: str) -> None:
    claims = {"sub": "1", "sid": uuid4().hex, "iat": 1, "exp": 9_999_999_999, "jti": "x"}
    with pytest.raises(NotAuthenticated):
        TokenService(SECRET, clock=FrozenClock()).decode(jwt.encode(claims, SECRET, algorithm=algorithm))


def test_the_next_refresh_token_is_always_the_same_and_needs_our_key() -> None:
    tokens = TokenService(SECRET, clock=FrozenClock())
    first = tokens.first_refresh(uuid4())
    assert tokens.next_refresh(first) == tokens.next_refresh(first)
    assert tokens.next_refresh(first) != TokenService(SECRET + "x", clock=FrozenClock()).next_refresh(first)
    assert RefreshToken.parse(str(first)) == first
    assert RefreshToken.parse(str(tokens.next_refresh(first))) == tokens.next_refresh(first)
    assert first.secret not in repr(first)


async def test_an_unknown_account_costs_as_much_as_a_known_one() -> None:
    hasher = PasswordHasher()
    stored = await hasher.hash("uma senha")
    await hasher.verify("aquecimento", None)

    async def cost(senha_hash: str | None) -> float:
        best = 10.0
        for _ in range(3):
            started = time.perf_counter()
            assert await hasher.verify("outra senha", senha_hash) is False
            best = min(best, time.perf_counter() - started)
        return best

    known, unknown = await cost(stored), await cost(None)
    assert 0.5 < unknown / known < 2


async def test_hashing_leaves_the_event_loop_free() -> None:
    hasher, ticks = PasswordHasher(max_concurrent=1), 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.ensure_future(tick())
    await asyncio.gather(hasher.hash("a"), hasher.hash("b"))
    ticking.cancel()
    assert ticks >= 5


async def test_a_hash_with_older_parameters_is_recognised() -> None:
    hasher = PasswordHasher()
    assert not hasher.needs_rehash(await hasher.hash("x"))
    for memory, rounds in ((65536, 2), (8192, 3)):
        old = CryptContext(schemes=["argon2"], argon2__memory_cost=memory, argon2__rounds=rounds).hash("x")
        assert hasher.needs_rehash(old)
        assert await hasher.verify("x", old)
    assert await hasher.verify("x", "isto não é um hash") is False


def test_secrets_survive_a_rotation_of_keys() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    cipher = SecretsBox([old]).encrypt("segredo número 1234")
    assert "segredo" not in cipher
    both = SecretsBox([new, old])
    assert both.decrypt(cipher) == "segredo número 1234"
    rotated = both.rotate(cipher)
    assert SecretsBox([new]).decrypt(rotated) == "segredo número 1234"
    with pytest.raises(UnreadableSecret):
        SecretsBox([new]).decrypt(cipher)
    with pytest.raises(UnreadableSecret):
        SecretsBox([new]).decrypt("não é cifra")


@pytest.mark.parametrize(
    ("plain", "shown"), [("123456789012", "9012"), ("12345678901", None), ("sk-abcdefghijklmnop", "mnop")]
)
def test_only_the_end_of_a_long_secret_is_shown(plain: str, shown: str | None) -> None:
    box = SecretsBox([Fernet.generate_key().decode()])
    assert box.final(box.encrypt(plain)) == shown
    assert box.final("ilegível") is None


def test_a_signed_address_is_for_one_file_and_a_few_minutes() -> None:
    clock, midia_id = FrozenClock(), uuid4()
    links = MediaLinks(SECRET, public_url="https://atende.exemplo.com.br", clock=clock)
    address = links.address(midia_id)
    assert address.startswith(f"https://atende.exemplo.com.br/api/midias/{midia_id}/publica?exp=")
    expires = int(address.split("exp=")[1].split("&")[0])
    signature = address.split("sig=")[1]
    links.check(midia_id, expires=expires, signature=signature)
    for other, until, sig in (
        (uuid4(), expires, signature),
        (midia_id, expires + 1, signature),
        (midia_id, expires, "é" * 64),
        (midia_id, expires, ""),
    ):
        with pytest.raises(NotFound):
            links.check(other, expires=until, signature=sig)
    clock.instant += timedelta(minutes=10)
    with pytest.raises(NotFound):
        links.check(midia_id, expires=expires, signature=signature)
