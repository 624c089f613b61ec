"""A weekly edition of made-up papers, which is due now."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from statistics import mean
from typing import Final

from django.utils import timezone

from bench.subscribers import first_recipients
from bench.synthetic_papers import texts
from newsletter.editions.compose import compose
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.editions.rendering.message import build_digest
from newsletter.models import Edition
from papers.catalogue.classify import classify
from papers.models import Paper, Signal
from papers.windows import last_closed_day

PAPERS: Final = 300


def make_papers(last: date) -> None:
    """300 papers, each with topics and votes, of the week that ends on that day."""
    made = [
        Paper(
            title=text.title.capitalize(),
            title_key=text.title,
            summary=text.summary,
            authors=[f"Ada Author{place}" for place in range(5)],
            categories=[text.category],
            arxiv_id=f"2503.{number:05}",
            listed_on=last - timedelta(days=number % 7),
            code_url=f"https://github.com/authors/paper-{number}" if number % 3 == 0 else "",
        )
        for number, text in enumerate(texts(PAPERS))
    ]
    Paper.objects.bulk_create(made)
    read_at = datetime.combine(last, time(22), tzinfo=UTC)
    Signal.objects.bulk_create(_votes(paper, number, read_at) for number, paper in enumerate(made))
    classify()


def _votes(paper: Paper, number: int, read_at: datetime) -> Signal:
    value = 400 / (number + 3)
    return Signal(paper=paper, source="bench", kind="upvotes", read_at=read_at, value=value)


def make_edition() -> Edition:
    """The editions that are due today, frozen and rendered; the weekly one of 300 papers."""
    make_papers(last_closed_day(timezone.now()))
    return newest_edition()


def newest_edition() -> Edition:
    """The weekly edition that dispatch takes now: another one after midnight."""
    now = timezone.now()
    return compose("weekly", last_closed_day(now), now)


def mean_bytes(edition: Edition, subscribers: int = 500) -> int:
    """The mean size of a mail to these subscribers on the wire."""
    loaded, now = LoadedEdition(edition), timezone.now()
    sizes = []
    for n, to in first_recipients(subscribers).items():
        body = loaded.select(to.interests, ()).body
        digest = build_digest(
            delivery_id=n, subscriber_id=n, secret=to.secret, to=to.email, dated_at=now, body=body
        )
        sizes.append(len(digest.as_bytes()))
    return round(mean(sizes))
