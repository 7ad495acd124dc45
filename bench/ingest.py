"""(a) and (b): what a durable webhook costs beside a bare application under the same server, in the same minutes.

The turns do not run: the window is longer than the run. Contacts are known before the clock starts, as they are in
life; what the first message of a stranger costs is a figure of its own.
"""

from dataclasses import dataclass
from secrets import token_hex

from bench.load import Order, Report
from bench.machine import Meter
from bench.table import Row, show
from bench.world import Server, World

CONNECTIONS = 64
CONTACTS = 2000
LONG_WINDOW = {"BUFFER_SECONDS": "600", "BUFFER_MAX_SECONDS": "3600", "BUFFER_MAX_MESSAGES": "500"}


@dataclass
class _Round:
    bare: Report
    bare_used: float
    strangers: Report
    full: Report
    quarter: Report
    used: dict[str, float]


def run(world: World, *, runs: int, quick: bool) -> None:
    seconds = 3.0 if quick else 6.0
    rounds = [_round(world, seconds) for _ in range(runs)]
    rows = [
        Row("(a) bare ASGI, reads the body", [each.bare.rate for each in rounds], "req/s"),
        Row("(b) our webhook, durable in both stores", [each.full.rate for each in rounds], "req/s"),
        Row("ratio (b)/(a)", [each.full.rate / each.bare.rate for each in rounds], "", "≥ 0.15"),
        Row("(a) p99 at saturation", [each.bare.p99 * 1000 for each in rounds], "ms"),
        Row("(b) p50 at saturation", [each.full.p50 * 1000 for each in rounds], "ms"),
        Row("(b) p99 at saturation", [each.full.p99 * 1000 for each in rounds], "ms", "≤ 100 ms"),
        Row("(b) p50 at a quarter of that rate", [each.quarter.p50 * 1000 for each in rounds], "ms"),
        Row("(b) p99 at a quarter of that rate", [each.quarter.p99 * 1000 for each in rounds], "ms", "≤ 20 ms"),
        Row("first messages of strangers", [each.strangers.rate for each in rounds], "req/s"),
    ]
    bare_cost = [each.bare_used / each.bare.sent * 1e6 for each in rounds]
    rows.append(Row("processor time per request: bare", bare_cost, "µs"))
    for name in ("app", "postgres", "redis"):
        if all(name in each.used for each in rounds):
            per_request = [each.used[name] / each.full.sent * 1e6 for each in rounds]
            rows.append(Row(f"processor time per webhook: {name}", per_request, "µs"))
    costs = [cost / (each.used["app"] / each.full.sent * 1e6) for cost, each in zip(bare_cost, rounds, strict=True)]
    rows.append(Row("ratio of processor time (holds when others are busy)", costs, "", "≥ 0.15"))
    rows.append(Row("others on this machine", [each.used["others"] for each in rounds], "cores"))
    placed = "the server alone on one core, everything else on the others" if world.pinned else "no process pinned"
    show(f"Receiving, {CONNECTIONS} connections, {CONTACTS:,} contacts, {seconds:.0f} s a run", rows, [placed])


def _round(world: World, seconds: float) -> _Round:
    world.empty()
    with world.serve("bench.bare:app") as server:
        meter = Meter({"app": server.pid})
        bare = world.load(_order(world, server, seconds, requests=20_000, bare=True))
        bare_used = meter.read()["app"]
    with world.serve("main:app", **LONG_WINDOW) as server:
        strangers = world.load(_order(world, server, seconds, requests=CONTACTS, in_turn=True))
        world.analyze()
        world.load(_order(world, server, 1.0, requests=10_000))
        meter = Meter({"app": server.pid, **world.store_pids})
        full = world.load(_order(world, server, seconds, requests=int(8000 * seconds)))
        used = meter.read()
        quarter = world.load(_order(world, server, seconds, requests=int(8000 * seconds), rate=full.rate / 4))
        for report in (strangers, full, quarter):
            if set(report.statuses) != {"200"}:
                print(f"not every answer was 200: {report.statuses}")
    stored = _stored(world)
    print(
        f"  bare {bare.rate:,.0f}/s · ours {full.rate:,.0f}/s (p99 {full.p99 * 1000:.0f} ms)"
        f" · quarter p99 {quarter.p99 * 1000:.1f} ms · {stored:,} messages stored",
        flush=True,
    )
    return _Round(bare, bare_used, strangers, full, quarter, used)


def _stored(world: World) -> int:
    with world.sql() as cursor:
        cursor.execute("SELECT count(*) FROM mensagens")
        found: int = cursor.fetchone()[0]
    return found


def _order(
    world: World,
    server: Server,
    seconds: float,
    *,
    requests: int,
    bare: bool = False,
    in_turn: bool = False,
    rate: float | None = None,
) -> Order:
    return Order(
        port=server.port,
        seconds=seconds,
        connections=CONNECTIONS,
        targets=world.targets(),
        contacts=CONTACTS,
        prefix=token_hex(6),
        requests=requests,
        rate=rate,
        in_turn=in_turn,
        repeat=bare,
    )
