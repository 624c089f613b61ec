"""A worker that is told to stop while it sends: it ends by itself, and no mail is in doubt.

Real processes and a slow server, so that every signal comes in the middle of a burst.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

import psutil
import pytest

from bench.chaos.receivers import Mood
from bench.chaos.rig import Rig
from bench.chaos.verdict import Verdict, judge
from tests.service import wait_until

pytestmark = pytest.mark.flow

MAILS = 1100  # more than two tasks of 500, so that something is left for the next worker
SECONDS_A_MAIL = 0.005
PROMISED = 30.0  # seconds until a worker has ended
PATIENT = {"LEASE_SECONDS": "60"}  # nobody else takes over what it has in hand
# What it gives tasks in a cold shutdown is 30 s: not in a test.
COLD_SOON = ("--", ".soft_shutdown_timeout=1")
LIMITED = ("--", "task.soft_time_limit=0", "task.time_limit=4")  # and tasks are given minutes


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("stopping")) as running:
        yield running


def start_sending(
    rig: Rig,
    mood: Mood | None = None,
    words: Sequence[str] = (),
    environ: dict[str, str] | None = None,
) -> tuple[psutil.Process, list[psutil.Process]]:
    """A worker in the middle of its mails: its main process, and those that send."""
    rig.stop_senders()
    rig.audience.forget(editions=False)
    with rig.broker() as broker:
        broker.flushall()
    rig.receiver.begin(mood, Random(0))  # noqa: S311 (faults, not secrets)
    rig.receiver.seconds_a_mail = SECONDS_A_MAIL
    rig.start_senders(PATIENT | (environ or {}), is_fresh=True, words=words)
    rig.audience.become_due(MAILS, "stopping")
    if not mood:
        wait_until(lambda: len(rig.receiver.arrivals) > 120, "mails to arrive")
    return psutil.Process(rig.worker.pid), rig.pool()


def tell(processes: Sequence[psutil.Process], how: signal.Signals) -> None:
    for process in processes:
        process.send_signal(how)


def until_it_ends(rig: Rig) -> float:
    """How long the worker takes to end by itself, in seconds."""
    began = time.monotonic()
    wait_until(lambda: rig.worker.exit_status is not None, "the worker's end")
    return time.monotonic() - began


def states(rig: Rig) -> Counter[str]:
    return Counter(entry.state for entry in rig.audience.entries())


def verdict(rig: Rig) -> Verdict:
    return judge(rig.audience.entries(), rig.receiver.arrivals, rig.audience.counters())


def until_all_is_sent(rig: Rig) -> None:
    def is_over() -> bool:
        look = rig.audience.look()
        return look is not None and not (look.waiting or look.deferred or look.due)

    wait_until(is_over, "the last mail")


@pytest.mark.parametrize(
    ("signals", "words"),
    [
        ([signal.SIGTERM], ()),  # systemd, honcho
        ([signal.SIGTERM, signal.SIGTERM], ()),  # and somebody impatient
        ([signal.SIGINT, signal.SIGINT], COLD_SOON),  # Ctrl-C in a terminal
    ],
    ids=["SIGTERM", "SIGTERM twice", "Ctrl-C twice"],
)
def test_told_to_stop_all_at_once_it_finishes_what_it_has_in_hand(
    rig: Rig, signals: Sequence[signal.Signals], words: Sequence[str]
) -> None:
    main, pool = start_sending(rig, words=words)
    assert len(pool) == 2
    for how in signals:
        tell([main, *pool], how)
        time.sleep(0.3)
    assert until_it_ends(rig) < PROMISED

    found = states(rig)
    assert found["queued"] > 0
    assert set(found) <= {"queued", "sent", "skipped"}
    assert len(rig.receiver.arrivals) == found["sent"]

    rig.worker.start()
    until_all_is_sent(rig)
    shown = verdict(rig)
    assert (shown.lost, shown.repeated, shown.mistold, shown.uncertain) == (0, 0, 0, 0)
    assert shown.arrived + shown.skipped == MAILS


def test_a_cold_end_after_a_warm_one_finishes_it_too(rig: Rig) -> None:
    main, _ = start_sending(rig, words=COLD_SOON)
    tell([main], signal.SIGTERM)
    time.sleep(0.3)
    tell([main], signal.SIGQUIT)
    assert until_it_ends(rig) < PROMISED
    assert set(states(rig)) <= {"queued", "sent", "skipped"}


def test_a_terminal_that_is_closed_interrupts_no_burst(rig: Rig) -> None:
    _, pool = start_sending(rig)
    tell(pool, signal.SIGHUP)
    until_all_is_sent(rig)
    assert {process.pid for process in rig.pool()} == {process.pid for process in pool}
    assert verdict(rig).uncertain == 0


def test_no_process_outlives_the_main_one(rig: Rig) -> None:
    main, pool = start_sending(rig)
    main.kill()
    gone, alive = psutil.wait_procs(pool, timeout=5)
    assert not alive
    assert len(gone) == 2


def test_a_process_that_hangs_is_killed_at_its_time_limit(rig: Rig) -> None:
    silent = Mood("MAIL", ["silence"], 1.0)
    main, pool = start_sending(rig, silent, LIMITED, {"EMAIL_TIMEOUT": "50"})
    wait_until(lambda: states(rig)["sending"], "a burst to begin")
    tell([main, *pool], signal.SIGTERM)
    assert until_it_ends(rig) < PROMISED
    _, alive = psutil.wait_procs(pool, timeout=1)
    assert not alive
    assert 0 < states(rig)["sending"] <= 50 * len(pool)
