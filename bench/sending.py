"""The whole path of a mail, beside the standard load generator into the same sink.

`smtp-source` and `smtp-sink` come with Debian's postfix package; Postfix itself is neither
needed nor started: apt-get install --no-install-recommends postfix. The path is production's
own: the ledger's rows are queued, bells are rung, and a real Celery worker with two processes
claims, personalises, sets, sends and records. Tables are emptied between runs, never code.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import audience
from bench.stage import empty_database, is_quick, write
from config import embedded
from config.processes import Child, stop
from newsletter import dispatch, queries
from newsletter.models import Edition
from newsletter.press import Press
from newsletter.progress import progress_of
from newsletter.readers import recipients
from newsletter.tasks import ring

WORKERS: Final = 2
_MAIL_BYTES: Final = 46_000  # what smtp-source sends, about what our mails weigh


@dataclass(frozen=True, slots=True)
class Round:
    """One interleaved round: mails a second of both, and our cost."""

    ours: float
    source: float
    worker_us: float
    postgres_us: float

    @property
    def ratio(self) -> float:
        return self.ours / self.source


# ── the parts ────────────────────────────────────────────────────────────────


@contextmanager
def sink() -> Iterator[int]:
    """An smtp-sink on a free port of 127.0.0.1."""
    program = _program("smtp-sink")
    port = _free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "1000"])
    try:
        _wait_for(lambda: _listens(port), "smtp-sink")
        yield port
    finally:
        process.terminate()
        process.wait()


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        sys.exit(f"{name} is missing: apt-get install --no-install-recommends postfix")
    return found


@contextmanager
def worker(port: int, log: Path) -> Iterator[psutil.Process]:
    """Celery with two processes on the benchmark's own database, sending to that port."""
    ready = log.with_suffix(".ready")
    ready.unlink(missing_ok=True)
    environ = os.environ | {
        "DATABASE_URL": _database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "LOCAL": "true",
        "MAIL_PROVIDER": "smtp",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "WORKER_READY_FILE": str(ready),
    }
    options = [f"--concurrency={WORKERS}", "--queues=send", "--loglevel=WARNING"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    command = [sys.executable, "-m", "celery", "--app=config", "worker", *options, *quiet]
    child = Child("worker", command, environ, log)
    child.start()
    try:
        _wait_for(ready.exists, "the worker")
        yield next(p for p in psutil.Process().children() if "worker" in " ".join(p.cmdline()))
    finally:
        stop([child], 30)


def _database_url() -> str:
    given = os.environ.get("DATABASE_URL") or embedded.database_url(settings.VAR_DIR)
    return urlsplit(given)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{what} did not come up")
        time.sleep(0.02)


# ── what is measured ─────────────────────────────────────────────────────────


def queue(edition: Edition) -> tuple[list[queries.Range], float]:
    """Queue a row for every reader; the ranges, and the seconds it took."""
    start = time.perf_counter()
    ranges = []
    found = dispatch.CHUNK
    while found == dispatch.CHUNK:
        found, queued = dispatch._queue_chunk(edition, timezone.now())  # noqa: SLF001 (its step)
        ranges += [queued] if queued else []
    return ranges, time.perf_counter() - start


def send(edition: Edition, ranges: Sequence[queries.Range], mails: int) -> float:
    """Ring for every batch and wait for the last record; the seconds from bell to record."""
    start = time.perf_counter()
    for batch in ranges:
        ring(batch)
    while progress_of(edition.pk).done < mails:
        time.sleep(0.01)
    return time.perf_counter() - start


def load(port: int, mails: int) -> float:
    """The seconds that smtp-source takes for as many mails of that size, on four sessions."""
    options = ["-d", "-s", "4", "-m", str(mails), "-l", str(_MAIL_BYTES)]
    addresses = ["-f", "from@bench.test", "-t", "to@bench.test"]
    start = time.perf_counter()
    command = [_program("smtp-source"), *options, *addresses, f"127.0.0.1:{port}"]
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def seconds_of(processes: Sequence[psutil.Process]) -> float:
    """The processor time that these have used so far."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
            total += times.user + times.system
        except psutil.Error:  # it has ended in between
            continue
    return total


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _postgres() -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["name"]) if p.info["name"] == "postgres"]


def one_round(edition: Edition, celery: psutil.Process, port: int, mails: int) -> Round:
    """Ours, then theirs, into the same sink."""
    audience.due_again()
    ranges, _ = queue(edition)
    before = seconds_of(_family(celery)), seconds_of(_postgres())
    ours = send(edition, ranges, mails)
    after = seconds_of(_family(celery)), seconds_of(_postgres())
    theirs = load(port, mails)
    return Round(
        ours=mails / ours,
        source=mails / theirs,
        worker_us=(after[0] - before[0]) / mails * 1e6,
        postgres_us=(after[1] - before[1]) / mails * 1e6,
    )


def rank(edition: Edition, readers: int) -> float:
    """The seconds that choosing papers takes for so many readers, in one process."""
    press = Press(edition)
    start = time.perf_counter()
    for first in range(1, readers + 1, 5_000):
        wanted = recipients(range(first, min(first + 5_000, readers + 1)))
        for reader in wanted.values():
            press.choose(reader.wants, ())
    return time.perf_counter() - start


# ── the table ────────────────────────────────────────────────────────────────


def spread(values: Sequence[float], form: str = ".2f") -> str:
    middle = statistics.median(values)
    return f"{middle:{form}} ({min(values):{form}} to {max(values):{form}})"


def main(quick: bool) -> None:
    rounds, mails = (2, 2_000) if quick else (5, 10_000)
    sizes = (2_000, 10_000) if quick else (10_000, 100_000, 1_000_000)
    results: dict[str, Any] = {"quick": quick, "mails": mails}
    with ExitStack() as stack:
        stack.enter_context(empty_database())
        port = stack.enter_context(sink())
        log = Path(settings.VAR_DIR) / "log" / "bench-worker.log"
        edition = audience.make_edition()
        audience.make_readers(mails)
        celery = stack.enter_context(worker(port, log))
        one_round(edition, celery, port, min(mails, 2_000) if mails <= 2_000 else mails)  # warm-up
        measured = [one_round(edition, celery, port, mails) for _ in range(rounds)]
        results |= _report(measured)
        results |= _scaling(edition, celery, sizes)
    write("sending", results)


def _report(measured: Sequence[Round]) -> dict[str, Any]:
    ratios = [one.ratio for one in measured]
    rows = [
        ("whole path, mails a second", spread([one.ours for one in measured], ".0f")),
        ("smtp-source -d -s 4, mails a second", spread([one.source for one in measured], ".0f")),
        ("ratio (target ≥ 1.0)", spread(ratios)),
        ("worker CPU, µs a mail", spread([one.worker_us for one in measured], ".0f")),
        ("PostgreSQL CPU, µs a mail", spread([one.postgres_us for one in measured], ".0f")),
    ]
    for name, figures in rows:
        print(f"{name:<38}{figures}", flush=True)
    return {
        "ratio_to_smtp_source": statistics.median(ratios),
        "rounds": [
            {
                "ours": one.ours,
                "smtp_source": one.source,
                "worker_us": one.worker_us,
                "postgres_us": one.postgres_us,
            }
            for one in measured
        ],
    }


def _scaling(edition: Edition, celery: psutil.Process, sizes: Sequence[int]) -> dict[str, Any]:
    """Ten, a hundred times as many readers: seconds, cost a mail, bytes, and memory."""
    rows = []
    for readers in sizes:
        audience.drop_readers()
        audience.make_readers(readers)
        audience.due_again()
        choosing = rank(edition, readers)
        ranges, queueing = queue(edition)
        before = seconds_of(_family(celery)) + seconds_of(_postgres())
        sending = send(edition, ranges, readers)
        spent = seconds_of(_family(celery)) + seconds_of(_postgres()) - before
        memory = max(p.memory_info().rss for p in celery.children()) / 2**20
        row = {
            "readers": readers,
            "queue_seconds": queueing,
            "rank_seconds": choosing,
            "send_seconds": sending,
            "cost_us": spent / readers * 1e6,
            "worker_rss_mb": memory,
            "table_mb": _table_megabytes(),
        }
        rows.append(row)
        print(
            f"{readers:>9} readers: queued in {queueing:.1f} s, ranked in {choosing:.1f} s, "
            f"sent in {sending:.1f} s ({readers / sending:.0f}/s), {row['cost_us']:.0f} µs a mail, "
            f"worker {memory:.0f} MB, ledger {row['table_mb']:.0f} MB",
            flush=True,
        )
    last = rows[-1]
    return {
        "scaling": rows,
        "queue_1m_seconds": last["queue_seconds"] * 1_000_000 / last["readers"],
        "rank_1m_seconds": last["rank_seconds"] * 1_000_000 / last["readers"],
        "cost_growth_10k_to_1m": last["cost_us"] / rows[0]["cost_us"],
        "worker_rss_mb": last["worker_rss_mb"],
    }


def _table_megabytes() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('newsletter_delivery') / 1048576.0")
        return float(cursor.fetchone()[0])


if __name__ == "__main__":
    main(is_quick())
