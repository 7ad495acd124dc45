"""What is checked before anything is started: a free port and servers that answer.

Each refusal is one sentence in Portuguese for the person at the terminal, without addresses that carry passwords.
"""

import errno
import socket
from urllib.parse import urlsplit

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import Settings

PATIENCE_SECONDS = 5
_NOT_HERE = (errno.EADDRNOTAVAIL,)


class Refusal(Exception):
    """The start stops here; the message is one sentence for the operator."""


def connect_host(host: str) -> str:
    """The address to reach a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  not bound here


def check_port(host: str, port: int) -> None:
    """Raise Refusal unless a server could listen there now."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise Refusal(f"O endereço HOST={host} não existe nesta máquina.") from None
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
                probe.listen(1)
            except PermissionError:
                raise Refusal(
                    f"Sem permissão para usar a porta {port}: escolha outra com PORT=8002, por exemplo."
                ) from None
            except OSError as error:
                if family == socket.AF_INET6 and len(found) > 1:
                    continue  # a machine without IPv6 still resolves ::1
                if error.errno in _NOT_HERE:
                    raise Refusal(f"O endereço HOST={host} não é desta máquina.") from None
                raise Refusal(
                    f"A porta {port} já está em uso: encerre o outro programa ou escolha outra com PORT={port + 1}."
                ) from None


def check_database(settings: Settings) -> None:
    """Raise Refusal unless DATABASE_URL opens a connection."""
    url = settings.sync_database_url.replace("postgresql+psycopg2://", "postgresql://", 1)
    try:
        psycopg2.connect(url, connect_timeout=PATIENCE_SECONDS).close()
    except psycopg2.Error as error:
        raise Refusal(f"O banco de DATABASE_URL ({_place(url)}) não pôde ser aberto: {_reason(str(error))}.") from None


def check_redis(url: str) -> None:
    """Raise Refusal unless REDIS_URL answers."""
    options = {
        "socket_connect_timeout": PATIENCE_SECONDS,
        "socket_timeout": PATIENCE_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    try:
        with redis.Redis.from_url(url, **options) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise Refusal(f"O servidor de REDIS_URL ({_place(url)}) não respondeu: {_reason(str(error))}.") from None


def _place(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{parts.hostname or 'endereço sem host'}{port}"


def _reason(message: str) -> str:
    known = {
        "refused": "conexão recusada",
        "timeout": "sem resposta a tempo",
        "timed out": "sem resposta a tempo",
        "password authentication failed": "usuário ou senha incorretos",
        "no password supplied": "falta a senha",
        "authentication": "usuário ou senha incorretos",
        "invalid username-password": "usuário ou senha incorretos",
        "could not translate host name": "o nome do servidor não existe",
        "name or service not known": "o nome do servidor não existe",
        "nodename nor servname": "o nome do servidor não existe",
        "no route to host": "não há rota até o servidor",
        "network is unreachable": "não há rota até o servidor",
        "ssl": "a conexão segura (TLS) falhou",
        "must specify one of the following schemes": "o endereço deve começar com redis:// ou rediss://",
    }
    lowered = message.lower()
    if 'database "' in lowered and "does not exist" in lowered:
        return "o banco não existe nesse servidor"
    for mark, reason in known.items():
        if mark in lowered:
            return reason
    return message.strip().splitlines()[-1].rstrip(".") if message.strip() else "sem explicação"
