"""The page of the papers that a reader likes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from subscribers import tasks
from subscribers.feedback.seed import add_seeds
from subscribers.models import Feedback, SeedRequest, Subscriber
from tests.factories import NOON, make_paper, make_subscriber
from tests.subscribers.page_text import preferences_path, text_of
from web.rate_limit import limiter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sources(settings: Settings) -> Iterator[None]:
    settings.SOURCES = ["arxiv", "semantic_scholar"]
    yield
    limiter().storage.reset()


def path_of(subscriber: Subscriber) -> str:
    return f"{preferences_path(subscriber)}papers/"


def liked(subscriber: Subscriber) -> list[str]:
    seeds = subscriber.feedback.filter(kind=Feedback.Kind.SEED)
    return sorted(seeds.values_list("paper__title", flat=True))


def page_after(visitor: Client, reader: Subscriber, text: str, status: int = 200) -> str:
    answer = visitor.post(path_of(reader), {"pasted": text})
    assert answer.status_code == status
    return " ".join(text_of(answer).split())


def make_request(reader: Subscriber, identity: str = "2401.99999", **values: str) -> SeedRequest:
    kind = values.pop("kind", "arxiv")
    return SeedRequest.objects.create(
        subscriber=reader,
        kind=kind,
        identity=identity,
        next_attempt_at=NOON,
        asked_at=NOON,
        **values,
    )


def test_without_papers_it_says_so_and_has_the_ways_to_add_some(visitor: Client) -> None:
    answer = visitor.get(path_of(make_subscriber()))
    page = text_of(answer)
    assert "None yet." in page
    for name in ("pasted", "file", "q"):
        assert f'name="{name}"' in page
    assert 'enctype="multipart/form-data"' in page
    assert 'name="robots" content="noindex"' in page
    assert "no-store" in answer["Cache-Control"]


def test_it_lists_own_papers_only(visitor: Client) -> None:
    ada, bob = make_subscriber(), make_subscriber()
    add_seeds(ada, [make_paper("Mine", authors=["Ada Byron"])], NOON)
    add_seeds(bob, [make_paper("Another reader's")], NOON)
    page = text_of(visitor.get(path_of(ada)))
    assert "Mine" in page
    assert "A. Byron" in page
    assert "Another reader's" not in page


def test_a_pasted_list_is_counted_and_stored(
    visitor: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    queued: list[str] = []
    monkeypatch.setattr(tasks, "enqueue_from_request", lambda task: queued.append(task.name))
    ada = make_subscriber()
    make_paper("Attention", arxiv_id="1706.03762")
    with django_capture_on_commit_callbacks(execute=True):
        page = page_after(visitor, ada, "1706.03762\n\n1810.04805\n2005.14165\n<b>hello\nthere</b>")
    assert "3 papers found." in page
    assert "1 is in your list now." in page
    assert "2 are not here yet and are being looked up." in page
    assert "2 lines name no paper that is here" in page
    assert '<span class="quiet">5:</span> <bdi><b>hello</bdi>' in page
    assert b"<b>hello" not in visitor.get(path_of(ada)).content
    assert liked(ada) == ["Attention"]
    assert queued == ["subscribers.look_up_papers"]


def test_a_file_is_read(visitor: Client) -> None:
    ada = make_subscriber()
    make_paper("Attention", arxiv_id="1706.03762")
    library = "@misc{a,\n title={Caf\xe9}, eprint={1706.03762}, archivePrefix={arXiv}\n}"
    upload = SimpleUploadedFile("my library.bib", library.encode("latin-1"))
    answer = visitor.post(path_of(ada), {"pasted": "", "file": upload})
    assert "1 paper found." in text_of(answer)
    assert liked(ada) == ["Attention"]


def test_a_file_that_is_no_text_is_refused_with_a_sentence(visitor: Client) -> None:
    ada = make_subscriber()
    upload = SimpleUploadedFile("paper.pdf", b"%PDF-1.7")
    answer = visitor.post(path_of(ada), {"pasted": "1706.03762", "file": upload})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "This is a PDF." in page
    assert ">1706.03762</textarea>" in page
    assert not ada.seed_requests.exists()


def test_nothing_pasted_is_said_to_be_nothing(visitor: Client) -> None:
    assert "Please paste something" in page_after(visitor, make_subscriber(), " ", 422)


def test_text_that_names_nothing_stores_nothing(visitor: Client) -> None:
    ada = make_subscriber()
    page = page_after(visitor, ada, "hello there")
    assert "0 papers found." in page
    assert "1 line names no paper that is here" in page
    assert not ada.feedback.exists()


@pytest.mark.parametrize("text", ["\x00", "\ufffd\uffff", "\u202e" * 9, "a\u0301" * 9])
def test_odd_characters_are_no_error(visitor: Client, text: str) -> None:
    assert visitor.post(path_of(make_subscriber()), {"pasted": text}).status_code in (200, 422)


def test_a_site_without_sources_says_that_it_cannot_look_up(
    visitor: Client, settings: Settings
) -> None:
    settings.SOURCES = []
    ada = make_subscriber()
    assert "this site cannot look it up" in page_after(visitor, ada, "1706.03762")
    assert not ada.seed_requests.exists()


def test_a_full_list_takes_the_newest_and_says_how_many_it_left_out(
    visitor: Client, settings: Settings
) -> None:
    settings.SEEDS_PER_READER = 1
    page = page_after(visitor, make_subscriber(), "1706.03762 1810.04805")
    assert "1 was left out, because a list holds 1 papers at most." in page


def test_too_many_lists_an_hour_are_refused(visitor: Client) -> None:
    ada = make_subscriber()
    for _ in range(60):
        page_after(visitor, ada, "1706.03762")
    assert "That was too often." in page_after(visitor, ada, "1706.03762", 429)


def test_a_search_of_the_archive_offers_papers_to_add(visitor: Client) -> None:
    ada = make_subscriber()
    paper = make_paper("Diffusion for tea")
    make_paper("Named by another reader: tea", is_unlisted=True)
    page = text_of(visitor.get(path_of(ada), {"q": "tea"}))
    assert f'name="add" value="{paper.pk}"' in " ".join(page.split())
    assert "Named by another reader" not in page
    path = path_of(ada)
    answer = visitor.post(path, {"add": paper.pk, "q": "tea"})
    assert answer.status_code == 303
    assert answer["Location"] == f"{path}?done=liked&q=tea"
    assert liked(ada) == ["Diffusion for tea"]
    assert "In your list" in text_of(visitor.get(answer["Location"]))


def test_a_search_that_finds_nothing_says_so(visitor: Client) -> None:
    page = text_of(visitor.get(path_of(make_subscriber()), {"q": "zebra\x00"}))
    assert "No paper here matches that." in page


def test_a_paper_is_removed(visitor: Client) -> None:
    ada, paper = make_subscriber(), make_paper("Tea")
    add_seeds(ada, [paper], NOON)
    answer = visitor.post(path_of(ada), {"remove": paper.pk})
    assert "no longer in your list" in text_of(visitor.get(answer["Location"]))
    assert liked(ada) == []


def test_what_is_looked_up_and_what_was_not_found_is_shown(visitor: Client) -> None:
    ada = make_subscriber()
    make_request(ada, "1706.03762")
    failed = make_request(ada, state="failed", reason="unknown")
    make_request(ada, "0000-0002-1825-0097", kind="orcid", state="found", papers="34")
    page = " ".join(text_of(visitor.get(path_of(ada))).split())
    assert "1 is being looked up." in page
    assert "arXiv does not know 2401.99999." in page
    assert "ORCID iD 0000-0002-1825-0097: 34 papers" in page
    visitor.post(path_of(ada), {"drop": failed.pk})
    assert "2401.99999" not in text_of(visitor.get(path_of(ada)))


def test_a_request_of_another_reader_stays(visitor: Client) -> None:
    request = make_request(make_subscriber())
    visitor.post(path_of(make_subscriber()), {"drop": request.pk})
    assert SeedRequest.objects.exists()


@pytest.mark.parametrize("number", ["", "0", "-1", "9" * 30, "x", "１"])
def test_a_button_without_a_paper_changes_nothing(visitor: Client, number: str) -> None:
    ada = make_subscriber()
    make_paper()
    for name in ("add", "remove", "drop"):
        assert visitor.post(path_of(ada), {name: number}).status_code == 303
    assert not Feedback.objects.exists()


def test_opening_the_page_changes_nothing(visitor: Client) -> None:
    ada, paper = make_subscriber(), make_paper("Tea")
    visitor.get(f"{path_of(ada)}?add={paper.pk}&pasted=1706.03762&q=tea")
    assert not Feedback.objects.exists()
    assert not SeedRequest.objects.exists()


def test_who_has_left_cannot_name_papers(visitor: Client) -> None:
    ada = make_subscriber(state=Subscriber.State.UNSUBSCRIBED)
    make_paper(arxiv_id="1706.03762")
    visitor.post(path_of(ada), {"pasted": "1706.03762"})
    assert not Feedback.objects.exists()


def test_fifty_papers_cost_no_more_queries_than_one(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one, many = make_subscriber(), make_subscriber()
    add_seeds(one, [make_paper()], NOON)
    add_seeds(many, [make_paper() for _ in range(60)], NOON)
    visitor.get(path_of(one))
    for reader in (one, many):
        with django_assert_num_queries(6):
            visitor.get(path_of(reader))


def test_a_withdrawn_paper_says_so(visitor: Client) -> None:
    ada = make_subscriber()
    add_seeds(ada, [make_paper("Gone", is_withdrawn=True)], NOON)
    assert "· withdrawn" in text_of(visitor.get(path_of(ada)))


def test_more_papers_than_a_page_holds_have_pages(visitor: Client) -> None:
    ada = make_subscriber()
    add_seeds(ada, [make_paper() for _ in range(51)], NOON)
    first = text_of(visitor.get(path_of(ada)))
    assert '<a href="?page=2#list" rel="next">Older</a>' in first
    second = text_of(visitor.get(path_of(ada), {"page": "2"}))
    assert '<a href="?page=1#list" rel="prev">Newer</a>' in second
    assert 'value="none:' not in first
    assert 'name="say"' not in first
