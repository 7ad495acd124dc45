"""The load generator, a process of its own: keep-alive connections over loopback, requests signed beforehand.

Closed loop (`rate` null): every connection sends the next request when the answer to the last one is complete. Open
loop: requests leave on schedule, and their time counts from the instant they were due, waiting included. One JSON order
arrives on stdin and one JSON report leaves on stdout.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "backend"))

from webhooks.signature import twilio_signature

_SENTENCES = (
    "Oi, boa noite! Vocês têm mesa para quatro pessoas no sábado às 20h?",
    "Qual o endereço?",
    "Obrigado, até mais",
    "Queria saber se o rodízio inclui sobremesa e quanto custa para criança de 6 anos",
)


@dataclass
class Order:
    """What to send. `targets` are (path, address that is signed, token); `contacts` are shared out among them."""

    port: int
    seconds: float
    connections: int
    targets: list[tuple[str, str, str]]
    contacts: int
    prefix: str
    requests: int
    rate: float | None = None
    first_contact: int = 0
    in_turn: bool = False
    """Each contact once, in order, and stop at the last request; otherwise at random, and until the time is up."""
    burst: int = 1
    """With `in_turn`, each contact sends this many messages, one round of everybody after the other."""
    repeat: bool = False
    """Begin again with the first request after the last one (for a server that keeps nothing)."""


@dataclass
class Report:
    """Seconds, except `sent` and `statuses`."""

    sent: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    worst: float = 0.0
    ended_at: float = 0.0
    """Wall clock at the last answer."""
    ran_out: bool = False
    statuses: dict[str, int] = field(default_factory=dict)


def signed_request(order: Order, number: int, contact: int) -> bytes:
    """One webhook as Twilio sends it."""
    path, address, token = order.targets[contact % len(order.targets)]
    phone = f"55119{contact:08d}"
    sid = f"SM{order.prefix}{number:0{32 - len(order.prefix)}x}"
    form = {
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ProfileName": f"Cliente {contact}",
        "MessageType": "text",
        "SmsSid": sid,
        "WaId": phone,
        "SmsStatus": "received",
        "Body": _SENTENCES[number % len(_SENTENCES)],
        "To": "whatsapp:+551140000001",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": sid,
        "AccountSid": "AC" + "5" * 32,
        "From": f"whatsapp:+{phone}",
        "ApiVersion": "2010-04-01",
    }
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{order.port}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"X-Twilio-Signature: {twilio_signature(token, address, list(form.items()))}\r\n"
        f"I-Twilio-Idempotency-Token: {sid}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Run:
    """What the connections share."""

    def __init__(self, order: Order) -> None:
        self.order = order
        chance = random.Random(order.prefix)  # noqa: S311 (reproducible, guards nothing)
        numbers = range(order.requests)
        everybody = order.requests // order.burst
        contacts = [n % everybody if order.in_turn else chance.randrange(order.contacts) for n in numbers]
        first = order.first_contact
        signed = [signed_request(order, number, first + contact) for number, contact in enumerate(contacts)]
        self.requests: Iterator[bytes] = cycle(signed) if order.repeat else iter(signed)
        self.times: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.idle: deque[Connection] = deque()
        self.late: deque[float] = deque()
        self.open = 0
        self.stopping = False
        self.ran_out = False
        self.done = asyncio.get_running_loop().create_future()

    def next_request(self) -> bytes | None:
        """None when the sending is over."""
        if self.stopping:
            return None
        found = next(self.requests, None)
        if found is None:
            self.ran_out = self.stopping = True
        return found


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._buffer = b""
        self._due = 0.0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send(self, due: float | None) -> None:
        """Send the next request; without one, this connection has finished."""
        request = self._run.next_request()
        if request is None:
            self._run.open -= 1
            if self._run.open == 0 and not self._run.done.done():
                self._run.done.set_result(None)
            return
        self._due = time.perf_counter() if due is None else due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end]
        start = head.lower().find(b"content-length:")
        length = int(head[start + 15 : head.find(b"\r", start) if head.find(b"\r", start) > 0 else end])
        if len(self._buffer) < end + 4 + length:
            return
        self._buffer = b""
        run = self._run
        run.times.append(time.perf_counter() - self._due)
        run.statuses[head[9:12].decode()] += 1
        if run.order.rate is None or run.stopping:
            self.send(None)
        elif run.late:
            self.send(run.late.popleft())
        else:
            run.idle.append(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio names it)
        if not self._run.done.done():
            self._run.statuses["lost"] += 1
            self._run.done.set_result(None)


async def _on_schedule(run: Run, rate: float, began: float) -> None:
    issued = 0
    while not run.stopping:
        due = int((time.perf_counter() - began) * rate)
        while issued < due:
            instant = began + (issued + 1) / rate
            issued += 1
            if run.idle:
                run.idle.popleft().send(instant)
            else:
                run.late.append(instant)
        await asyncio.sleep(0.0005)
    while run.idle:
        run.idle.popleft().send(None)


async def perform(order: Order) -> Report:
    """Carry the order out."""
    loop = asyncio.get_running_loop()
    run = Run(order)
    connections = [
        (await loop.create_connection(lambda: Connection(run), "127.0.0.1", order.port))[1]
        for _ in range(order.connections)
    ]
    run.open = len(connections)
    began = time.perf_counter()
    if not order.in_turn:
        loop.call_later(order.seconds, setattr, run, "stopping", True)
    if order.rate is None:
        for connection in connections:
            connection.send(None)
    else:
        run.idle.extend(connections)
        await _on_schedule(run, order.rate, began)
    async with asyncio.timeout(order.seconds + 60):
        await run.done
    seconds = time.perf_counter() - began
    times = sorted(run.times) or [0.0]
    return Report(
        sent=len(run.times),
        seconds=seconds,
        rate=len(run.times) / seconds,
        p50=times[len(times) // 2],
        p99=times[min(len(times) - 1, int(len(times) * 0.99))],
        worst=times[-1],
        ended_at=time.time(),
        ran_out=run.ran_out and not order.in_turn,
        statuses=dict(run.statuses),
    )


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    given["targets"] = [tuple(target) for target in given["targets"]]
    json.dump(asdict(uvloop.run(perform(Order(**given)))), sys.stdout)
