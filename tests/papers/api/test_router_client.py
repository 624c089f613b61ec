"""Hugging Face's own client, unchanged, with our address as its endpoint."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from huggingface_hub import HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError
from huggingface_hub.hf_api import PaperAuthor, PaperInfo
from huggingface_hub.utils._http import close_session, parse_ratelimit_headers
from pytest_django import DjangoDbBlocker

from papers.models import Paper
from tests.factories import make_paper
from tests.live import serving
from tests.papers.api.payloads import make_row, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)  # before any test opens its transaction
def hub(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[HfApi]:
    """Three papers of one day, one of a later day, and one without an arXiv id."""
    with django_db_blocker.unblock():
        take_in(
            make_row(),
            make_row("2503.00002", title="Coffee grounds", upvotes=None, githubRepo=None),
            make_row("2503.00003", title="Crystal balls", publishedAt=None),
        )
        make_paper("Palms, read by a camera", arxiv_id="2503.00004", listed_on="2025-04-02")
        make_paper("Entrails", arxiv_id=None, listed_on="2025-03-13")
        with serving() as address:
            yield HfApi(endpoint=address, token=False)
            close_session()  # an open connection would keep the thread of the server alive
        Paper.objects.all().delete()


@pytest.fixture
def row(hub: HfApi) -> PaperInfo:
    return next(iter(hub.list_daily_papers(date="2025-03-14")))


@pytest.fixture
def alone(hub: HfApi) -> PaperInfo:
    return hub.paper_info("2503.00001")


def ids(papers: Iterable[PaperInfo]) -> list[str]:
    return [paper.id for paper in papers]


# ── the values of a paper ────────────────────────────────────────────────────


@pytest.mark.parametrize("paper", ["row", "alone"])
def test_the_client_gets_every_known_field(paper: str, request: pytest.FixtureRequest) -> None:
    info: PaperInfo = request.getfixturevalue(paper)
    assert info.id == "2503.00001"
    assert info.title == "Tea leaves as a language model"
    assert info.summary == "We read tea leaves. They agree with a coin."
    assert info.published_at == datetime(2025, 3, 12, 17, 59, 3, tzinfo=UTC)
    assert info.submitted_at == datetime(2025, 3, 14, 0, 44, 54, 555_000, tzinfo=UTC)
    assert (info.upvotes, info.comments) == (32, 3)
    assert info.discussion_id == "6a028670b823258e76123365"
    assert info.project_page == "https://tea.example.org/"
    assert info.github_repo == "https://github.com/example/tea"
    assert info.github_stars == 1204
    assert info.ai_summary == "Tea leaves do as well as a coin."
    assert info.ai_keywords == ["tea", "language models"]


@pytest.mark.parametrize("paper", ["row", "alone"])
def test_the_client_gets_authors_and_the_submitter(
    paper: str, request: pytest.FixtureRequest
) -> None:
    info: PaperInfo = request.getfixturevalue(paper)
    assert info.authors is not None
    ada, charles = info.authors
    assert isinstance(ada, PaperAuthor)
    assert (ada.name, charles.name) == ("Ada Lovelace", "Charles Babbage")
    assert ada.status == "claimed_verified"
    assert ada.status_last_changed_at == datetime(2025, 3, 14, 8, 3, 0, 989_000, tzinfo=UTC)
    assert ada.user is not None
    assert ada.user.username == "ada"
    assert charles.user is None
    assert info.submitted_by is not None
    assert info.submitted_by.username == "grace"
    assert info.submitted_by.avatar_url == "https://huggingface.co/avatars/ada.svg"


@pytest.mark.parametrize("paper", ["row", "alone"])
def test_an_organisation_has_its_picture(paper: str, request: pytest.FixtureRequest) -> None:
    info: PaperInfo = request.getfixturevalue(paper)
    assert info.organization is not None
    assert info.organization.name == "tea-house"
    assert info.organization.fullname == "The Tea House"
    assert info.organization.avatar_url == "https://cdn.example.org/tea.png"


def test_upvotes_never_read_are_zero(hub: HfApi) -> None:
    listed = list(hub.list_daily_papers(date="2025-03-14"))[1]
    assert (listed.id, listed.upvotes) == ("2503.00002", 0)
    assert hub.paper_info("2503.00002").upvotes == 0


def test_an_unknown_value_is_none_in_the_client(hub: HfApi) -> None:
    palms = hub.paper_info("2503.00004")
    known = {"id", "authors", "title", "summary", "upvotes", "comments", "submitted_at"}
    fields = {field.name for field in dataclasses.fields(PaperInfo)}
    assert {name for name in fields - known if getattr(palms, name) is not None} == set()


def test_a_row_without_a_publication_time_has_none(hub: HfApi) -> None:
    ball = list(hub.list_daily_papers(date="2025-03-14"))[2]
    assert ball.published_at is None
    assert ball.submitted_at == datetime(2025, 3, 14, 0, 44, 54, 555_000, tzinfo=UTC)


# ── lists and searches ───────────────────────────────────────────────────────


def test_without_a_day_the_newest_come_first(hub: HfApi) -> None:
    found = ids(hub.list_daily_papers())
    assert found[:4] == ["2503.00004", "2503.00001", "2503.00002", "2503.00003"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"date": "2025-03-14"}, 3),
        ({"date": "2025-03-15"}, 0),
        ({"week": "2025-W11"}, 4),
        ({"week": "2025-W12"}, 0),
        ({"month": "2025-03"}, 4),
        ({"month": "2025-04"}, 1),
        ({"submitter": "grace"}, 3),
        ({"submitter": "nobody"}, 0),
        ({"sort": "trending"}, 5),
        ({"limit": 2}, 2),
        ({"limit": 2, "p": 2}, 1),
        ({"limit": 2, "p": 3}, 0),
    ],
)
def test_the_client_gets_the_requested_papers(
    hub: HfApi, params: dict[str, object], expected: int
) -> None:
    assert len(list(hub.list_daily_papers(**params))) == expected  # type: ignore[arg-type]


def test_no_paper_is_on_two_pages(hub: HfApi) -> None:
    pages = [ids(hub.list_daily_papers(limit=3, p=page)) for page in (0, 1)]
    assert len({*pages[0], *pages[1]}) == 5


def test_the_client_searches(hub: HfApi) -> None:
    assert ids(hub.list_papers(query="coffee grounds")) == ["2503.00002"]
    assert ids(hub.list_papers(query="2503.00003")) == ["2503.00003"]
    assert ids(hub.list_papers(query="nothing of the kind")) == []


def test_an_empty_search_gives_the_newest_papers(hub: HfApi) -> None:
    assert ids(hub.list_papers(limit=1)) == ["2503.00004"]


def test_a_paper_without_an_arxiv_id_has_a_number(hub: HfApi) -> None:
    (entrails,) = (paper for paper in hub.list_daily_papers() if paper.title == "Entrails")
    assert hub.paper_info(entrails.id).title == "Entrails"


@pytest.mark.parametrize("name", ["2503.00001v2", "arXiv:2503.00001"])
def test_any_version_finds_the_paper(hub: HfApi, name: str) -> None:
    assert hub.paper_info(name).id == "2503.00001"


def test_the_client_reads_a_paper_as_markdown(hub: HfApi) -> None:
    text = hub.read_paper("2503.00001")
    assert text.startswith("# Tea leaves as a language model\n\nAda Lovelace, Charles Babbage\n")
    assert "[Code](https://github.com/example/tea)" in text
    assert "## Abstract\n\nWe read tea leaves." in text


# ── errors ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"date": "14.3.2025"}, "date must be a day like 2025-03-14, not '14.3.2025'"),
        ({"week": "2025-W60"}, "week must be an ISO week like 2025-W11"),
        ({"month": "2025-13"}, "month must be a month like 2025-03"),
        ({"date": "2999-01-01"}, "date is in the future"),
        ({"limit": 101}, "limit: input should be less than or equal to 100"),
        ({"sort": "magic"}, "sort: input should be 'publishedAt' or 'trending'"),
    ],
)
def test_the_client_shows_the_reason(hub: HfApi, params: dict[str, object], reason: str) -> None:
    with pytest.raises(BadRequestError, match=reason):
        list(hub.list_daily_papers(**params))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["2503.99999", "no-such-paper", "7777777"])
def test_an_unknown_paper_is_a_404_with_a_reason(hub: HfApi, name: str) -> None:
    with pytest.raises(HfHubHTTPError, match="is known here") as refusal:
        hub.paper_info(name)
    assert refusal.value.response.status_code == 404


def test_the_client_reads_the_time_to_wait(hub: HfApi, settings: LazySettings) -> None:
    settings.API_RATE = "1/7 minutes"  # another rate has another counter
    hub.paper_info("2503.00001")
    with pytest.raises(HfHubHTTPError) as refusal:
        hub.paper_info("2503.00001")
    limits = parse_ratelimit_headers(refusal.value.response.headers)
    assert refusal.value.response.status_code == 429
    assert limits is not None
    assert (limits.remaining, limits.limit, limits.window_seconds) == (0, 1, 420)
    assert limits.reset_in_seconds == int(refusal.value.response.headers["retry-after"])
