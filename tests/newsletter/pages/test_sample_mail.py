"""The mail of an edition for a stranger: the real one, without any token."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.utils.translation import override

from newsletter.editions.compose import compose
from newsletter.models import Candidate, Edition
from newsletter.pages.sample_mail import NoMail, SampleMail, sample_mail
from papers.models import Paper
from tests.factories import DAY, make_candidate, make_edition, make_paper, make_signal

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 3, 20, 9, tzinfo=UTC)


@pytest.fixture
def edition() -> Edition:
    """Twelve papers, the strongest first; the first has code."""
    for place in range(12):
        paper = make_paper(
            f"Paper {place}",
            arxiv_id=f"2503.{place:05}",
            code_url="https://github.com/a/b" if place == 0 else "",
        )
        make_signal(paper, 100 - 5 * place)
    return compose("weekly", DAY, LATER)


def links(mail: SampleMail) -> dict[str, str]:
    """The addresses of the mail's links, each with its text."""
    found = BeautifulSoup(mail.html, "html.parser").select("a")
    return {str(link["href"]): link.get_text(strip=True) for link in found}


def titles(mail: SampleMail) -> list[str]:
    found = BeautifulSoup(mail.html, "html.parser").select(".mail-title")
    return [title.get_text(strip=True) for title in found]


def test_it_holds_the_papers_that_a_reader_without_interests_gets(edition: Edition) -> None:
    mail = sample_mail(edition)
    assert titles(mail) == [f"Paper {place}" for place in range(10)]
    assert mail.subject == "Paper 0, and 9 more papers"
    assert mail.days == "8 to 14 March 2025"
    assert mail.edition_url == "/editions/weekly/2025-03-14"


def test_its_papers_lead_to_their_pages_and_sources(edition: Edition) -> None:
    found = links(sample_mail(edition))
    assert found["/papers/2503.00000"] == "Paper 0"
    assert found["https://arxiv.org/abs/2503.00000"] == "Paper"
    assert found["https://github.com/a/b"] == "Code"


def test_its_other_links_lead_a_stranger_to_public_pages(edition: Edition) -> None:
    addresses = {one for one in links(sample_mail(edition)) if "arxiv.org" not in one}
    others = {one for one in addresses if not one.startswith(("/papers/", "https://github.com"))}
    assert others == {
        "http://localhost:8000/",
        "http://localhost:8000/forwarded/",
        "/new-link/",
        "/editions/weekly/2025-03-14/mail",
    }


def test_no_address_of_a_reader_is_left_in_it(edition: Edition) -> None:
    assert not re.search(r"/[updr]/", sample_mail(edition).html)


def test_a_paper_withdrawn_since_is_not_in_it(edition: Edition) -> None:
    Paper.objects.filter(title="Paper 0").update(is_withdrawn=True)
    assert titles(sample_mail(edition)) == [f"Paper {place}" for place in range(1, 11)]


def test_a_target_that_a_browser_would_run_leaves_the_text(edition: Edition) -> None:
    first = Candidate.objects.get(position=1)
    first.facts = {**first.facts, "code_url": "javascript:alert(1)"}
    first.save()
    mail = sample_mail(edition)
    assert "javascript" not in mail.html
    assert "Code" in BeautifulSoup(mail.html, "html.parser").get_text()


def test_a_paper_that_cannot_be_rendered_costs_no_other(edition: Edition) -> None:
    Candidate.objects.filter(position=1).update(html="no slot at all")
    assert titles(sample_mail(edition)) == [f"Paper {place}" for place in range(1, 11)]


def test_without_a_paper_there_is_no_mail() -> None:
    edition = make_edition(composed_at=LATER)
    make_candidate(edition, make_paper(is_withdrawn=True))
    with pytest.raises(NoMail):
        sample_mail(edition)


def test_of_facts_of_another_form_there_is_no_mail(edition: Edition) -> None:
    assert sample_mail(edition)
    Candidate.objects.update(facts={"title": "Bare", "authors": [], "summary": ""})
    Edition.objects.update(composed_at=datetime(2025, 3, 20, 10, tzinfo=UTC))
    with pytest.raises(NoMail):
        sample_mail(edition)


def test_a_reader_of_another_language_sees_the_mail_in_it(edition: Edition) -> None:
    with override("de"):
        mail = sample_mail(edition)
    assert mail.language == "de"
    assert sample_mail(edition).language == "en"
