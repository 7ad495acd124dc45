"""(d) our own share of a turn and (e) many bursts at once, on the whole product with the vendors simulated.

The model's time is taken out of (d) as measured inside the process, with the SDK's own; (e) is what a customer waits.
"""

import time
from secrets import token_hex

from bench.load import Order
from bench.machine import Meter
from bench.table import Row, percentile, show
from bench.world import Server, World

_WINDOW = 2.0


def run_turn(world: World, *, runs: int, quick: bool) -> None:
    """Fifty conversations a second come due; nothing but us takes time."""
    rate, seconds = 50.0, 4.0 if quick else 10.0
    shares: list[list[float]] = []
    strangers: list[float] = []
    used: list[float] = []
    for _ in range(runs):
        world.empty()
        with world.simulators(model_seconds=0) as simulators, world.serve_turns(simulators, _WINDOW) as server:
            meter = Meter({"app": server.pid, **world.store_pids})
            world.load(_order(world, server, int(rate * seconds), rate=rate, seconds=seconds))
            _wait_answered(world, seconds=30)
            read = meter.read()
        found = sorted(own for _, _, own in world.samples())
        shares.append(found)
        strangers.append(read["others"])
        used.append(read["app"] / max(1, len(found)) * 1000)
        print(f"  {len(found)} turns · own share p95 {percentile(found, 95) * 1000:.1f} ms", flush=True)
    rows = [
        Row(f"own share of a turn, p50, {rate:.0f} turns/s", [percentile(each, 50) * 1000 for each in shares], "ms"),
        Row(
            f"own share of a turn, p95, {rate:.0f} turns/s",
            [percentile(each, 95) * 1000 for each in shares],
            "ms",
            "≤ 20 ms",
        ),
        Row("processor time per turn: app (webhook, turn, two callbacks)", used, "ms"),
        Row("others on this machine", strangers, "cores"),
    ]
    show("Our own share of a turn: claim → request to Twilio, without the model", rows)


def run_burst(world: World, *, runs: int, quick: bool) -> None:
    """Fifty customers write three messages each at the same moment."""
    contacts, burst = (20 if quick else 50), 3
    waits: list[list[float]] = []
    strangers: list[float] = []
    for _ in range(runs):
        world.empty()
        with world.simulators(model_seconds=0.3) as simulators, world.serve_turns(simulators, _WINDOW) as server:
            meter = Meter({"app": server.pid})
            report = world.load(_order(world, server, contacts * burst, burst=burst))
            _wait_answered(world, seconds=60)
            strangers.append(meter.read()["others"])
        waits.append(sorted(sent - report.ended_at for _, sent, _ in world.samples()))
        print(f"  {len(waits[-1])} replies · p95 {percentile(waits[-1], 95):.2f} s after the last webhook", flush=True)
    goal = f"≤ {_WINDOW + 0.6:.1f} s"
    rows = [
        Row("replies per burst", [len(each) / contacts for each in waits], "", "1"),
        Row("last webhook answered → request to Twilio, p50", [percentile(each, 50) for each in waits], "s"),
        Row("last webhook answered → request to Twilio, p95", [percentile(each, 95) for each in waits], "s", goal),
        Row("others on this machine", strangers, "cores"),
    ]
    show(f"{contacts} bursts of {burst} at once, window {_WINDOW:.0f} s, model 0.3 s", rows)


def _order(
    world: World, server: Server, requests: int, *, rate: float | None = None, seconds: float = 30, burst: int = 1
) -> Order:
    return Order(
        port=server.port,
        seconds=seconds,
        connections=32,
        targets=world.targets(f"http://127.0.0.1:{server.port}"),
        contacts=requests,
        prefix=token_hex(6),
        requests=requests,
        rate=rate,
        in_turn=True,
        burst=burst,
    )


def _wait_answered(world: World, *, seconds: float) -> None:
    """Until no message waits and no turn runs; gives up quietly, the table shows what is missing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with world.sql() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM mensagens WHERE destino = 'responder') OR EXISTS"
                " (SELECT FROM turnos WHERE estado NOT IN ('done', 'failed', 'parked', 'redone'))"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.2)
