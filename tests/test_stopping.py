"""A worker that is stopped while it sends: it ends by itself, and no mail is uncertain.

Real processes and a slow server, so that every signal arrives in the middle of a burst.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

import psutil
import pytest

from fakes.mail_counts import Counts, count
from fakes.mail_receiver import Misbehaviour
from fakes.service_processes import Service
from tests.service import wait_until

pytestmark = pytest.mark.flow

MAILS = 1100  # more than two tasks of 500, so that something is left for the next worker
SECONDS_A_MAIL = 0.005
LONGEST_STOP = 30.0  # seconds until a worker has ended
LONG_LEASE = {"LEASE_SECONDS": "60"}  # no other worker claims its mails in a test
# A cold shutdown gives tasks 30 s: too long for a test.
EARLY_COLD_SHUTDOWN = ("--", ".soft_shutdown_timeout=1")
SHORT_TIME_LIMIT = (
    "--",
    "task.soft_time_limit=0",
    "task.time_limit=4",
)  # tasks otherwise have minutes


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("stopping")) as running:
        yield running


def start_sending(
    service: Service,
    misbehaviour: Misbehaviour | None = None,
    words: Sequence[str] = (),
    environ: dict[str, str] | None = None,
) -> tuple[psutil.Process, list[psutil.Process]]:
    """A worker in the middle of its mails: its main process, and those that send."""
    service.stop_senders()
    service.database.empty(editions=False)
    with service.broker() as broker:
        broker.flushall()
    service.receiver.begin(misbehaviour, Random(0))  # noqa: S311 (faults, not secrets)
    service.receiver.seconds_a_mail = SECONDS_A_MAIL
    service.start_senders(LONG_LEASE | (environ or {}), is_fresh=True, words=words)
    service.database.make_subscribers(MAILS, "stopping")
    if not misbehaviour:
        wait_until(lambda: len(service.receiver.arrivals) > 120, "mails to arrive")
    return psutil.Process(service.worker.pid), service.pool()


def send_signal(processes: Sequence[psutil.Process], how: signal.Signals) -> None:
    for process in processes:
        process.send_signal(how)


def until_it_ends(service: Service) -> float:
    """How long the worker takes to end by itself, in seconds."""
    began = time.monotonic()
    wait_until(lambda: service.worker.exit_status is not None, "the worker's end")
    return time.monotonic() - began


def states(service: Service) -> Counter[str]:
    return Counter(row.state for row in service.database.expected())


def counts_of(service: Service) -> Counts:
    database = service.database
    return count(database.expected(), service.receiver.arrivals, database.counters())


def until_all_is_sent(service: Service) -> None:
    def is_over() -> bool:
        status = service.database.status()
        return status is not None and not (status.waiting or status.deferred or status.due)

    wait_until(is_over, "the last mail")


@pytest.mark.parametrize(
    ("signals", "words"),
    [
        ([signal.SIGTERM], ()),  # systemd, honcho
        ([signal.SIGTERM, signal.SIGTERM], ()),  # an impatient operator
        ([signal.SIGINT, signal.SIGINT], EARLY_COLD_SHUTDOWN),  # Ctrl-C in a terminal
    ],
    ids=["SIGTERM", "SIGTERM twice", "Ctrl-C twice"],
)
def test_a_worker_that_is_stopped_finishes_its_claimed_mails(
    service: Service, signals: Sequence[signal.Signals], words: Sequence[str]
) -> None:
    main, pool = start_sending(service, words=words)
    assert len(pool) == 2
    for how in signals:
        send_signal([main, *pool], how)
        time.sleep(0.3)
    assert until_it_ends(service) < LONGEST_STOP

    found = states(service)
    assert found["queued"] > 0
    assert set(found) <= {"queued", "sent", "skipped"}
    assert len(service.receiver.arrivals) == found["sent"]

    service.worker.start()
    until_all_is_sent(service)
    shown = counts_of(service)
    assert (shown.lost, shown.repeated, shown.misreported, shown.uncertain) == (0, 0, 0, 0)
    assert shown.arrived + shown.skipped == MAILS


def test_a_cold_shutdown_after_a_warm_one_finishes_them_too(service: Service) -> None:
    main, _ = start_sending(service, words=EARLY_COLD_SHUTDOWN)
    send_signal([main], signal.SIGTERM)
    time.sleep(0.3)
    send_signal([main], signal.SIGQUIT)
    assert until_it_ends(service) < LONGEST_STOP
    assert set(states(service)) <= {"queued", "sent", "skipped"}


def test_a_closed_terminal_interrupts_no_burst(service: Service) -> None:
    _, pool = start_sending(service)
    send_signal(pool, signal.SIGHUP)
    until_all_is_sent(service)
    assert {process.pid for process in service.pool()} == {process.pid for process in pool}
    assert counts_of(service).uncertain == 0


def test_no_process_runs_longer_than_the_main_one(service: Service) -> None:
    main, pool = start_sending(service)
    main.kill()
    gone, alive = psutil.wait_procs(pool, timeout=5)
    assert not alive
    assert len(gone) == 2


def test_a_process_that_hangs_is_killed_at_its_time_limit(service: Service) -> None:
    silent = Misbehaviour("MAIL", ["silence"], 1.0)
    main, pool = start_sending(service, silent, SHORT_TIME_LIMIT, {"EMAIL_TIMEOUT": "50"})
    wait_until(lambda: states(service)["sending"], "a burst to begin")
    send_signal([main, *pool], signal.SIGTERM)
    assert until_it_ends(service) < LONGEST_STOP
    _, alive = psutil.wait_procs(pool, timeout=1)
    assert not alive
    assert 0 < states(service)["sending"] <= 50 * len(pool)
