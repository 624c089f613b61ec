"""Every kind of mail in each language, made of rows by the service's own code, as it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache, cached_property
from typing import Any, Final

import numpy as np
import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome
from newsletter.delivery.deliver import deliver
from newsletter.editions.compose import compose
from newsletter.models import Edition
from papers.models import Curator, Paper, PaperVector, Topic
from papers.similarity.vectors import DIMENSIONS, pack_dense
from subscribers.messages import build
from subscribers.models import (
    AddressChange,
    Interest,
    ReaderProfile,
    Subscriber,
    TransactionalMail,
)
from subscribers.single_mails.notices import BOUNCES
from tests.factories import (
    make_batch,
    make_candidate,
    make_delivery,
    make_mail,
    make_paper,
    make_paper_topic,
    make_signal,
    make_subscriber,
)

LANGUAGES: Final = ("en", "de")
SITE: Final = "https://papers.example.org"
SETTINGS: Final = {
    "SITE_URL": SITE,
    "MAIL_FROM": "Trending Papers <digest@papers.example.org>",
    "MAIL_DOMAIN": "papers.example.org",
    "MAIL_REPLY_TO": "editors@papers.example.org",
    "LIST_ID": "Trending Papers <digest.papers.example.org>",
    "POSTAL_ADDRESS": "Trending Papers, 1 Paper Street, 12345 Sample Town",
    "CONTACT": "editors@papers.example.org",
    "CONTACT_EMAIL": "editors@papers.example.org",
    "DIGEST_MINIMUM": 1,
}
NOW: Final = datetime(2025, 6, 2, 8, tzinfo=UTC)
SUMMARY: Final = (
    "We describe a kettle that says when the tea is ready. It weighs the leaves, reads the clock "
    "and asks nobody. In three kitchens it was right nine times of ten. The plans are free. "
)
NOTE: Final = (
    "Two of these papers were written by the same group, a year apart; read them together.\n\n"
    "The **second** one has [a talk](https://example.org/talk) of ten minutes, and *no* slides.\n\n"
    "- First the figure on page 3.\n- Then the appendix.\n"
)
# On a paper; with what a mail must not hold: a picture, an element, a script, a word without end.
NOTE_ON_PAPER: Final = (
    "> They *asked nobody*.\n\n1. Read `kettle.py`\n2. Boil water  \nand wait.\n\n"
    "# A heading\n\n![A picture](https://example.org/picture.png) <b>bold</b> "
    f"[no link](javascript:alert(1)) {'kettle' * 30}\n"
)
# What titles may contain, and a template or a line of text may break on.
LONG_WORD: Final = "Antidisestablishmentarianism" * 9
HOSTILE: Final = (
    f"{LONG_WORD}",
    "A title of <script>alert(1)</script> & 'quotes' \"both\" &eacute; is text",
    " ".join(["How much longer can the title of one paper become before it ends"] * 5),
    "https://example.org/" + "a-very-long-address/" * 12,
    "עברית وعربي in one title with \u202ereversed\u202c parts",
    "100% FREE!!! Click here NOW: $$$ win",
)
TERMS: Final = ("tea", LONG_WORD[:60], "<b>kettles</b> & pots", "茶壺", *map(str, range(30)))
TYPED: Final = "\n".join((*HOSTILE, *TERMS))  # letters that only look like markup
CJK: Final = (
    "茶壺如何知道茶已泡好:三個廚房的研究",
    "お茶はいつ飲めるか — 計量と時計" * 3,
    "찻주전자 연구",
)


@dataclass(frozen=True)
class Mail:
    """A mail as a server gets it; `name` says its kind, variant and language."""

    name: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @cached_property
    def html(self) -> str:
        return self._part("html")

    @cached_property
    def text(self) -> str:
        return self._part("plain")

    def _part(self, kind: str) -> str:
        body = self.message.get_body([kind])
        assert body is not None, f"{self.name} has no such part"
        return str(body.get_content()).replace("\r\n", "\n")


@cache
def all_mails() -> tuple[Mail, ...]:
    """All of them, once in a process. Their rows are gone afterwards."""
    with override_settings(**SETTINGS), transaction.atomic():
        found = (*_digests(), *_single_mails())
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="session")
def mails(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> tuple[Mail, ...]:
    """All of them. A test that takes it needs the mark `django_db`."""
    with django_db_blocker.unblock():
        return all_mails()


# ── digests ──────────────────────────────────────────────────────────────────


class _Kept:
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: dict[int, bytes] = {}

    def send(self, burst: Sequence[Message], _journal: Journal = NO_JOURNAL) -> list[Outcome]:
        self.messages.update({one.reference: one.as_bytes() for one in burst})
        return [Outcome("accepted") for _ in burst]


def _digests() -> Iterator[Mail]:
    Curator.objects.create(name="Ada Example", url="https://example.org/")
    for number, (name, make) in enumerate(_EDITIONS.items()):
        # Months apart, so that no edition has a paper of another one.
        day = date(2024, 1, 5) + timedelta(days=62 * number)
        cadence = name.split()[0]
        make(day)
        edition = Edition.objects.create(cadence=cadence, day=day, state=Edition.State.OPEN)
        if "notes" in name:
            _add_notes(edition)
        edition = compose(cadence, day, NOW)
        readers = _READERS if name == "weekly digest" else {"": _plain}
        yield from _sent(edition, name, readers)


def _add_notes(edition: Edition) -> None:
    """As a curator writes them before an edition is composed: above its papers, and on two."""
    Edition.objects.filter(pk=edition.pk).update(note=NOTE)
    for paper in Paper.objects.filter(listed_on=edition.day).order_by("-pk")[:2]:  # the first ones
        make_candidate(edition, paper, note=NOTE_ON_PAPER)


def _sent(edition: Edition, name: str, readers: Mapping[str, _MakeReader]) -> Iterator[Mail]:
    """What the service sends to each of these readers, in each language."""
    names = {}
    for variant, make in readers.items():
        for language in LANGUAGES:
            delivery = make_delivery(edition, make(language))
            names[delivery.pk] = " ".join(f"{name} {variant} {language}".split())
    kept = _Kept()
    with time_machine.travel(NOW, tick=False):
        deliver(make_batch(edition), NOW + timedelta(minutes=5), kept)
    assert kept.messages.keys() == names.keys(), name
    for reference, raw in kept.messages.items():
        yield Mail(names[reference], raw)


def _plain(language: str, **values: Any) -> Subscriber:
    return make_subscriber(
        language=language,
        confirmed_at=NOW,
        timezone="Europe/Berlin",
        next_send_at=NOW + timedelta(days=3),
        **values,
    )


def _following(language: str) -> Subscriber:
    """A reader of a topic, of an author and of a word: some papers are there for these."""
    reader = _plain(language)
    topic = Topic.objects.get(slug="robotics")
    Interest.objects.create(subscriber=reader, kind=Interest.Kind.TOPIC, topic=topic)
    for kind, term in ((Interest.Kind.AUTHOR, "Søren Ødegård"), (Interest.Kind.KEYWORD, "part 3")):
        Interest.objects.create(subscriber=reader, kind=kind, term=term)
    return reader


def _liking(language: str) -> Subscriber:
    """A reader who liked papers: one paper is from outside of what they like."""
    reader = _plain(language)
    liked = [make_paper(f"{title} 茶", listed_on=date(2023, 1, 1)) for title in HOSTILE]
    for paper in liked:
        _give_vector(paper, 0)
    days = [(date(2024, 3, 1) - date(1970, 1, 1)).days] * len(liked)
    ids = [paper.pk for paper in liked]
    ReaderProfile.objects.create(subscriber=reader, liked=ids, liked_days=days)
    return reader


def _first(language: str) -> Subscriber:
    """A reader whose first digest this is."""
    return _plain(language, welcomed_at=NOW)


_MakeReader = Callable[[str], Subscriber]
_READERS: Final[Mapping[str, _MakeReader]] = {
    "": _plain,
    "with sections": _following,
    "with a paper from outside": _liking,
    "as a welcome": _first,
}


def _ordinary(day: date, count: int = 14) -> None:
    for number in range(count):
        paper = _paper(f"A kettle that knows its tea, part {number + 1}", day, number)
        _give_vector(paper, 1 if number % 4 == 0 else 0)


def _paper(title: str, day: date, number: int = 0, **values: Any) -> Paper:
    given: dict[str, Any] = {
        "authors": ["Ada Byron", "Grace Hopper", "Li Wei", "Søren Ødegård"][: 1 + number % 4],
        "organization": "Example Institute" if number % 2 else "",
        "summary": SUMMARY * (1 + number % 3),
        "code_url": "https://github.com/example/kettle" if number % 2 else "",
        "project_url": "https://example.org/kettle" if number % 3 else "",
    }
    paper = make_paper(title, listed_on=day, **{**given, **values})
    make_paper_topic(paper, Topic.objects.get(slug="robotics"))
    if number % 3 == 0:
        make_paper_topic(paper, Topic.objects.get(slug="nlp"), 0.5)
    read_at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    make_signal(paper, 3, read_at=read_at - timedelta(days=1))
    make_signal(paper, 40 + 13 * number, read_at=read_at)
    return paper


def _give_vector(paper: Paper, direction: int) -> None:
    dense = np.zeros(DIMENSIONS, np.float32)
    dense[direction] = 1.0
    PaperVector.objects.create(
        paper=paper, model="m", dense=pack_dense(dense), terms=b"", made_at=NOW
    )


def _one(day: date) -> None:
    _ordinary(day, 1)


def _hostile(day: date) -> None:
    for number, title in enumerate(HOSTILE):
        authors = [LONG_WORD, *(f"Author Number {one}" for one in range(300))]
        _paper(title, day, number, authors=authors, summary=f"{title}. {LONG_WORD} " * 5)


def _cjk(day: date) -> None:
    for number, title in enumerate(CJK):
        _paper(title, day, number, authors=["李偉", "山田 太郎"], summary=f"{title}。" * 6)


_EDITIONS: Final = {
    "daily digest": _ordinary,
    "weekly digest": _ordinary,
    "monthly digest": _ordinary,
    "weekly digest of one paper": _one,
    "weekly digest with notes": _ordinary,
    "daily digest of hostile titles": _hostile,
    "weekly digest in Chinese, Japanese and Korean": _cjk,
}


# ── single mails ─────────────────────────────────────────────────────────────


def _single_mails() -> Iterator[Mail]:
    """Of each kind one; and of some kinds what they say to other readers."""
    paper = make_paper(f"{HOSTILE[1]}: {LONG_WORD}")
    for language in LANGUAGES:
        for kind in TransactionalMail.Kind:
            yield Mail(f"{kind} {language}", _single(kind, _reader(language)))
        about = _single("link", _reader(language), draft={"paper": paper.pk})
        yield Mail(f"link to a paper {language}", about)
        bounced = _single("paused", _reader(language), draft={"because": BOUNCES})
        yield Mail(f"paused by the service {language}", bounced)
        chosen = _single("welcome", _with_interests(_reader(language)))
        yield Mail(f"welcome to somebody with many interests {language}", chosen)
        long = make_subscriber(f"{language}{'long' * 15}@{'example' * 8}.org", language=language)
        yield Mail(f"confirm, a long address {language}", _single("confirm", long))


def _reader(language: str) -> Subscriber:
    """Their next digest comes after the end of their pause."""
    return make_subscriber(
        language=language,
        timezone="Europe/Berlin",
        confirmed_at=NOW,
        paused_until=(NOW + timedelta(days=30)).date(),
        next_send_at=NOW + timedelta(days=33),
    )


def _with_interests(reader: Subscriber) -> Subscriber:
    kinds = [kind for kind in Interest.Kind if kind != Interest.Kind.TOPIC]
    for kind in kinds:
        for term in TERMS:
            Interest.objects.create(subscriber=reader, kind=kind, term=f"{kind} {term}")
    for topic in Topic.objects.all():
        Interest.objects.create(subscriber=reader, kind=Interest.Kind.TOPIC, topic=topic)
    return reader


def _single(kind: str, reader: Subscriber, **values: Any) -> bytes:
    if kind in {"address", "moved"}:
        values["address_change"] = AddressChange.objects.create(
            subscriber=reader, old_email=reader.email, new_email="new@example.org", requested_at=NOW
        )
    return build(make_mail(reader, kind, **values), NOW).as_bytes()
