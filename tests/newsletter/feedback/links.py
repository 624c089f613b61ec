"""A digest of three papers, the links in its mail, and what is stored of its reader."""

from __future__ import annotations

from typing import Any, NamedTuple

from papers.models import Paper
from subscribers.models import Feedback, Subscriber
from tests.factories import make_paper, make_subscriber, tokens_of
from tests.newsletter.sent_digests import make_sent

WORDS = ("more", "less", "save")


class SentLinks(NamedTuple):
    """The reader of a digest, its papers in its order, and the path of its page."""

    reader: Subscriber
    papers: list[Paper]
    positions: list[int]
    path: str

    def to(self, place: int, word: str) -> str:
        """The link under the paper at this place of the digest."""
        return f"{self.path}/{self.positions[place] * 3 + WORDS.index(word)}"


def sent_links(email: str = "ada@example.com", **values: Any) -> SentLinks:
    for title in ("Visual Dialog", "Walking robots"):
        make_paper(title, summary="A summary.", authors=["Ada Lovelace"])
    reader = make_subscriber(email, **values)
    delivery = make_sent(reader)
    by_id = Paper.objects.in_bulk()
    papers = [by_id[pick.paper_id] for pick in delivery.picks]
    positions = [pick.position for pick in delivery.picks]
    return SentLinks(reader, papers, positions, f"/w/{tokens_of(delivery).feedback}")


def stored_of(reader: Subscriber) -> set[tuple[str, str]]:
    """What is stored of a reader: the titles and what they said of each."""
    return set(Feedback.objects.filter(subscriber=reader).values_list("paper__title", "kind"))
