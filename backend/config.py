"""Settings of the product: the only reader of the environment.

Values come from the process environment, then from `.env` at the root of the repository, whatever the
current folder. In production a missing or placeholder secret stops the start with one clear sentence; in
development the secrets are made once and kept under DATA_DIR. Nothing here opens a connection.
"""

import base64
import os
import secrets
from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

DEFAULT_ADMIN_EMAIL = "ruangimeneshey@gmail.com"
DEFAULT_ADMIN_PASSWORD = "admin123"

# What the simulators accept when nobody configures them otherwise (tests compare the two sides).
SIMULATOR_TWILIO_SID = "AC" + "5" * 32
SIMULATOR_TWILIO_TOKEN = "simulador"
SIMULATOR_OPENAI_KEY = "sk-simulador"
SIMULATOR_CHATWOOT_TOKEN = "simulador"

_PLACEHOLDERS = ("your-", "change", "changeme", "secret", "placeholder", "example", "troque", "sua-", "seu-")
_LIBPQ_ONLY = {"sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "target_session_attrs", "gssencmode"}


class ConfigError(Exception):
    """The environment cannot be used; the message is one sentence for the operator."""


class Vendor(StrEnum):
    """The outside services, by the name used in settings, logs and the panel."""

    TWILIO = "twilio"
    OPENAI = "openai"
    GOOGLE = "google"
    CHATWOOT = "chatwoot"


class Settings(BaseSettings):
    """Every variable of the product, checked. Build it with `load_settings()`."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(8001, ge=1, le=65535)
    web_concurrency: int = Field(1, ge=1, le=64)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    data_dir: Path = Path(".data")

    database_url: str | None = None
    redis_url: str | None = None

    public_base_url: str = ""
    forwarded_allow_ips: str = "127.0.0.1"
    cors_origins: Annotated[list[str], NoDecode] = []

    secret_key: SecretStr = SecretStr("")
    algorithm: Literal["HS256"] = "HS256"
    encryption_keys: Annotated[list[SecretStr], NoDecode] = []
    admin_email: str | None = None
    admin_password: SecretStr | None = None

    buffer_seconds: float = Field(10, ge=0, le=600)
    buffer_max_seconds: float = Field(60, gt=0, le=3600)
    buffer_max_messages: int = Field(20, ge=1, le=500)

    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_model: str = "gpt-4o"
    openai_transcription_model: str = "whisper-1"
    openai_fallback_models: Annotated[list[str], NoDecode] = ["gpt-6-luna", "gpt-6.1-terra"]

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_base_url: str | None = None

    google_credentials: SecretStr | None = None
    google_sheets_base_url: str | None = None

    chatwoot_api_key: SecretStr | None = None
    chatwoot_base_url: str | None = None
    chatwoot_account_id: int = 1

    simulators: Literal["auto", "on", "off"] = "auto"
    simulators_url: str | None = None

    metrics_token: SecretStr | None = None
    alert_webhook_url: str | None = None
    alert_email: str | None = None
    smtp_url: SecretStr | None = None
    otel_exporter_otlp_endpoint: str | None = None
    chromium_path: str | None = None

    @field_validator("environment", "simulators", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("cors_origins", "encryption_keys", "openai_fallback_models", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator(
        "openai_base_url",
        "twilio_base_url",
        "google_sheets_base_url",
        "chatwoot_base_url",
        "simulators_url",
        "public_base_url",
    )
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http(s) address")
        return value.rstrip("/")

    @field_validator("data_dir")
    @classmethod
    def _from_root(cls, value: Path) -> Path:
        return (value if value.is_absolute() else ROOT / value).resolve()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.buffer_max_seconds < self.buffer_seconds:
            raise ValueError("BUFFER_MAX_SECONDS must not be smaller than BUFFER_SECONDS")
        return self

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def public_url(self) -> str:
        """The address Twilio sees, without a trailing slash."""
        return self.public_base_url or f"http://localhost:{self.port}"

    @property
    def public_url_is_loopback(self) -> bool:
        return is_loopback_host(urlsplit(self.public_url).hostname or "")

    @property
    def async_database(self) -> tuple[str, dict[str, Any]]:
        """URL and connect arguments for asyncpg, which knows none of libpq's query parameters."""
        url, query = _split_database_url(self._need_database_url())
        connect: dict[str, Any] = {}
        if mode := query.get("sslmode"):
            connect["ssl"] = mode
        kept = {name: value for name, value in query.items() if name not in _LIBPQ_ONLY}
        return _join_database_url("postgresql+asyncpg", url, kept), connect

    @property
    def sync_database_url(self) -> str:
        """The same database for psycopg2: Alembic, seeds and scripts."""
        url, query = _split_database_url(self._need_database_url())
        return _join_database_url("postgresql+psycopg2", url, query)

    def _need_database_url(self) -> str:
        if not self.database_url:
            raise ConfigError("DATABASE_URL is not set: use `make run`, which starts a database by itself.")
        return self.database_url

    def simulated(self, vendor: Vendor) -> bool:
        """Whether the simulator stands in for this vendor where an empresa has no credentials of its own."""
        if self.simulators_url is None or self.simulators == "off" or self.production:
            return False
        return not self.has_credentials(vendor) and self.base_url(vendor) is None

    def has_credentials(self, vendor: Vendor) -> bool:
        """Whether the environment holds this vendor's complete set."""
        match vendor:
            case Vendor.TWILIO:
                return bool(self.twilio_account_sid and self.twilio_auth_token)
            case Vendor.OPENAI:
                return self.openai_api_key is not None
            case Vendor.GOOGLE:
                return self.google_credentials is not None
            case Vendor.CHATWOOT:
                return bool(self.chatwoot_base_url and self.chatwoot_api_key)

    def base_url(self, vendor: Vendor) -> str | None:
        """The configured replacement of the vendor's address, for every empresa."""
        return {
            Vendor.TWILIO: self.twilio_base_url,
            Vendor.OPENAI: self.openai_base_url,
            Vendor.GOOGLE: self.google_sheets_base_url,
            Vendor.CHATWOOT: self.chatwoot_base_url,
        }[vendor]


def load_settings(**overrides: Any) -> Settings:
    """Read, complete and check the environment.

    Raises ConfigError with one sentence naming the variable. `overrides` win over the environment (tests).
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "configuration"
        message = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigError(f"{name}: {message}.") from None
    if settings.production:
        _refuse_unsafe_production(settings)
        return settings
    return settings.model_copy(update=_development_secrets(settings))


def production_problems(settings: Settings) -> Iterator[str]:
    """Everything that keeps these settings out of production, one sentence each, starting with the variable."""
    if settings.simulators == "on" or settings.simulators_url:
        yield "SIMULATORS: simulators cannot run with ENVIRONMENT=production."
    if not settings.public_base_url.startswith("https://"):
        yield "PUBLIC_BASE_URL: production needs the https address that Twilio calls."
    key = settings.secret_key.get_secret_value()
    if len(key) < 32 or _is_placeholder(key):
        yield "SECRET_KEY: production needs a random key of at least 32 characters."
    if not settings.encryption_keys:
        yield "ENCRYPTION_KEYS: production needs at least one Fernet key."
    if not all(is_fernet_key(encryption_key.get_secret_value()) for encryption_key in settings.encryption_keys):
        yield "ENCRYPTION_KEYS: each key must be 32 bytes in urlsafe base64 (a Fernet key)."
    password = settings.admin_password.get_secret_value() if settings.admin_password else None
    if password is not None and (len(password) < 12 or password == DEFAULT_ADMIN_PASSWORD or _is_placeholder(password)):
        yield "ADMIN_PASSWORD: production needs a password of its own, at least 12 characters long."
    for name in ("database_url", "redis_url"):
        if not getattr(settings, name):
            yield f"{name.upper()}: production needs its own server."


def _refuse_unsafe_production(settings: Settings) -> None:
    for problem in production_problems(settings):
        raise ConfigError(problem)


def _development_secrets(settings: Settings) -> dict[str, Any]:
    """The two keys a developer never sets, made once and kept so that restarts keep sessions and secrets."""
    found: dict[str, Any] = {}
    if not settings.secret_key.get_secret_value():
        found["secret_key"] = SecretStr(_kept(settings.data_dir / "secret_key", secrets.token_urlsafe(48)))
    if not settings.encryption_keys:
        fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        found["encryption_keys"] = [SecretStr(_kept(settings.data_dir / "encryption_key", fresh))]
    for key in found.get("encryption_keys", settings.encryption_keys):
        if not is_fernet_key(key.get_secret_value()):
            raise ConfigError("ENCRYPTION_KEYS: each key must be 32 bytes in urlsafe base64 (a Fernet key).")
    return found


def _kept(path: Path, fresh: str) -> str:
    """The secret kept in `path`; several processes starting at once agree on one of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(fresh)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _is_placeholder(value: str) -> bool:
    lowered = value.lower()
    return any(lowered.startswith(mark) or f"-{mark}" in lowered for mark in _PLACEHOLDERS) or len(set(value)) < 8


def is_fernet_key(value: str) -> bool:
    """Whether the text is 32 bytes in urlsafe base64."""
    try:
        return len(base64.urlsafe_b64decode(value.encode())) == 32
    except ValueError:
        return False


def is_loopback_host(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _split_database_url(raw: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(raw)
    if parts.scheme.split("+")[0] not in ("postgres", "postgresql"):
        raise ConfigError("DATABASE_URL: must start with postgresql://")
    bare = urlunsplit(("", parts.netloc, parts.path, "", ""))
    return bare.removeprefix("//"), dict(parse_qsl(parts.query, keep_blank_values=True))


def _join_database_url(scheme: str, bare: str, query: Mapping[str, str]) -> str:
    return f"{scheme}://{bare}" + (f"?{urlencode(query)}" if query else "")
