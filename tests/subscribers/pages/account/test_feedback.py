"""The page behind "Save, or more like this" of a paper."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from papers.models import Paper
from subscribers.feedback import rate
from subscribers.models import Feedback, Subscriber, TransactionalMail
from tests.factories import make_paper, make_subscriber
from tests.subscribers.page_text import ADA, preferences_path, text_of

pytestmark = pytest.mark.django_db
PATH = "/papers/1706.03762/feedback"


@pytest.fixture
def paper() -> Paper:
    return make_paper("Attention", arxiv_id="1706.03762")


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber(ADA)


@pytest.fixture
def remembering(visitor: Client, ada: Subscriber) -> Client:
    """A browser that remembers Ada."""
    visitor.post(f"{preferences_path(ada)}browser/", {"remember": "1"})
    return visitor


def press(remembering: Client, button: str, path: str = PATH) -> str:
    """Press a button of the page as a browser does; the page that follows."""
    proof = re.search(r'csrfmiddlewaretoken" value="(\w+)"', text_of(remembering.get(path)))
    sent = {"say": button, "csrfmiddlewaretoken": proof[1] if proof else ""}
    return text_of(remembering.post(path, sent, follow=True))


def test_the_page_of_a_paper_leads_there_the_same_for_everybody(
    remembering: Client, paper: Paper
) -> None:
    with time_machine.travel(timezone.now(), tick=False):  # the sign-up form names its second
        remembered = remembering.get(paper.get_absolute_url())
        other = Client().get(paper.get_absolute_url())
    assert f'href="{PATH}"' in text_of(other)
    assert remembered.content == other.content
    assert "Cookie" not in other.get("Vary", "")


def test_the_page_of_a_withdrawn_paper_does_not(visitor: Client, paper: Paper) -> None:
    Paper.objects.update(is_withdrawn=True)
    assert PATH not in text_of(visitor.get(paper.get_absolute_url()))


@pytest.mark.usefixtures("paper")
def test_a_browser_that_remembers_no_reader_is_asked_for_an_address(visitor: Client) -> None:
    answer = visitor.get(PATH)
    page = text_of(answer)
    assert answer.status_code == 200
    assert 'action="/new-link/"' in page
    assert 'name="say"' not in page
    assert '<meta name="robots" content="noindex">' in page
    assert "no-store" in answer["Cache-Control"]
    assert not visitor.cookies


def test_the_mailed_link_leads_to_the_own_page_about_the_paper(
    visitor: Client, ada: Subscriber, paper: Paper
) -> None:
    answer = visitor.post("/new-link/", {"email": ADA, "paper": str(paper.pk)})
    assert "your own page about this paper" in text_of(answer)
    mail = TransactionalMail.objects.get()
    assert (mail.subscriber, mail.kind, mail.draft) == (ada, "link", {"paper": paper.pk})


def test_a_second_request_names_the_paper_of_the_mail_that_waits(
    visitor: Client, ada: Subscriber, paper: Paper
) -> None:
    visitor.post("/new-link/", {"email": ADA})
    visitor.post("/new-link/", {"email": ADA, "paper": str(paper.pk)})
    assert TransactionalMail.objects.get(subscriber=ada).draft == {"paper": paper.pk}


@pytest.mark.usefixtures("ada")
def test_a_known_and_an_unknown_address_get_the_same_answer(visitor: Client, paper: Paper) -> None:
    answers = []
    for email in (ADA, "bob@example.com"):
        answer = visitor.post("/new-link/", {"email": email, "paper": str(paper.pk)})
        answers.append((answer.status_code, answer.content.replace(email.encode(), b"X")))
    assert answers[0] == answers[1]
    assert TransactionalMail.objects.count() == 1


def test_a_wrong_address_keeps_the_paper(visitor: Client, paper: Paper) -> None:
    answer = visitor.post("/new-link/", {"email": "x", "paper": str(paper.pk)})
    assert answer.status_code == 422
    assert f'name="paper" value="{paper.pk}"' in text_of(answer)


def test_a_remembered_reader_sees_their_vote_and_changes_it(
    remembering: Client, ada: Subscriber, paper: Paper
) -> None:
    page = text_of(remembering.get(PATH))
    assert "This browser remembers ada@example.com." in page
    assert "You have not voted on this paper." in page
    assert not Feedback.objects.exists()
    page = press(remembering, "more")
    assert "Stored: your next digest has more like this paper." in page
    assert "Your vote: more like this." in page
    told = Feedback.objects.get()
    assert (told.subscriber, told.paper, told.kind) == (ada, paper, "more")
    assert "Your vote: less like this." in press(remembering, "less")
    assert "Your vote is taken back." in press(remembering, "none")
    assert not Feedback.objects.exists()


@pytest.mark.usefixtures("paper")
def test_a_remembered_reader_reads_how_to_see_what_was_learned(
    remembering: Client, ada: Subscriber
) -> None:
    """The cookie opens no page behind a link of a mail, so no such link may be here."""
    page = " ".join(text_of(remembering.get(PATH)).split())
    assert "through the link “Choose topics and times” in any digest" in page
    assert 'or <a href="/new-link/">a new link by mail</a>' in page
    assert "/preferences/" not in page


@pytest.mark.usefixtures("paper")
def test_a_press_without_the_token_of_the_form_does_nothing(remembering: Client) -> None:
    remembering.get(PATH)
    assert remembering.post(PATH, {"say": "more"}).status_code == 403
    assert not Feedback.objects.exists()


@pytest.mark.usefixtures("paper")
def test_a_press_after_the_browser_was_forgotten_stores_nothing(
    remembering: Client, ada: Subscriber
) -> None:
    proof = re.search(r'csrfmiddlewaretoken" value="(\w+)"', text_of(remembering.get(PATH)))
    assert proof
    ada.delete()
    answer = remembering.post(PATH, {"say": "more", "csrfmiddlewaretoken": proof[1]})
    assert answer.status_code == 403
    assert "Mail me a link" in text_of(answer)
    assert not Feedback.objects.exists()


@pytest.mark.usefixtures("paper")
def test_the_browser_forgets_at_the_button_and_not_by_a_visit(remembering: Client) -> None:
    remembering.get("/forget-browser/")
    assert "This browser remembers" in text_of(remembering.get(PATH))
    answer = remembering.post("/forget-browser/", {"paper": "1706.03762"})
    assert (answer.status_code, answer["Location"]) == (303, PATH)
    assert "Mail me a link" in text_of(remembering.get(PATH))


def test_forgetting_without_a_paper_leads_to_the_front_page(visitor: Client) -> None:
    assert visitor.post("/forget-browser/", {"paper": "x"})["Location"] == "/"


@pytest.mark.usefixtures("paper")
def test_a_program_that_presses_without_end_is_stopped(
    remembering: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "RATE", "1/hour")
    assert "Stored" in press(remembering, "more")
    assert "was not stored" in press(remembering, "less")
    assert Feedback.objects.get().kind == "more"


@pytest.mark.parametrize("name", ["1706.99999", "x", "0", "9" * 30, "a/b/c", "%00"])
def test_a_paper_that_is_not_here_has_no_page(visitor: Client, name: str) -> None:
    assert visitor.get(f"/papers/{name}/feedback").status_code == 404


def test_a_paper_without_an_arxiv_id_has_its_number(remembering: Client) -> None:
    paper = make_paper(arxiv_id=None)
    assert "kept" not in press(remembering, "save", f"/papers/{paper.pk}/feedback")
    assert Feedback.objects.get().paper == paper
