"""(c) how late a due conversation is taken, what waiting costs, and (f) how receiving and flushing grow with size.

The alarm, the claim and the acknowledgement are the product's; the turn is a stub.
"""

import json
import os
import subprocess
import sys
from secrets import token_hex

from bench import machine, sleeper
from bench.ingest import CONNECTIONS, LONG_WINDOW
from bench.load import Order
from bench.table import Row, percentile, show
from bench.world import BACKEND, ROOT, World, stop


def run(world: World, *, runs: int, quick: bool) -> None:
    """100,000 armed; the goal's rate, and one this design is at ease with."""
    armed = 20_000 if quick else 100_000
    seconds = 3.0 if quick else 8.0
    rows: list[Row] = []
    for rate in (5000, 1000):
        reports = [_flush(world, armed, rate, seconds) for _ in range(runs)]
        if not rows:
            rows += [
                Row("idle CPU, alarm alone", [each.idle_cpu * 100 for each in reports], "%", "≤ 2 %"),
                Row("memory per armed conversation: app", [each.app_bytes_each for each in reports], "bytes"),
                Row(
                    "memory per armed conversation: Redis",
                    [each.redis_bytes_each for each in reports],
                    "bytes",
                    "≤ 2 kB",
                ),
            ]
        goal = "≤ 25 ms" if rate == 5000 else ""
        lags = [sorted(each.lags) for each in reports]
        rows += [
            Row(f"lag p50, {rate:,} due per second", [percentile(each, 50) * 1000 for each in lags], "ms"),
            Row(f"lag p99, {rate:,} due per second", [percentile(each, 99) * 1000 for each in lags], "ms", goal),
            Row(f"CPU of one core, {rate:,} due per second", [each.busy_cpu * 100 for each in reports], "%"),
            Row(f"not taken in time, {rate:,} due per second", [float(each.missing) for each in reports], ""),
        ]
    show(f"Flushing, {armed:,} conversations armed", rows)


def run_growth(world: World, *, runs: int, quick: bool) -> None:
    """The same work beside ever more conversations, in PostgreSQL and in Redis."""
    rows: list[Row] = []
    for size in (1000, 10_000) if quick else (1000, 10_000, 100_000):
        rates, tails, p50s, p99s = [], [], [], []
        for _ in range(runs):
            world.empty()
            world.populate(size)
            with world.serve("main:app", **LONG_WINDOW) as server:
                report = world.load(
                    Order(
                        port=server.port,
                        seconds=3,
                        connections=CONNECTIONS,
                        targets=world.targets(),
                        contacts=size,
                        prefix=token_hex(6),
                        requests=15_000,
                    )
                )
            rates.append(report.rate)
            tails.append(report.p99 * 1000)
            lags = sorted(_flush(world, size, min(1000, size // 2), 2.0).lags)
            p50s.append(percentile(lags, 50) * 1000)
            p99s.append(percentile(lags, 99) * 1000)
        rows += [
            Row(f"{size:,}: webhooks", rates, "req/s"),
            Row(f"{size:,}: webhook p99 at saturation", tails, "ms"),
            Row(f"{size:,}: flush lag p50", p50s, "ms"),
            Row(f"{size:,}: flush lag p99", p99s, "ms"),
        ]
        print(f"  {size:,} conversations done", flush=True)
    show("Growth with the number of conversations", rows)


def _flush(world: World, armed: int, rate: int, seconds: float) -> sleeper.Report:
    order = sleeper.Order(redis_url=world.redis_url, armed=armed, rate=rate, seconds=seconds, idle=3.0)
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "bench" / "sleeper.py")],
        cwd=BACKEND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ.get("PATH", ""), "DATA_DIR": str(world.folder)},
    )
    try:
        machine.pin([process.pid], machine.cores()[0])
        out, _ = process.communicate(json.dumps(vars(order)) + "\n", timeout=180)
    finally:
        stop(process)
    if process.returncode != 0:
        raise SystemExit("the flush process failed")
    return sleeper.Report(**json.loads(out))
