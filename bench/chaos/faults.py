"""The faults: of processes, stores, clocks that fire twice, and servers that receive badly."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from typing import Final

import psutil

from bench.chaos.run import Context, Fault
from fakes.mail_receiver import GONE, Misbehaviour
from fakes.service_processes import send_signal

BURST: Final = 50  # mails in one request to an API
CONNECTIONS: Final = 8  # a mail on each is in doubt when a sender over SMTP is killed
_TERM_SECONDS: Final = 40.0


# ── processes ────────────────────────────────────────────────────────────────


def _kill_worker(context: Context) -> str:
    """By the run's number: a sending process, the main process, or all at once."""
    pool = context.service.pool()
    main = psutil.Process(context.service.worker.pid)
    victims, words = (
        (pool[:1], "kill -9 of the process that sends"),
        ([main], "kill -9 of the main process"),
        ([main, *pool], "kill -9 of all its processes"),
    )[context.number % 3]
    # When the main process ends, the kernel kills the others.
    context.killed += len(victims) if main not in victims else len(pool)
    for victim in victims:
        with suppress(psutil.Error):
            victim.kill()
    return words


def _terminate_worker(context: Context) -> str:
    """By the run's number: its main process, as containers stop it, or all, as systemd does."""
    worker, began = context.service.worker, time.monotonic()
    pid = worker.pid
    also, words = (
        ([], "SIGTERM"),
        (context.service.pool(), "SIGTERM to all its processes"),
    )[context.number % 2]
    worker.terminate()
    for process in also:
        with suppress(psutil.Error):
            process.terminate()
    if not context.wait(lambda: worker.pid != pid, _TERM_SECONDS):
        return f"{words}, and it did not end in {_TERM_SECONDS:.0f} s"
    return f"{words}; it ended and was started again after {time.monotonic() - began:.1f} s"


def _freeze_worker(context: Context) -> str:
    """Stop it until other workers have sent its claimed mails, and then continue it."""
    [victim, *_] = context.service.pool()
    context.killed += 1
    victim.suspend()
    began = time.monotonic()
    try:
        context.wait(lambda: _is_nothing_queued(context), 20)
    finally:
        victim.resume()
    return f"the process that sends slept for {time.monotonic() - began:.1f} s"


def _is_nothing_queued(context: Context) -> bool:
    status = context.service.database.status()
    return status is not None and not status.queued


# ── stores ───────────────────────────────────────────────────────────────────


def _flush(context: Context) -> str:
    with context.service.broker() as broker:
        broker.flushall()
    return "FLUSHALL"


def _restart_valkey(context: Context) -> str:
    service, how = context.service, (signal.SIGTERM, signal.SIGKILL)[context.number % 2]
    away = context.random.uniform(0.2, 4.0)
    send_signal(service.valkey, how)
    service.valkey.wait(time.monotonic() + 10)
    time.sleep(away)
    service.start_valkey()
    return f"Valkey stopped by {how.name} and started {away:.1f} s later"


def _restart_postgres(context: Context) -> str:
    """Fast, immediate (as after a power cut), or by a kill of one of its own processes."""
    if context.number % 3 == 2:
        return _kill_backend(context)
    service = context.service
    how, kind = ((signal.SIGINT, "fast"), (signal.SIGQUIT, "immediate"))[context.number % 3]
    away = context.random.uniform(0, 5.0)
    send_signal(service.postgres, how)
    service.postgres.wait(time.monotonic() + 20)
    time.sleep(away)
    service.start_postgres()
    return f"PostgreSQL stopped ({kind}) and started {away:.1f} s later"


def _kill_backend(context: Context) -> str:
    """PostgreSQL closes all connections and recovers when one of its processes is killed."""
    backends = [
        child
        for child in psutil.Process(context.service.postgres.pid).children()
        if "postgres postgres" in " ".join(child.cmdline())
    ]
    victim = context.random.choice(backends)
    with suppress(psutil.Error):
        os.kill(victim.pid, signal.SIGKILL)
    return f"kill -9 of one of PostgreSQL's {len(backends)} backends"


def _restore_backup(context: Context) -> str:
    """Restore a dump that is some mails old; then an operator holds what waits in it."""
    service, receiver = context.service, context.service.receiver
    path = service.dump()
    dumped = len(receiver.arrivals)
    context.wait(lambda: len(receiver.arrivals) > dumped + context.mails // 10, 10)
    service.restore(path)
    status = service.database.status()
    context.killed = status.waiting + status.deferred if status else 0
    service.start_senders({}, is_fresh=True)
    lost = len(receiver.arrivals) - dumped
    context.wait(lambda: len(receiver.arrivals) > dumped + lost, 3)
    sent = len(receiver.arrivals) - dumped - lost
    service.manage("restored", "--hold")
    return f"a dump {lost} mails old was restored, and {sent} mails left before the decision"


# ── clocks that fire twice ───────────────────────────────────────────────────


def _add_beat(context: Context) -> str:
    if context.number == 0:  # then it stays
        context.service.add_beat()
    return "two beats"


def _dispatch_often(context: Context) -> str:
    context.service.enqueue("newsletter.dispatch", 4, "weekly")
    return "four dispatches at once"


# ── the mail server for the whole edition ────────────────────────────────────


def _close_relay(context: Context) -> str:
    """Refuse connections for twice as many attempts as a mail has; then accept them again."""
    service, began = context.service, time.monotonic()
    service.receiver.close_smtp()

    def has_come_to(pauses: int, arrivals: int) -> bool:
        time.sleep(0.2)
        service.bring_forward()  # again and again, since each attempt that fails begins a pause
        return service.relay_pauses() >= pauses and len(service.receiver.arrivals) >= arrivals

    if not context.wait(lambda: has_come_to(_TRIES_WHILE_DOWN, 0), _REPAIR_SECONDS):
        context.wrong.append(f"the server was tried {service.relay_pauses()} times only")
    if blamed := service.domains_left_alone():
        context.wrong.append(f"{blamed} domains were blamed")
    service.receiver.open_smtp()
    context.wait(lambda: has_come_to(0, 1), _REPAIR_SECONDS)
    return f"connections refused for {time.monotonic() - began:.1f} s"


def _refuse_all(context: Context) -> str:
    """By the run's number: as a relay, a host name, or a sending domain is refused."""
    verb, reply = _REFUSALS_OF_US[context.number % len(_REFUSALS_OF_US)]
    service, receiver = context.service, context.service.receiver
    receiver.misbehave(Misbehaviour(verb, [reply], 1.0))
    if not context.wait(lambda: _pause_reason(context), 30):
        context.wrong.append("not paused")
    processes = len(service.pool())
    if receiver.misbehaved > processes * BURST:
        context.wrong.append(f"{receiver.misbehaved} were tried before the pause")
    return f"{receiver.misbehaved} tried: {reply}"


def _pause_reason(context: Context) -> str:
    status = context.service.database.status()
    return status.paused if status else ""


_TRIES_WHILE_DOWN: Final = 12
_REPAIR_SECONDS: Final = 60.0
_REFUSALS_OF_US: Final = (
    ("RCPT", "554 5.7.1 <x@example.com>: Relay access denied"),
    ("RCPT", "504 5.5.2 <sender>: Helo command rejected: need fully-qualified hostname"),
    ("end", "550 5.7.26 this mail has no SPF or DKIM that passes"),
)
_KILL: Final = Fault("kill_worker", "kill -9 of a worker", _kill_worker, doubt=CONNECTIONS)
_EARLY: Final = Fault("", "", composes=True, is_early=True, is_fresh=True)
_RELAY: Final = Fault("", "", is_early=True, is_fresh=True, share=0.5, keeps_all=True)
PROCESSES: Final = [
    replace(_KILL, composes=True, share=1.2, runs=20),
    Fault("term_worker", "SIGTERM to a worker", _terminate_worker),
    Fault("freeze_worker", "a worker sleeps past its lease", _freeze_worker, doubt=BURST),
    Fault("flushall", "FLUSHALL", _flush),
    Fault("restart_valkey", "Valkey stopped and started", _restart_valkey),
    Fault("restart_postgres", "PostgreSQL restarted", _restart_postgres, special=GONE),
    Fault("restore_backup", "an older dump restored", _restore_backup, doubt=1),
    replace(_RELAY, name="relay_down", words="no connection to the mail server", act=_close_relay),
    replace(_RELAY, name="relay_refuses", words="the relay refuses all mail", act=_refuse_all),
    replace(_EARLY, name="two_beats", words="two beats", act=_add_beat),
    replace(_EARLY, name="four_dispatches", words="four dispatches at once", act=_dispatch_often),
]

# ── servers that receive badly ───────────────────────────────────────────────

_CODES: Final = {
    "421": "421 4.3.2 shutting down",
    "451": "451 4.3.0 try later",
    "452": "452 4.2.2 no room",
    "550": "550 5.7.1 not wanted",
}
_STAGES: Final = {"MAIL": "MAIL", "RCPT": "RCPT", "DATA": "DATA", "end": "the end of data"}
_GARBAGE: Final = ("banana", "999 what", "250", "1", ("250 2.0.0 ok", "250 2.0.0 ok", "354 more"))
# A fault that hides the last reply to a mail leaves that one mail uncertain.
_BREAKS: Final = [
    (
        "cut_content",
        "closes the connection within DATA",
        Misbehaviour("content", ["hang up"], 0.02),
        1,
    ),
    (
        "cut_end",
        "accepts a mail and closes the connection",
        Misbehaviour("end", ["hang up"], 0.02),
        1,
    ),
    ("stall_mail", "stops replying at MAIL", Misbehaviour("MAIL", ["silence"], 0.008), 0),
    ("stall_end", "accepts a mail and stops replying", Misbehaviour("end", ["silence"], 0.008), 1),
    ("garbage_rcpt", "sends an invalid reply at RCPT", Misbehaviour("RCPT", _GARBAGE, 0.01), 0),
    (
        "garbage_end",
        "accepts a mail and sends an invalid reply",
        Misbehaviour("end", _GARBAGE, 0.01),
        1,
    ),
]


def _smtp_faults() -> list[Fault]:
    refusals = [
        Fault(
            f"smtp_{code}_{stage.lower()}",
            f"{code} at {where}",
            misbehaviour=Misbehaviour(stage, [reply], 0.03),
            share=0.3,
        )
        for code, reply in _CODES.items()
        for stage, where in _STAGES.items()
    ]
    return refusals + [
        Fault(f"smtp_{name}", words, misbehaviour=wrong, doubt=doubt, share=0.3, is_fresh=True)
        for name, words, wrong, doubt in _BREAKS
    ]


# ── providers' APIs ──────────────────────────────────────────────────────────


def _api_faults(url: str) -> list[Fault]:
    """Faults of a provider whose API is at `url`."""

    def over(provider: str, key: str) -> dict[str, str]:
        name = f"ANYMAIL_{provider}"
        environ = {f"{name}_{key}": "chaos", f"{name}_API_URL": url}
        return environ | {"MAIL_PROVIDER": provider.lower(), "ANYMAIL_REQUESTS_TIMEOUT": "1"}

    postmark, resend = over("POSTMARK", "SERVER_TOKEN"), over("RESEND", "API_KEY")

    def fault(name: str, words: str, kind: str, environ: dict[str, str], doubt: int = 0) -> Fault:
        wrong = Misbehaviour("request", [kind], 0.15)
        return Fault(
            f"api_{name}", words, misbehaviour=wrong, environ=environ, share=0.6, doubt=doubt
        )

    refused, killed = "status 200, some mails refused", f"{_KILL.words} that sends through an API"
    return [
        fault("429", "429 from an API", "429", postmark),
        fault("500", "500 from an API", "500", postmark),
        fault("silence", "API takes a burst, no answer", "silence", postmark, BURST),
        fault("cut", "API takes a burst, answer cut", "cut", postmark, BURST),
        fault("silence_key", "the same, with idempotency keys", "silence", resend, BURST),
        Fault("api_partial", refused, environ=postmark, special="invalid", share=0.6),
        replace(_KILL, name="api_kill_worker", words=killed, environ=postmark, doubt=BURST),
    ]


def faults(api_url: str) -> list[Fault]:
    """Every fault, in the order of the report; some of them send through an API at that address."""
    return [*PROCESSES, *_smtp_faults(), *_api_faults(api_url)]
