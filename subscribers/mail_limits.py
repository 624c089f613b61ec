"""How much mail strangers may cause: every page that mails a typed address asks here first.

A stranger can type the addresses of other people, many of them or one again and again. Four
limits make that pointless:

* a network, and the organisation around it, may cause so many mails (SIGN_UP_RATE); then the page
  refuses;
* the mails to one domain (SIGN_UP_RATE_DOMAIN) and those of the whole site (SIGN_UP_RATE_SITE)
  leave at no more than a rate. What is above it waits: on the day when many people sign up at
  once, each of them gets the mail, only later. When it would have to wait for hours, the page
  refuses;
* one mailbox gets three mails a day that strangers can cause, however its address is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from subscribers.addresses import address_hash, mailbox_of
from subscribers.models import Subscriber, TransactionalMail
from web.counters import count
from web.locks import wait_for_lock
from web.rate_limit import hit_key, network_of, organisation_of, turn

Limit = Literal["", "network", "site", "domain"]

_Kind = TransactionalMail.Kind
NOTICES: Final = (_Kind.WELCOME, _Kind.GOODBYE, _Kind.PAUSED)  # about what a reader did

REQUESTS_A_DAY: Final = 3  # mails that a stranger can cause, of one mailbox
FAILURES_A_DAY: Final = 20  # of an address whose server refuses each mail, a stranger could ask on
# A mail that comes later is taken for one that never comes.
LONGEST_DELAY: Final = timedelta(hours=6)
# As many as two households: an office, a school, a small provider.
_ORGANISATION_TIMES: Final = 2
# Mailbox providers with many millions of readers: their domains say nothing about who is behind.
_BIG_TIMES: Final = 10
# As a pattern that Python and PostgreSQL read alike.
BIG: Final = (
    r"gmail\.com|googlemail\.com|(outlook|hotmail|live|msn|yahoo|ymail)\.[a-z.]{2,6}"
    r"|icloud\.com|me\.com|mac\.com|aol\.com|qq\.com|foxmail\.com|163\.com|126\.com|sina\.com"
    r"|naver\.com|daum\.net|hanmail\.net|mail\.ru|yandex\.(ru|com)|gmx\.[a-z]{2,3}|web\.de"
    r"|t-online\.de|orange\.fr|free\.fr|wanadoo\.fr|laposte\.net|libero\.it|proton\.me"
    r"|protonmail\.com|pm\.me|fastmail\.com|zoho\.com"
)

# `addresses.mailbox_of` in SQL, letter for letter as in the index (migration 0003). No more than
# three addresses of a mailbox are added in a day.
_SAME_MAILBOX: Final = """
SELECT *
  FROM subscribers_subscriber
 WHERE CASE WHEN split_part(email, '@', 2) IN ('gmail.com', 'googlemail.com')
            THEN replace(split_part(split_part(email, '@', 1), '+', 1), '.', '') || '@gmail.com'
            ELSE split_part(split_part(email, '@', 1), '+', 1) || '@' || split_part(email, '@', 2)
       END = %(mailbox)s
"""
# The mails that went there though it is no subscriber's address, by the index of migration 0008.
_MAILS_TO_MAILBOX: Final = """
SELECT id
  FROM subscribers_transactionalmail
 WHERE recipient <> '' AND
       CASE WHEN split_part(recipient, '@', 2) IN ('gmail.com', 'googlemail.com')
            THEN replace(split_part(split_part(recipient, '@', 1), '+', 1), '.', '') || '@gmail.com'
            ELSE split_part(split_part(recipient, '@', 1), '+', 1) || '@'
                 || split_part(recipient, '@', 2)
       END = %s
"""


@dataclass(frozen=True, slots=True)
class MailLimit:
    """Whether a page may mail an address now, and how long the mail has to wait.

    `refused_by` names the limit that was reached: the page answers 429 and mails nothing. It is
    empty where the mail may be queued, with `delay` from now as the time of its first attempt.
    """

    refused_by: Limit = ""
    delay: timedelta = timedelta()

    @property
    def is_refused(self) -> bool:
        """Whether the page must answer 429 and mail nothing."""
        return bool(self.refused_by)

    @property
    def minutes(self) -> int:
        """The delay in whole minutes, for the page that says it; 0 where there is none."""
        return -(-int(self.delay.total_seconds()) // 60)


def allow_mail_to(email: str, ip: str) -> MailLimit:
    """Count one mail that a stranger at `ip` wants sent to `email`; call it once for each POST.

    Nothing depends on whether the address is known, so the answer reveals nothing about it.
    Without Redis nothing is limited here: the limit by mailbox, which the database keeps, holds.

    Args:
        email: normalised (`addresses.normalised`).
        ip: of the client; empty or unknown: the limits by network do not apply.
    """
    limit = _limit_by_network(ip) or _limit_by_rate(mailbox_of(email).rpartition("@")[2])
    result = f"refused by {limit.refused_by}" if limit.is_refused else "accepted"
    count("sign_ups", "delayed" if limit.delay else result)
    return limit


def _limit_by_network(ip: str) -> MailLimit | None:
    """A refusal; None within the limits. A network over its own limit counts no further."""
    for network, times in ((network_of(ip), 1), (organisation_of(ip), _ORGANISATION_TIMES)):
        quota = hit_key("sign-up", settings.SIGN_UP_RATE, network, times=times) if network else None
        if quota and not quota.is_kept:
            return MailLimit(refused_by="network")
    return None


def _limit_by_rate(domain: str) -> MailLimit:
    longest = LONGEST_DELAY.total_seconds()
    by_domain = turn(
        "sign-up domain",
        settings.SIGN_UP_RATE_DOMAIN,
        domain,
        longest=longest,
        times=_BIG_TIMES if is_big(domain) else 1,
    )
    if by_domain is None:
        return MailLimit(refused_by="domain")
    by_site = turn("sign-up site", settings.SIGN_UP_RATE_SITE, "all", longest=longest)
    if by_site is None:
        return MailLimit(refused_by="site")
    return MailLimit(delay=timedelta(seconds=round(max(by_domain, by_site))))


def is_big(domain: str) -> bool:
    """Whether millions of people have an address at this domain."""
    return bool(re.fullmatch(BIG, domain))


def wait_for_mailbox(email: str) -> None:
    """One request of a mailbox at a time, or two at once could both be the third.

    An advisory lock and not a row's: a suppressed or unknown address has no row, and the answer
    would reveal by its speed whether there is one.
    """
    wait_for_lock(f"sign-up {address_hash(mailbox_of(email))}")


def subscribers_of_mailbox(email: str) -> list[Subscriber]:
    """The subscribers whose addresses lead to one mailbox; served by subscriber_mailbox."""
    return list(Subscriber.objects.raw(_SAME_MAILBOX, {"mailbox": mailbox_of(email)}))


def may_get_mail(email: str, mailbox: Sequence[Subscriber], since: datetime) -> bool:
    """Whether a stranger may cause one more mail to a mailbox: by what reaches it, or may have.

    What waits for another address of the same mailbox counts too. Notices do not: or a reader who
    confirms, leaves and subscribes again on one day would wait in vain for the second confirmation.

    Args:
        mailbox: its subscribers (`subscribers_of_mailbox`).
    """
    return _is_below_limit(_mails_lately(email, mailbox, since).exclude(kind__in=NOTICES))


def may_get_notice(email: str, since: datetime) -> bool:
    """Whether a mailbox may get one more mail about what its reader did: all mails count."""
    return _is_below_limit(_mails_lately(email, subscribers_of_mailbox(email), since))


def _mails_lately(
    email: str, mailbox: Sequence[Subscriber], since: datetime
) -> QuerySet[TransactionalMail]:
    # Of a mail that was never sent, the next attempt is the moment that is known.
    mails = TransactionalMail.objects.filter(
        Q(subscriber__in=[one.pk for one in mailbox], recipient="")
        | Q(pk__in=RawSQL(_MAILS_TO_MAILBOX, [mailbox_of(email)]))  # noqa: S611 (no input in it)
    )
    return mails.annotate(moment=Coalesce("sent_at", "next_attempt_at")).filter(moment__gt=since)


def _is_below_limit(mails: QuerySet[TransactionalMail]) -> bool:
    has_failed = Q(state=TransactionalMail.State.FAILED)
    counts = mails.aggregate(
        reaching=Count("pk", filter=~has_failed), failed=Count("pk", filter=has_failed)
    )
    return bool(counts["reaching"] < REQUESTS_A_DAY and counts["failed"] < FAILURES_A_DAY)
