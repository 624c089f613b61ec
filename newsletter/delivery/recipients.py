"""The recipients of a claim: address, interests, and why they get no mail, if so."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from newsletter.editions.personalize import Interests
from newsletter.editions.profile import EVEN, Profile
from subscribers.messages import samples_may_receive
from subscribers.models import Interest, Subscriber, Suppression
from subscribers.suppress import suppression_join
from web.languages import DEFAULT_LANGUAGE, usable_language
from web.sql import array, rows

_Kind = Interest.Kind

# All about 500 subscribers in one query: by primary key, by the unique hash of a suppressed
# address, and by interest's index on its subscriber. Interests are selected as one text, a line
# each in the order in which they were added: thousands of subscribers have the same ones, and a
# text is parsed once.
# So are profiles, which are one JSON text each; a profile that says nothing is no profile.
# MATERIALIZED: a planner that expects one subscriber would read all interests once for each.
# 500 subscribers with three interests each: 2 ms.
# The welcome digest: it was queued, and no regular one was.
_IS_FIRST: Final = "(subscriber.welcomed_at IS NOT NULL AND subscriber.last_digest_at IS NULL)"
_RECIPIENTS: Final = rf"""
WITH interest AS MATERIALIZED (
  SELECT follows.subscriber_id, string_agg(
           follows.kind || ' ' || translate(coalesce(topic.slug, follows.term), E'\n', ' '),
           E'\n' ORDER BY follows.id) AS lines
    FROM subscribers_interest AS follows
    LEFT JOIN papers_topic AS topic ON topic.id = follows.topic_id
   WHERE follows.subscriber_id = ANY(%(ids)s::bigint[])
   GROUP BY follows.subscriber_id),
profile AS MATERIALIZED (
  SELECT subscriber_id, json_build_array(liked, liked_days, disliked, disliked_days, balance,
                                         ignored_topics, ignored_words, liked_kinds)::text AS line
    FROM subscribers_readerprofile
   WHERE subscriber_id = ANY(%(ids)s::bigint[])
     AND (liked <> '{{}}' OR disliked <> '{{}}' OR balance <> {EVEN}))
SELECT subscriber.id, subscriber.email, subscriber.state, subscriber.is_sample,
       subscriber.digest_size, suppression.reason, interest.lines, subscriber.secret::text,
       subscriber.language, profile.line, {_IS_FIRST},
       CASE WHEN {_IS_FIRST} THEN subscriber.next_send_at END, subscriber.timezone
  FROM subscribers_subscriber AS subscriber
  LEFT JOIN {suppression_join("subscriber.email")}
  LEFT JOIN interest ON interest.subscriber_id = subscriber.id
  LEFT JOIN profile ON profile.subscriber_id = subscriber.id
 WHERE subscriber.id = ANY(%(ids)s::bigint[])
"""  # noqa: S608 (constants only)
_ACTIVE: Final = str(Subscriber.State.ACTIVE)  # a lookup in the enum costs more than the rest
_CACHED: Final = 20_000  # interests, about half a KB each
_CACHED_PROFILES: Final = 1_000  # about 5 KB each; few readers share one


class Recipient(NamedTuple):
    """The subscriber of a delivery. `skip_reason`: why they must get no digest; else empty.

    `is_first`: no regular digest was queued for them, so this is the welcome digest; the first
    regular one comes at `next_slot`, which is known then only.
    """

    id: int
    email: str
    interests: Interests
    secret: str
    skip_reason: str = ""
    language: str = DEFAULT_LANGUAGE  # of the site's languages
    is_first: bool = False
    next_slot: datetime | None = None
    timezone: str = "UTC"

    def __repr__(self) -> str:
        """Without the address and the secret: a value may reach a log."""
        return f"<Recipient {self.id}>"


def recipients(ids: Collection[int]) -> dict[int, Recipient]:
    """The subscribers with these ids as they are now, in one query; deleted ones are absent."""
    return {
        number: Recipient(
            id=number,
            email=email,
            interests=_with_profile(_interests(lines or "", size), profile),
            secret=secret,
            skip_reason=_skip_reason(state, reason, is_sample=is_sample),
            language=usable_language(language),
            is_first=is_first,
            next_slot=next_slot,
            timezone=timezone,
        )
        for (
            number, email, state, is_sample, size, reason, lines, secret, language, profile,
            is_first, next_slot, timezone,
        ) in rows(_RECIPIENTS, ids=array(ids))
    }  # fmt: skip


@lru_cache(_CACHED)
def _interests(lines: str, size: int) -> Interests:
    """What a subscriber follows; subscribers who follow the same share the object."""
    followed = [line.partition(" ") for line in lines.split("\n")]

    def of(kind: str) -> tuple[str, ...]:
        return tuple(term for other, _, term in followed if other == kind)

    return Interests(
        topics=frozenset(of(_Kind.TOPIC.value)),
        keywords=of(_Kind.KEYWORD.value),
        authors=of(_Kind.AUTHOR.value),
        muted=of(_Kind.MUTED.value),
        size=size,
    )


def _with_profile(interests: Interests, profile: str | None) -> Interests:
    return replace(interests, profile=_profile(profile)) if profile else interests


@lru_cache(_CACHED_PROFILES)
def _profile(line: str) -> Profile:
    liked, liked_days, disliked, disliked_days, balance, topics, words, kinds = json.loads(line)
    return Profile(
        # Not strict: two arrays of different lengths must not stop a batch.
        liked=tuple(zip(liked, liked_days, strict=False)),
        disliked=tuple(zip(disliked, disliked_days, strict=False)),
        liked_kinds=kinds,
        balance=balance,
        ignored_topics=frozenset(topics),
        ignored_words=tuple(words),
    )


def _skip_reason(state: str, suppression: str | None, *, is_sample: bool) -> str:
    if state == _ACTIVE and not suppression and not is_sample:
        return ""
    if suppression:
        return f"suppressed: {Suppression.Reason(suppression).label}"
    if state != _ACTIVE:
        return f"{Subscriber.State(state).label} before it was sent"
    if is_sample and not samples_may_receive():
        return "sample reader: only the local mailbox may receive this"
    return ""
