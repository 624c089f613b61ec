"""What breaks: processes, stores, clocks that ring twice, and servers that take mail badly."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import Final

import psutil

from bench.chaos.drill import Fault, Scene
from bench.chaos.receivers import GONE, Mood
from bench.chaos.rig import send

BURST: Final = 50  # mails of which it is not known whether they left, when a sender is killed
_TERM_SECONDS: Final = 40.0


# ── processes ────────────────────────────────────────────────────────────────


def _kill_worker(scene: Scene) -> str:
    """In turn: the process that sends, the one that hands out the tasks, all at once."""
    pool = scene.rig.pool()
    main = psutil.Process(scene.rig.worker.pid)
    victims, words = (
        (pool[:1], "kill -9 of the process that sends"),
        ([main], "kill -9 of the main process"),
        ([main, *pool], "kill -9 of all its processes"),
    )[scene.number % 3]
    # The kernel takes the others along when the main process goes.
    scene.killed += len(victims) if main not in victims else len(pool)
    for victim in victims:
        with suppress(psutil.Error):
            victim.kill()
    return words


def _terminate_worker(scene: Scene) -> str:
    """In turn: its main process, as containers are stopped, and all of them, as by systemd."""
    pid, began = scene.rig.worker.pid, time.monotonic()
    also, told = (
        ([], "SIGTERM"),
        (scene.rig.pool(), "SIGTERM to all its processes"),
    )[scene.number % 2]
    scene.rig.worker.terminate()
    for process in also:
        with suppress(psutil.Error):
            process.terminate()
    scene.wait(lambda: scene.rig.worker.pid != pid, _TERM_SECONDS)
    if scene.rig.worker.pid == pid:
        return f"{told}, and it did not end in {_TERM_SECONDS:.0f} s"
    return f"{told}; it ended and was started again after {time.monotonic() - began:.1f} s"


def _freeze_worker(scene: Scene) -> str:
    """It sleeps until others have done its work, and wakes up with mails in its hands."""
    [victim, *_] = scene.rig.pool()
    scene.killed += 1
    victim.suspend()
    began = time.monotonic()
    try:
        scene.wait(lambda: _nothing_queued(scene), 20)
    finally:
        victim.resume()
    return f"the process that sends slept for {time.monotonic() - began:.1f} s"


def _nothing_queued(scene: Scene) -> bool:
    look = scene.rig.audience.look()
    return look is not None and not look.queued


# ── stores ───────────────────────────────────────────────────────────────────


def _flush(scene: Scene) -> str:
    with scene.rig.broker() as broker:
        broker.flushall()
    return "FLUSHALL"


def _restart_valkey(scene: Scene) -> str:
    how = (signal.SIGTERM, signal.SIGKILL)[scene.number % 2]
    away = scene.dice.uniform(0.2, 4.0)
    send(scene.rig.valkey, how)
    scene.rig.valkey.wait(time.monotonic() + 10)
    time.sleep(away)
    scene.rig.start_valkey()
    return f"Valkey stopped by {how.name} and started {away:.1f} s later"


def _restart_postgres(scene: Scene) -> str:
    """Fast, immediate (as after a power cut), or by the death of one of its own processes."""
    if scene.number % 3 == 2:
        return _kill_backend(scene)
    how = (signal.SIGINT, signal.SIGQUIT)[scene.number % 3]
    away = scene.dice.uniform(0, 5.0)
    send(scene.rig.postgres, how)
    scene.rig.postgres.wait(time.monotonic() + 20)
    time.sleep(away)
    scene.rig.start_postgres()
    kind = {signal.SIGINT: "fast", signal.SIGQUIT: "immediate"}[how]
    return f"PostgreSQL stopped ({kind}) and started {away:.1f} s later"


def _kill_backend(scene: Scene) -> str:
    """PostgreSQL throws everybody out and recovers when one of its processes is killed."""
    backends = [
        child
        for child in psutil.Process(scene.rig.postgres.pid).children()
        if "postgres postgres" in " ".join(child.cmdline())
    ]
    victim = scene.dice.choice(backends)
    with suppress(psutil.Error):
        os.kill(victim.pid, signal.SIGKILL)
    return f"kill -9 of one of PostgreSQL's {len(backends)} backends"


# ── bells that ring twice ────────────────────────────────────────────────────


def _add_beat(scene: Scene) -> str:
    if scene.number == 0:  # then it stays
        scene.rig.add_beat()
    return "two beats"


def _ring_twice(scene: Scene) -> str:
    scene.rig.ring("newsletter.dispatch", 4, "weekly")
    return "four dispatches at once"


PROCESSES: Final = [
    Fault(
        "kill_worker",
        "kill -9 of a worker",
        _kill_worker,
        composes=True,
        share=1.2,
        runs=20,
        doubt=BURST,
    ),
    Fault("term_worker", "SIGTERM to a worker", _terminate_worker),
    Fault("freeze_worker", "a worker sleeps past its lease", _freeze_worker, doubt=BURST),
    Fault("flushall", "FLUSHALL", _flush),
    Fault("restart_valkey", "Valkey stopped and started", _restart_valkey),
    Fault("restart_postgres", "PostgreSQL restarted", _restart_postgres, odd=GONE),
    Fault("two_beats", "two beats", _add_beat, composes=True, is_early=True, is_fresh=True),
    Fault(
        "two_dispatches",
        "four dispatches at once",
        _ring_twice,
        composes=True,
        is_early=True,
        is_fresh=True,
    ),
]

# ── servers that take mail badly ─────────────────────────────────────────────

_CODES: Final = {
    "421": "421 4.3.2 shutting down",
    "451": "451 4.3.0 try later",
    "452": "452 4.2.2 no room",
    "550": "550 5.7.1 not wanted",
}
_STAGES: Final = {"MAIL": "MAIL", "RCPT": "RCPT", "DATA": "DATA", "end": "the end of data"}
_GARBAGE: Final = ("banana", "999 what", "250", "1", ("250 2.0.0 ok", "250 2.0.0 ok", "354 more"))


def _answers() -> list[Fault]:
    return [
        Fault(
            f"smtp_{code}_{stage.lower()}",
            f"{code} at {where}",
            mood=Mood(stage, [said], 0.03),
            share=0.3,
        )
        for code, said in _CODES.items()
        for stage, where in _STAGES.items()
    ]


def _breaks() -> list[Fault]:
    """Whatever hides the last answer to a mail leaves that one mail in doubt."""
    told = [
        ("cut_content", "hangs up within DATA", Mood("content", ["hang up"], 0.02), 1),
        ("cut_end", "takes a mail and hangs up", Mood("end", ["hang up"], 0.02), 1),
        ("stall_mail", "falls silent at MAIL", Mood("MAIL", ["silence"], 0.008), 0),
        ("stall_end", "takes a mail and falls silent", Mood("end", ["silence"], 0.008), 1),
        ("garbage_rcpt", "says nonsense at RCPT", Mood("RCPT", _GARBAGE, 0.01), 0),
        ("garbage_end", "takes a mail and says nonsense", Mood("end", _GARBAGE, 0.01), 1),
    ]
    return [
        Fault(f"smtp_{name}", words, mood=mood, share=0.3, is_fresh=True, doubt=doubt)
        for name, words, mood, doubt in told
    ]


# ── providers' APIs ──────────────────────────────────────────────────────────


def over_api(provider: str, url: str) -> dict[str, str]:
    """The settings that send through a provider whose API is at `url`."""
    name = f"ANYMAIL_{provider.upper()}"
    key = "SERVER_TOKEN" if provider == "postmark" else "API_KEY"
    return {
        "MAIL_PROVIDER": provider,
        f"{name}_{key}": "chaos",
        f"{name}_API_URL": url,
        "ANYMAIL_REQUESTS_TIMEOUT": "1",
    }


def apis(url: str) -> list[Fault]:
    """Faults of a provider whose API is at `url`."""
    postmark, resend = over_api("postmark", url), over_api("resend", url)

    def fault(name: str, words: str, kind: str, environ: dict[str, str], doubt: int = 0) -> Fault:
        mood = Mood("request", [kind], 0.15)
        return Fault(name, words, mood=mood, environ=environ, share=0.6, doubt=doubt)

    return [
        fault("api_429", "429 from an API", "429", postmark),
        fault("api_500", "500 from an API", "500", postmark),
        fault("api_silence", "API takes a burst, no answer", "silence", postmark, BURST),
        fault("api_cut", "API takes a burst, answer cut", "cut", postmark, BURST),
        fault("api_silence_key", "the same, with idempotency keys", "silence", resend, BURST),
        Fault(
            "api_partial",
            "status 200, some mails refused",
            environ=postmark,
            odd="invalid",
            share=0.6,
        ),
        Fault(
            "api_kill_worker",
            "kill -9 of a worker that speaks to an API",
            _kill_worker,
            environ=postmark,
            doubt=BURST,
        ),
    ]


def faults(api_url: str) -> list[Fault]:
    """Every fault, in the order of the report."""
    return [*PROCESSES, *_answers(), *_breaks(), *apis(api_url)]
