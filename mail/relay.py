"""Whether the mail server (or the provider) takes mail, known to all processes.

A server that refuses each connection concerns every message, and no recipient: nothing is sent
until a pause is over, then one process tries one message, and the next pause is twice as long, 45
seconds at most. The first message that the server answers ends it. What it did not take used up no
attempt, so a server may be down for as long as it takes.

The state is in Redis. When that is lost, every process tries again: nothing else depends on it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Literal, TypeVar

import redis
from django.conf import settings
from redis.exceptions import RedisError

from mail.outcome import Outcome
from mail.without_address import without_address

log = logging.getLogger(__name__)
T = TypeVar("T")

Verdict = Literal["answers", "down", "unknown"]
_FEW: Final = 3  # as many messages show what a single one does not: it may be the message
_FIRST_PAUSE: Final = 5.0  # seconds
_LONGEST_PAUSE: Final = 45.0  # less than a tick: then each tick tries the server
_PROBE_SECONDS: Final = 120  # a process that is killed within its attempt blocks no other for long
_FRESH: Final = 1.0  # seconds for which the state is read from memory
_KEPT: Final = 7 * 86_400  # seconds
_TAKES_NONE: Final = "the mail server takes no mail for now"

# One outage counts once, however many processes meet it. ARGV: first and longest pause, the pause
# that the server asked for, the reason. Returns the pause in seconds; 0: it is counted already.
_FAIL: Final = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
local pause = math.min(ARGV[1] * 2 ^ math.min(failures - 1, 20), tonumber(ARGV[2]))
pause = math.max(pause, tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'reason', ARGV[4])
redis.call('HSETNX', KEYS[1], 'since', redis.call('TIME')[1])
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('SET', KEYS[2], '1', 'PX', math.ceil(pause * 1000))
redis.call('INCR', KEYS[3])
return tostring(pause)
"""


@dataclass(frozen=True, slots=True)
class RelayState:
    """What is known of the server; the default: it takes mail."""

    failures: int = 0  # in a row; 0: it takes mail
    wait: float = 0.0  # seconds until it is tried again
    since: float = 0.0  # the time of the first failure, in seconds since 1970
    reason: str = ""
    refusal: str = ""  # why the server refuses our mail, until it accepts one
    pauses: int = 0  # that were begun, ever

    @property
    def is_down(self) -> bool:
        return self.failures > 0


def judge(outcomes: Sequence[Outcome], *, is_probe: bool) -> tuple[Verdict, list[Outcome]]:
    """Whether the server takes mail, and the outcomes with their causes decided. Pure.

    A message that makes the server fail must not stop all others: only several that fail in the
    same way, or one that was sent to try the server, show that it is the server.
    """
    causes = {one.cause for one in outcomes}
    accepted = any(one.state == "accepted" for one in outcomes)
    answered = any(_is_answer(one) for one in outcomes)
    if "server" in causes and not accepted:
        return "down", _as_server_s(outcomes)
    enough = is_probe or sum(_is_open(one) for one in outcomes) >= _FEW
    if not answered and enough and any(_is_open(one) for one in outcomes):
        return "down", _as_server_s(outcomes)
    return "answers" if answered else "unknown", list(outcomes)


def _is_answer(one: Outcome) -> bool:
    """Whether the server said something about this message, or about us."""
    return one.state != "unknown" and not one.is_ours and one.cause in ("message", "us")


def _is_about_us(one: Outcome) -> bool:
    return one.state == "misconfigured" or one.cause == "us"


def _is_open(one: Outcome) -> bool:
    return one.state == "unknown" or one.cause == "message or server"


def _as_server_s(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [
        replace(one, cause="server") if one.cause == "message or server" else one
        for one in outcomes
    ]


class Relay:
    """The server as one process sees it. Used by one thread at a time."""

    def __init__(self) -> None:
        self._state, self._read_at = RelayState(), float("-inf")
        self._is_probing = False
        self._has_recovered = False

    @property
    def is_open(self) -> bool:
        """Whether mail may be sent now, or the server be tried."""
        return self._current().wait <= 0

    def admits(self, count: int) -> int:
        """How many of so many messages may be sent: all, one to try the server, or none.

        After a 1 in place of more, or after a back-off, `note` must follow.
        """
        state = self._current()
        if not state.is_down:
            return count
        if state.wait > 0:
            return 0
        if self._is_probing:
            return 1
        taken = _try(lambda: bool(_redis().set(_key("probe"), "1", nx=True, ex=_PROBE_SECONDS)))
        if taken is None:
            return count
        self._is_probing = taken
        return 1 if taken else 0

    def note(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The outcomes of a burst with their causes decided, once the server's state is stored."""
        is_probe, self._is_probing = self._is_probing, False
        if all(one.state == "accepted" for one in outcomes):  # nearly always
            if outcomes:
                self._accepts_mail()
            decided = list(outcomes)
        else:
            verdict, decided = judge(outcomes, is_probe=is_probe)
            self._store(verdict, decided)
        if is_probe:
            _try(lambda: _redis().delete(_key("probe")))
        return decided

    def take_recovery(self) -> bool:
        """Whether the server answered again, at one of the last bursts. True once."""
        recovered, self._has_recovered = self._has_recovered, False
        return recovered

    def _current(self) -> RelayState:
        now = time.monotonic()
        if now - self._read_at > _FRESH:
            self._state, self._read_at = relay_state() or RelayState(), now
        return self._state

    def _store(self, verdict: Verdict, outcomes: Sequence[Outcome]) -> None:
        refused = next((one for one in outcomes if _is_about_us(one)), None)
        if verdict == "down":
            self._goes_down(outcomes)
        elif refused:
            self._answers()
            words = _private(in_words(refused))
            if words != self._state.refusal:
                _try(lambda: _redis().set(_key("refusal"), words, ex=_KEPT))
                self._read_at = float("-inf")
        elif any(one.state == "accepted" for one in outcomes):
            self._accepts_mail()
        elif verdict == "answers":
            self._answers()

    def _goes_down(self, outcomes: Sequence[Outcome]) -> None:
        failed = next((one for one in outcomes if one.cause == "server"), outcomes[0])
        reason = _private(failed.error)[:300] or _TAKES_NONE
        asked = max(one.retry_after for one in outcomes)
        pause = _try(lambda: _fail(min(asked, 3600.0), reason))
        self._read_at = float("-inf")
        if pause:
            log.warning("no mail is sent for %.0f s: %s", pause, reason)

    def _answers(self) -> None:
        if self._state.is_down:
            _try(lambda: _redis().delete(_key("state"), _key("pause")))
            log.warning("the mail server answers again")
            self._has_recovered = True
            self._state = replace(self._state, failures=0, wait=0.0)

    def _accepts_mail(self) -> None:
        self._answers()
        if self._state.refusal:
            _try(lambda: _redis().delete(_key("refusal")))
            self._state = replace(self._state, refusal="")


def _private(text: str) -> str:
    """The text without addresses of readers: all processes and the admin's home show it."""
    return without_address(text, ours=settings.MAIL_DOMAIN)


def in_words(outcome: Outcome) -> str:
    """Why the server refuses our mail: what an operator can do, and its own words."""
    if not outcome.advice:
        return f"mail cannot be sent with these settings: {outcome.error}"
    return f"{outcome.advice}. It said: {outcome.error}"


def reason_of(outcome: Outcome) -> str:
    """Why the server did not take a message, as one of few short texts."""
    return outcome.advice or _TAKES_NONE


@cache
def process_relay() -> Relay:
    """The server's state for the life of a process."""
    return Relay()


def relay_state() -> RelayState | None:
    """What all processes know; None when Redis cannot be reached."""
    return _try(_read)


def _read() -> RelayState:
    pipe = _redis().pipeline(transaction=False)
    pipe.hgetall(_key("state")).pttl(_key("pause")).get(_key("refusal")).get(_key("pauses"))
    state, left, refusal, pauses = pipe.execute()
    return _parsed(state, max(int(left), 0) / 1000, refusal or "", int(pauses or 0))


def _parsed(state: Mapping[str, str], wait: float, refusal: str, pauses: int) -> RelayState:
    return RelayState(
        failures=int(state.get("failures", 0)),
        wait=wait,
        since=float(state.get("since", 0)),
        reason=state.get("reason", ""),
        refusal=refusal,
        pauses=pauses,
    )


def _fail(asked: float, reason: str) -> float:
    keys = _key("state"), _key("pause"), _key("pauses")
    values = _FIRST_PAUSE, _LONGEST_PAUSE, asked, reason, _KEPT
    return float(_redis().eval(_FAIL, len(keys), *keys, *values))


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}relay:{name}"


@cache
def _redis() -> Any:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1, decode_responses=True
    )


def _try(work: Callable[[], T]) -> T | None:
    """The result of this work; None when Redis cannot be reached."""
    try:
        return work()
    except RedisError as error:
        log.warning("the mail server's state is not known: %s", type(error).__name__)
        return None
