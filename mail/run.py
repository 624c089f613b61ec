"""Whether refusals are about their messages or about us: the other answers of a run decide.

A run is what one transport sends, burst after burst. The decisions are pure functions over counts:

- What the words of a reply call our fault is our fault while nothing was accepted. Once something
  was, one such refusal concerns its message, and several of the same words in a row are us again.
- A refusal whose words say nothing is not final before something was accepted: it is deferred.
- When each of the first ten answers is the same refusal, whatever its words are, it is about us:
  ten mailboxes do not vanish at once. So it is when most answers are one refusal whose words say
  nothing, ten times or more: a relay of which some machines are set up wrongly.
- When only one domain is refused so, and others are not, it is neither about us nor about each of
  its mailboxes: these messages are deferred, no other waits for them, and no address ends.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from mail.outcome import Outcome
from mail.refusals.meanings import RELAY

# So few messages may all be invalid; more are not, so then it is the settings.
FEW: Final = 3
SAME: Final = 10  # answers that are all the same refusal
_SHARE: Final = 4  # as many accepted ones for each refusal make the refusals exceptions
_PROOF_SECONDS: Final = 600.0  # so long an accepted message proves that the settings are right
_ENHANCED: Final = re.compile(r"[245]\.\d+\.\d+")
_DETAIL: Final = re.compile(r"[@\d]|\w\.\w")
_MANY_DOMAINS: Final = 8  # as many that took mail before show that the relay takes mail
_MOST_DOMAINS: Final = 10_000  # remembered
_SAME_ADVICE: Final = "each mail is refused with the same words, so it is not about one reader"


@dataclass(frozen=True, slots=True)
class History:
    """What a run has shown so far."""

    is_proven: bool = False  # the server accepted a message a short time ago
    same: str = ""  # the words of each refusal since a message was accepted, while they are equal
    times: int = 0  # how many those are
    said_by: AbstractSet[str] = frozenset()  # the domains for which those words were said
    accepting: AbstractSet[str] = frozenset()  # domains for which a message was accepted


def resolve_refusals(
    outcomes: Sequence[Outcome], history: History, domains: Sequence[str] = ()
) -> list[Outcome]:
    """The outcomes of a burst with their causes decided: a message, a domain, or us. Pure.

    `domains`: the recipients', in the same order; without them no domain is looked at.
    """
    accepted = sum(one.state == "accepted" for one in outcomes)
    if accepted == len(outcomes):  # nearly always
        return list(outcomes)
    words = [_words(one) for one in outcomes]
    counts = Counter(words)
    first = words[0]
    only = first if counts[first] == len(words) else ""
    before = history.times if only and only == history.same else 0
    alone = _of_one_domain(words, outcomes, domains, history)
    return [
        _as_domain_s(one)
        if text in alone and _can_be_domain_s(one, counts[text])
        else _resolved(one, counts[text] + before, accepted, history.is_proven, text == only)
        for one, text in zip(outcomes, words, strict=True)
    ]


def without_details(text: str) -> str:
    """The words of a reply that stay the same for another message: no addresses, ids or hosts."""
    code, *words = text.split() or [""]
    kept = (word for word in words if not _DETAIL.search(word) or _ENHANCED.fullmatch(word))
    return " ".join([code, *kept]).lower()


def _of_one_domain(
    words: Sequence[str], outcomes: Sequence[Outcome], domains: Sequence[str], history: History
) -> set[str]:
    """The words that were said for one domain only, which accepts nothing while others do."""
    accepting = {to for to, one in zip(domains, outcomes, strict=False) if one.state == "accepted"}
    if history.is_proven and (accepting or len(history.accepting) >= _MANY_DOMAINS):
        accepting |= history.accepting
    said_by: defaultdict[str, set[str]] = defaultdict(set, {history.same: set(history.said_by)})
    for text, domain in zip(words, domains, strict=False):
        said_by[text].add(domain)
    return {
        text
        for text, those in said_by.items()
        if text and accepting and len(those) == 1 and not those & accepting
    }


def _can_be_domain_s(one: Outcome, same: int) -> bool:
    """Not what blames our address, name or proofs: that is about us, also from one domain."""
    if one.cause == "us" and one.advice != RELAY.advice:
        return False
    return _can_be_ours(one) and same >= (FEW if one.disputed else SAME)


def _as_domain_s(one: Outcome) -> Outcome:
    return replace(
        one, state="deferred", cause="message", advice="", is_hard_bounce=False, disputed=False
    )


def _words(outcome: Outcome) -> str:
    """The words of a server's refusal that another message would get too; else nothing."""
    is_refusal = outcome.state in ("refused", "misconfigured") or outcome.cause == "us"
    return without_details(outcome.error) if is_refusal else ""


def _resolved(one: Outcome, same: int, accepted: int, is_proven: bool, is_only: bool) -> Outcome:
    """One outcome. `same`: how many refusals in a row had its words; `is_only`: all had them."""
    if is_only and same >= SAME and _can_be_ours(one):
        return _as_ours(one)
    if not one.disputed:
        return one
    if one.cause == "us":
        return _about_us(one, concerns_us(same, accepted, is_proven))
    if one.state == "refused" and same >= SAME and same > accepted > 0:
        return _as_ours(one)
    if one.state == "refused" and not (accepted or is_proven):
        return replace(one, state="deferred")
    return replace(one, disputed=False)


def concerns_us(same: int, accepted: int, is_proven: bool) -> bool:
    """Whether refusals whose words blame us do concern us, and not their recipients. Pure."""
    if not (accepted or is_proven):
        return True
    return same >= FEW and same * _SHARE >= accepted


def _can_be_ours(one: Outcome) -> bool:
    return (one.state == "refused" and not one.is_ours) or one.cause == "us"


def _as_ours(one: Outcome) -> Outcome:
    return replace(
        one,
        state="misconfigured",
        cause="us",
        advice=one.advice or _SAME_ADVICE,
        is_hard_bounce=False,
        disputed=False,
    )


def _about_us(one: Outcome, is_so: bool) -> Outcome:
    """A refusal for now stays one: the server may only have to look something up."""
    if is_so:
        return replace(one, disputed=False)
    state = "refused" if one.state == "misconfigured" else one.state
    return replace(one, state=state, cause="message", advice="", disputed=False)


class Run:
    """The history of one transport, from burst to burst. Used by one thread."""

    def __init__(self) -> None:
        self._accepted_at = float("-inf")
        self._same, self._times = "", 0
        self._said_by: set[str] = set()
        self._accepting: set[str] = set()

    def resolve(self, outcomes: Sequence[Outcome], to: Sequence[str] = ()) -> list[Outcome]:
        """The outcomes of the next burst, decided. `to`: the addresses, in the same order."""
        domains = [address.rpartition("@")[2].lower() for address in to]
        is_proven = monotonic() - self._accepted_at < _PROOF_SECONDS
        history = History(is_proven, self._same, self._times, self._said_by, self._accepting)
        resolved = resolve_refusals(outcomes, history, domains)
        self._note(outcomes, domains)
        return resolved

    def _note(self, outcomes: Sequence[Outcome], domains: Sequence[str]) -> None:
        if any(one.state == "accepted" for one in outcomes):
            self._note_accepted(outcomes, domains)
            return
        words = {_words(one) for one in outcomes}
        text = words.pop() if len(words) == 1 else ""
        if text != self._same or not text:
            self._times, self._said_by = 0, set()
        self._same = text
        if text:
            self._times += len(outcomes)
            self._said_by = self._said_by.union(domains)

    def _note_accepted(self, outcomes: Sequence[Outcome], domains: Sequence[str]) -> None:
        now = monotonic()
        if now - self._accepted_at > _PROOF_SECONDS or len(self._accepting) > _MOST_DOMAINS:
            self._accepting = set()
        self._accepted_at = now
        self._same, self._times, self._said_by = "", 0, set()
        self._accepting.update(
            to for to, one in zip(domains, outcomes, strict=False) if one.state == "accepted"
        )


def resolve_disputed(outcomes: Sequence[Outcome], is_proven: bool) -> list[Outcome]:
    """Convert disputed settings into refusals where a provider accepts our other messages.

    Args:
        outcomes: of one burst.
        is_proven: a message of the burst before was accepted. That counts for a burst of one or
            two messages only: settings may become wrong at any time.
    """
    has_accepted = any(outcome.state == "accepted" for outcome in outcomes)
    if not has_accepted and not (is_proven and len(outcomes) < FEW):
        return list(outcomes)
    return [
        replace(outcome, state="refused", disputed=False)
        if outcome.disputed and outcome.state == "misconfigured"
        else outcome
        for outcome in outcomes
    ]
