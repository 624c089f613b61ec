"""The stored share cards: drawn for the papers of an edition, served, and deleted when old."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from django.conf import settings

from papers.cards.draw import VERSION, draw_card
from papers.models import Paper, ShareCard
from papers.queries import topics_by_weight
from papers.text.tex import unicode_math
from papers.wording import author_line
from web.isolation import is_about_one_row, log_once

MOST: Final = 60  # of an edition: 50 ms each, and links lead mostly to the first ones
_KEPT: Final = timedelta(
    days=120
)  # a link is shared in its first weeks; then the site's card will do
# A card changes when its title does, and the preview of a link may be a day old.
CARD_SECONDS: Final = 86_400
log = logging.getLogger(__name__)


def draw_cards(paper_ids: Sequence[int], now: datetime) -> int:
    """Draw the cards of the first 60 of these papers that have none as it would be drawn today.

    Also deletes what was drawn more than 120 days ago. A paper whose card cannot be drawn is
    logged and left without. Returns how many were drawn. Four queries, and the pictures.
    """
    ShareCard.objects.filter(drawn_at__lt=now - _KEPT).delete()
    wanted = list(paper_ids)[:MOST]
    stored = dict(ShareCard.objects.filter(pk__in=wanted).values_list("paper_id", "version"))
    papers = Paper.listed.defer("search", "summary").prefetch_related(topics_by_weight())
    cards = list(_drawn(papers.in_bulk(wanted).values(), stored, now))
    ShareCard.objects.bulk_create(
        cards,
        update_conflicts=True,
        unique_fields=["paper"],
        update_fields=["png", "version", "drawn_at"],
    )
    return len(cards)


def card_of(paper: Paper) -> bytes:
    """The PNG of a paper; that of the site where none was drawn, or the paper is withdrawn."""
    if paper.is_withdrawn:
        return site_card_png()
    found = ShareCard.objects.filter(pk=paper.pk).values_list("png", flat=True).first()
    return bytes(found) if found else site_card_png()


def _drawn(papers: Iterable[Paper], stored: dict[int, str], now: datetime) -> Iterator[ShareCard]:
    for paper in papers:
        try:
            texts = _texts(paper)
            version = f"{VERSION}-{blake2b(repr(texts).encode(), digest_size=12).hexdigest()}"
            if stored.get(paper.pk) == version:
                continue
            yield ShareCard(paper=paper, png=draw_card(*texts), version=version, drawn_at=now)
        except Exception as error:  # any: a paper must not cost the cards of the others
            if not is_about_one_row(error):
                raise
            log_once(log, "its edition", f"the share card of paper {paper.pk}", error)


def _texts(paper: Paper) -> tuple[str, str, str]:
    """The title, the authors, and below them the topics with the arXiv id."""
    topics = [link.topic.name for link in paper.topic_links.all()][:2]
    identity = [f"arXiv:{paper.arxiv_id}"] if paper.arxiv_id else []
    return unicode_math(paper.title), author_line(paper.authors), " · ".join([*topics, *identity])


@lru_cache(maxsize=1)
def site_card_png() -> bytes:
    """The picture of all pages without one of their own."""
    return (settings.BASE_DIR / "static" / "card.png").read_bytes()
