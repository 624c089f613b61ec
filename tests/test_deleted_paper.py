"""A paper is deleted at the instant of a press: each page answers as for a paper it never had."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.test import Client

from papers.models import Paper
from subscribers.feedback.seed import add_seeds
from subscribers.models import Feedback, SeedRequest, Subscriber
from subscribers.pages.feedback.remembered import COOKIE
from subscribers.tokens import make
from tests.at_once import result_during
from tests.factories import NOON, make_paper, make_subscriber
from tests.newsletter.feedback.links import sent_links, stored_of
from tests.subscribers.page_text import CHOICES, confirm_path, make_pending, preferences_path

pytestmark = pytest.mark.django_db(transaction=True)
ID = "1706.03762"
UNKNOWN = "9912.99999"


@pytest.fixture
def paper() -> Paper:
    return make_paper("Attention", arxiv_id=ID)


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber("ada@example.com")


def answer(
    ada: Subscriber, paper: Paper, path: str, sent: Mapping[str, str], *, as_it_goes: bool
) -> tuple[int, str]:
    """The status of a press, and where it leads; `as_it_goes`, the paper is deleted meanwhile."""
    client = Client()
    client.cookies[COOKIE] = make("browser", ada)

    def press() -> tuple[int, str]:
        found = client.post(path, dict(sent))
        return found.status_code, found.get("Location", "")

    return result_during(paper.delete, press) if as_it_goes else press()


@pytest.mark.parametrize(
    ("page", "sent", "status", "end"),
    [
        ("paper/", {"id": ID, "say": "more"}, 404, ""),
        ("paper/", {"id": ID, "say": "save"}, 404, ""),
        ("saved/", {"say": "less:NUMBER"}, 303, "?done="),
        ("saved/", {"paper": "NUMBER"}, 303, "?done="),
        ("saved/", {"pasted": ID}, 422, ""),
        ("papers/", {"add": "NUMBER"}, 303, "?done="),
        ("papers/", {"pasted": ID}, 200, ""),
    ],
)
@pytest.mark.parametrize("as_it_goes", [True, False])
def test_behind_a_link_of_a_mail(
    *,
    ada: Subscriber,
    paper: Paper,
    page: str,
    sent: dict[str, str],
    status: int,
    end: str,
    as_it_goes: bool,
) -> None:
    number = str(paper.pk) if as_it_goes else "999999"
    values = {key: value.replace("NUMBER", number) for key, value in sent.items()}
    if not as_it_goes:
        Paper.objects.all().delete()
    found, place = answer(ada, paper, preferences_path(ada) + page, values, as_it_goes=as_it_goes)
    assert found == status
    assert place.endswith(end)
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("button", ["more", "less", "upvote", "save"])
def test_in_a_browser_that_remembers_its_reader(ada: Subscriber, paper: Paper, button: str) -> None:
    path, sent = f"/papers/{ID}/feedback", {"say": button}
    assert answer(ada, paper, path, sent, as_it_goes=True) == (404, "")
    assert answer(ada, paper, path, sent, as_it_goes=False) == (404, "")
    assert not Feedback.objects.exists()


def test_when_a_reader_confirms_with_papers_that_they_like(paper: Paper) -> None:
    ada = make_pending()
    sent = {**CHOICES, "pasted": ID}
    status, _place = answer(ada, paper, confirm_path(ada), sent, as_it_goes=True)
    ada.refresh_from_db()
    assert (status, ada.state) == (303, "active")
    assert not Feedback.objects.exists()


def test_of_several_papers_the_others_are_stored(ada: Subscriber, paper: Paper) -> None:
    other = make_paper()
    read = list(Paper.objects.order_by("pk"))
    assert result_during(paper.delete, lambda: add_seeds(ada, read, NOON)) == 1
    assert ada.feedback.get().paper == other


def test_in_a_digest_the_others_are_stored() -> None:
    links = sent_links()
    gone, other = links.papers[:2]
    sent = {f"was-{one.pk}": "none" for one in (gone, other)}
    sent |= {f"vote-{one.pk}": "more" for one in (gone, other)}

    def lose() -> None:
        gone.candidates.all().delete()
        Paper.objects.get(pk=gone.pk).delete()

    found = result_during(lose, lambda: Client().post(links.path, sent))
    assert found.status_code == 200
    assert stored_of(links.reader) == {(other.title, "more")}
    assert not SeedRequest.objects.exists()
