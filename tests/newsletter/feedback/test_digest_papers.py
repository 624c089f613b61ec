"""The papers of a digest as its page of feedback lists them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from newsletter.editions.open_link import OpenedLink, open_link
from newsletter.feedback.digest_papers import DigestPaper, digest_papers
from newsletter.feedback.opinions import Opinion
from newsletter.models import ArchivedDelivery, Delivery
from papers.models import Paper
from subscribers.feedback.forget import forget
from subscribers.feedback.save import save_paper
from subscribers.models import Feedback
from tests.newsletter.feedback.links import SentLinks, sent_links

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, tzinfo=UTC)


@pytest.fixture
def sent() -> SentLinks:
    return sent_links()


def opened(path: str) -> OpenedLink:
    return open_link("feedback", path.removeprefix("/w/"), is_numbered=True)


def found(sent: SentLinks, path: str) -> list[DigestPaper]:
    return digest_papers(opened(path), sent.reader)


def test_all_papers_are_listed_in_the_order_of_the_digest(
    sent: SentLinks, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    link = opened(sent.path)
    with django_assert_num_queries(2):  # the candidates with their papers, what was said
        papers = digest_papers(link, sent.reader)
    assert [one.paper for one in papers] == sent.papers
    assert {(one.said, one.shown, one.is_asked) for one in papers} == {
        (Opinion(), Opinion(), False)
    }


@pytest.mark.parametrize(
    ("word", "shown"),
    [("more", Opinion("more")), ("less", Opinion("less")), ("save", Opinion("none", True))],
)
def test_the_paper_of_the_link_comes_first_with_what_the_link_says(
    sent: SentLinks, word: str, shown: Opinion
) -> None:
    first, *others = found(sent, sent.to(2, word))
    assert first.paper == sent.papers[2]
    assert (first.said, first.shown, first.is_asked) == (Opinion(), shown, True)
    assert [one.paper for one in others] == sent.papers[:2]
    assert not any(one.is_asked for one in others)


def test_what_was_said_before_is_shown(sent: SentLinks) -> None:
    for kind in ("more", "save"):
        Feedback.objects.create(subscriber=sent.reader, paper=sent.papers[1], kind=kind, at=NOW)
    [asked, *_] = found(sent, sent.to(1, "less"))
    assert (asked.said, asked.shown) == (Opinion("more", True), Opinion("less", True))
    assert not asked.is_said_already
    assert found(sent, sent.to(1, "save"))[0].is_said_already


@pytest.mark.parametrize("number", [0, 2, 999, 9_999_999_999])
def test_a_number_of_no_paper_of_the_digest_proposes_nothing(sent: SentLinks, number: int) -> None:
    papers = found(sent, f"{sent.path}/{number}")
    assert [one.paper for one in papers] == sent.papers
    assert not any(one.is_asked for one in papers)


def test_a_withdrawn_paper_is_left_out(sent: SentLinks) -> None:
    Paper.objects.filter(pk=sent.papers[0].pk).update(is_withdrawn=True)
    assert [one.paper for one in found(sent, sent.to(0, "more"))] == sent.papers[1:]


def archive(sent: SentLinks) -> None:
    delivery = Delivery.objects.get()
    content = delivery.content_or_none
    assert content is not None
    ArchivedDelivery.objects.create(
        id=delivery.pk, edition=delivery.edition, subscriber=sent.reader, state="sent",
        sent_at=NOW, renderer=content.renderer, dated_at=content.dated_at,
    )  # fmt: skip
    content.delete()
    delivery.delete()


def test_a_link_of_an_archived_digest_still_finds_its_own_paper(sent: SentLinks) -> None:
    archive(sent)
    [one] = found(sent, sent.to(1, "more"))
    assert (one.paper, one.shown, one.is_asked) == (sent.papers[1], Opinion("more"), True)
    assert found(sent, sent.path) == []


def test_a_link_that_saves_offers_it_again_after_forgetting(sent: SentLinks) -> None:
    for paper in sent.papers[:2]:
        save_paper(sent.reader, paper, NOW)
    forget(sent.reader, NOW)
    asked, other, _ = found(sent, sent.to(1, "save"))
    assert (asked.said, asked.shown) == (Opinion(), Opinion("none", True))
    assert other.said == Opinion("none", True)
    assert found(sent, sent.to(1, "more"))[0].said == Opinion("none", True)
