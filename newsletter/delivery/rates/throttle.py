"""Hold each burst to the send rates, counted in Redis over all workers.

Messages over the rate of their domain, or of the site that receives for it (mail/sites.py), are
deferred until there is room for them, and no other message waits behind them: a slow domain delays
its own mail only. A domain that defers a whole burst ("try later") gets a back-off: no mail for 60
seconds, and for twice as long each time until it accepts mail again, one hour at most; so does a
site when several of its domains do. Without Redis all mail is sent at full speed, since late mail
is worse than fast mail.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar

import redis
from django.conf import settings
from redis.exceptions import RedisError

from mail.outcome import Outcome
from mail.sites import process_sites
from newsletter.delivery.rates.send_rates import SendRates, seconds_to_midnight

log = logging.getLogger(__name__)
T = TypeVar("T")

_LONGEST_SLEEP: Final = 2.0  # seconds between two looks at the overall rate
_LONGEST_WAIT: Final = 10.0  # seconds for which a burst waits for the overall rate
_STALE: Final = 1.0  # seconds for which a domain's back-off is read from memory
_FIRST_BACK_OFF: Final = 60  # seconds
_LONGEST_BACK_OFF: Final = 3600  # seconds
_DEFERRED_BY_DOMAIN: Final = 3  # deferred messages of one burst; fewer may be one full mailbox

# A token bucket that holds one second's worth. Redis's own clock, so that workers on several
# machines agree. Returns how many of ARGV[2] may go, and the milliseconds until the next.
_TAKE: Final = """
local rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local size = math.max(rate, 1)
local grown = (now - (tonumber(bucket[2]) or now)) * rate
local tokens = math.min(size, (tonumber(bucket[1]) or size) + grown)
local taken = math.min(wanted, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - taken), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(size / rate * 1000) + 1000)
return {taken, math.ceil((1 - (tokens - taken)) / rate * 1000)}
"""

# Twice the last back-off, when the domain defers again within twice that time; else the first.
_BACK_OFF: Final = """
local last = tonumber(redis.call('GET', KEYS[2])) or ARGV[1] / 2
local seconds = math.min(last * 2, tonumber(ARGV[2]))
redis.call('SET', KEYS[1], '1', 'EX', seconds)
redis.call('SET', KEYS[2], seconds, 'EX', seconds * 2)
return seconds
"""


@dataclass(frozen=True, slots=True)
class Admission:
    """Which deliveries may be sent now, by id; the others with the seconds to wait, and why."""

    go: Sequence[int]
    wait: Mapping[int, tuple[float, str]] = field(default_factory=dict)


class Throttle:
    """The send rates of one sending process, counted together with all others in Redis."""

    def __init__(self, rates: SendRates, sleep: Callable[[float], None] = time.sleep) -> None:
        self._rates = rates
        self._sleep = sleep
        self._sites = process_sites()
        # By domain or site: the seconds of its back-off, and when they were read.
        self._back_offs: dict[str, tuple[float, float]] = {}

    def burst_size(self, usual: int) -> int:
        """As many messages as the overall rate allows in ten seconds, `usual` at most.

        A burst that waited for longer than its lease would be claimed by others again and again.
        """
        rate = self._rates.overall
        return max(min(usual, int(rate * _LONGEST_WAIT)), 1) if rate else usual

    def admit(self, addresses: Mapping[int, str], now: datetime) -> Admission:
        """Divide a burst, {delivery id: address}, by what the rates allow now.

        Sleeps until the overall rate has room; all may go when Redis cannot be reached.
        """
        admission = _try(lambda: self._admit(addresses, now))
        return admission if admission is not None else Admission(list(addresses))

    def note(self, outcomes: Sequence[tuple[str, Outcome]]) -> None:
        """Start a back-off for each domain that deferred several messages and accepted none."""
        if all(outcome.state == "accepted" for _, outcome in outcomes):  # nearly always
            return
        deferred: Counter[str] = Counter()
        accepting: set[str] = set()
        for address, outcome in outcomes:
            if _is_of_its_domain(outcome):
                deferred[domain_of(address)] += 1
            elif outcome.state == "accepted":
                accepting.add(domain_of(address))
        sites = self._sites.site_of({*deferred, *accepting})
        for name in deferring(deferred, accepting, sites):
            _try(lambda name=name: _back_off(name))  # type: ignore[misc]
            self._back_offs.pop(name, None)

    def _admit(self, addresses: Mapping[int, str], now: datetime) -> Admission:
        by_domain: dict[str, list[int]] = defaultdict(list)
        for number, address in addresses.items():
            by_domain[domain_of(address)].append(number)
        wait: dict[int, tuple[float, str]] = {}
        sites = self._sites.site_of(by_domain)
        back_offs = self._current_back_offs({*sites, *sites.values()})
        paced: dict[tuple[str, float], list[int]] = defaultdict(list)
        for domain, ids in by_domain.items():
            name = max((domain, sites[domain]), key=back_offs.__getitem__)
            if back_offs[name] > 0:
                why = f"{name} defers all mail for now"
                wait |= dict.fromkeys(ids, (back_offs[name], why))
            else:
                paced[self._rates.of(domain, sites[domain])] += ids
        for (name, rate), ids in paced.items():
            if rate:
                wait |= self._over_rate(name, rate, ids)
        wait |= self._over_warm_up([number for number in addresses if number not in wait], now)
        go = [number for number in addresses if number not in wait]
        self._wait_for_overall_rate(len(go))
        return Admission(go, wait)

    def _current_back_offs(self, domains: Collection[str]) -> dict[str, float]:
        """The seconds that each domain's back-off still lasts, read within the last second."""
        now, known = time.monotonic(), self._back_offs
        stale = [one for one in domains if one not in known or known[one][1] < now - _STALE]
        if stale:
            known |= {domain: (seconds, now) for domain, seconds in _back_offs(stale).items()}
        return {domain: known[domain][0] for domain in domains}

    def _over_rate(
        self, name: str, rate: float, ids: Sequence[int]
    ) -> dict[int, tuple[float, str]]:
        """Those over the rate of a domain or site, each with the seconds until there is room."""
        taken, wait = _take(f"domain:{name}", rate, len(ids))
        why = f"the send rate for {name}"
        return {number: (wait + place / rate, why) for place, number in enumerate(ids[taken:])}

    def _over_warm_up(self, ids: Sequence[int], now: datetime) -> dict[int, tuple[float, str]]:
        """Those over the day's allowance, which wait until midnight, UTC."""
        ramp = self._rates.warm_up
        allowed = ramp.allowance(now.date()) if ramp else None
        if allowed is None:
            return {}
        key = _key(f"sent:{now:%Y-%m-%d}")
        pipe = _redis().pipeline()
        sent, _ = pipe.incrby(key, len(ids)).expire(key, 172_800).execute()
        over = min(max(int(sent) - allowed, 0), len(ids))
        if over:
            _redis().decrby(key, over)
        why = f"warm-up: {allowed} mails today"
        return dict.fromkeys(ids[len(ids) - over :], (seconds_to_midnight(now), why))

    def _wait_for_overall_rate(self, count: int) -> None:
        while self._rates.overall and count > 0:
            taken, wait = _take("overall", self._rates.overall, count)
            count -= taken
            if count:
                self._sleep(min(wait, _LONGEST_SLEEP))


def deferring(
    deferred: Mapping[str, int], accepting: Collection[str], sites: Mapping[str, str]
) -> list[str]:
    """The domains and sites that defer all mail, by a burst's deferred messages. Pure.

    A site does when several domains of it defer and none accepts: a single one may have a rule of
    its own, and must not hold up all others.
    """
    accepting_sites = {sites[domain] for domain in accepting}
    by_site: defaultdict[str, list[str]] = defaultdict(list)
    for domain in deferred:
        by_site[sites[domain]].append(domain)
    found = []
    for site, domains in by_site.items():
        total = sum(deferred[domain] for domain in domains)
        if len(domains) > 1 and total >= _DEFERRED_BY_DOMAIN and site not in accepting_sites:
            found.append(site)
        else:
            alone = (one for one in domains if deferred[one] >= _DEFERRED_BY_DOMAIN)
            found += [one for one in alone if one not in accepting]
    return found


def _is_of_its_domain(outcome: Outcome) -> bool:
    """Whether the receiving domain deferred it; not the mail server, nor because of us."""
    is_ours = outcome.is_ours or outcome.disputed
    return outcome.state == "deferred" and outcome.cause == "message" and not is_ours


def domain_of(address: str) -> str:
    """The domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def _take(name: str, rate: float, wanted: int) -> tuple[int, float]:
    """Take up to `wanted` tokens; returns how many were taken, and the seconds until the next."""
    taken, milliseconds = _redis().eval(_TAKE, 1, _key(name), rate, wanted)
    return int(taken), int(milliseconds) / 1000


def _back_offs(domains: Sequence[str]) -> dict[str, float]:
    """The seconds that each domain's back-off still lasts; 0 or less: it has none."""
    pipe = _redis().pipeline(transaction=False)
    for domain in domains:
        pipe.ttl(_key(f"back-off:{domain}"))
    return dict(zip(domains, pipe.execute(), strict=True))


def _back_off(domain: str) -> None:
    keys = _key(f"back-off:{domain}"), _key(f"last-back-off:{domain}")
    seconds = _redis().eval(_BACK_OFF, 2, *keys, _FIRST_BACK_OFF, _LONGEST_BACK_OFF)
    log.warning("%s defers all mail: nothing is sent to it for %s s", domain, seconds)


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}rates:{name}"


@cache
def _redis() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def _try(work: Callable[[], T]) -> T | None:
    """The result of this work; None when Redis cannot be reached."""
    try:
        return work()
    except RedisError as error:
        log.warning("the send rates are not applied: %s", type(error).__name__)
        return None
