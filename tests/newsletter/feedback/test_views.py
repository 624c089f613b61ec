"""The page behind "More like this", "Less like this" and "Save" in a mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from newsletter.models import Delivery, DigestContent
from papers.models import Paper
from subscribers.feedback import rate
from subscribers.models import Feedback, Subscriber
from subscribers.privacy import erase
from tests.factories import make_paper, make_subscriber, tokens_of
from tests.newsletter.feedback.links import SentLinks, sent_links, stored_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> SentLinks:
    return sent_links()


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def words(answer: Any) -> str:
    main = soup(answer).select_one("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def form_of(answer: Any) -> tuple[str, dict[str, str]]:
    """The address of the page's form and its fields, as a browser would send them."""
    [form] = soup(answer).select("main form")
    fields = {
        str(field["name"]): str(field["value"])
        for field in form.select("input")
        if field["type"] == "hidden" or field.has_attr("checked")
    }
    return str(form["action"]), fields


def press(client: Client, page: Any, **changes: str) -> Any:
    action, fields = form_of(page)
    return client.post(action, fields | {k.replace("_", "-"): v for k, v in changes.items()})


def field(kind: str, paper: Paper) -> str:
    return f"{kind}_{paper.pk}"


def test_a_get_stores_nothing_and_shows_each_paper_with_its_choices(
    client: Client, sent: SentLinks
) -> None:
    for path in (sent.path, *(sent.to(0, word) for word in ("more", "less", "save"))):
        page = client.get(path)
        assert page.status_code == 200
        titles = [one.get_text(strip=True) for one in soup(page).select("legend")]
        assert sorted(titles) == ["Pointer Networks", "Visual Dialog", "Walking robots"]
        assert len(soup(page).select('input[type="radio"]')) == 3 * 4
        assert len(soup(page).select('input[type="checkbox"]')) == 3
    assert stored_of(sent.reader) == set()


def test_the_link_marks_its_choice_and_one_press_stores_it(client: Client, sent: SentLinks) -> None:
    page = client.get(sent.to(1, "more"))
    title = sent.papers[1].title
    assert soup(page).select("legend")[0].get_text(strip=True) == title
    answer = press(client, page)
    assert stored_of(sent.reader) == {(title, "more")}
    assert f"Your next digest will have more like {title} ." in words(answer)


def test_one_press_stores_choices_of_several_papers(client: Client, sent: SentLinks) -> None:
    one, two, three = sent.papers
    changes = {field("vote", two): "less", field("save", three): "yes"}
    answer = press(client, client.get(sent.to(0, "more")), **changes)
    assert stored_of(sent.reader) == {
        (one.title, "more"), (two.title, "less"), (three.title, "save"),
    }  # fmt: skip
    assert "Your next digest follows what you say of these papers." in words(answer)
    assert [" ".join(one.get_text(" ").split()) for one in soup(answer).select(".said li")] == [
        f"More like this {one.title}", f"Less like this {two.title}", f"Saved {three.title}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("more", "will have more like Pointer Networks ."),
        ("save", "will have more like Pointer Networks ."),
        ("less", "will have less like Pointer Networks ."),
    ],
)
def test_the_answer_says_what_the_next_digest_will_have(
    client: Client, sent: SentLinks, word: str, sentence: str
) -> None:
    place = [paper.title for paper in sent.papers].index("Pointer Networks")
    answer = press(client, client.get(sent.to(place, word)))
    assert f"Your next digest {sentence}" in words(answer)


def test_the_page_shows_what_was_stored_before(client: Client, sent: SentLinks) -> None:
    press(client, client.get(sent.to(0, "less")), **{field("save", sent.papers[0]): "yes"})
    _, fields = form_of(client.get(sent.path))
    number = sent.papers[0].pk
    assert fields[f"vote-{number}"] == "less"
    assert fields[f"save-{number}"] == "yes"
    assert fields[f"was-{number}"] == "less save"
    assert "You said this before." in words(client.get(sent.to(0, "less")))


def test_undo_brings_back_what_was_said_before(client: Client, sent: SentLinks) -> None:
    one, two, _ = sent.papers
    press(client, client.get(sent.to(0, "less")))
    page = press(client, client.get(sent.to(0, "more")), **{field("save", two): "yes"})
    assert stored_of(sent.reader) == {(one.title, "more"), (two.title, "save")}
    undone = press(client, page)
    assert stored_of(sent.reader) == {(one.title, "less")}
    assert "Taken back" in words(undone)
    press(client, undone)
    assert stored_of(sent.reader) == {(one.title, "more"), (two.title, "save")}


def test_a_press_that_changes_nothing_says_so(client: Client, sent: SentLinks) -> None:
    answer = press(client, client.get(sent.path))
    assert answer.status_code == 200
    assert "Nothing was changed." in words(answer)


@pytest.mark.parametrize(
    "body",
    ["", "List-Unsubscribe=One-Click", "vote-1=more", "was-x=none&vote-x=more", "say=more"],
)
def test_a_post_without_the_fields_of_the_page_stores_nothing(
    client: Client, sent: SentLinks, body: str
) -> None:
    """As a scanner may send it that follows links by POST too."""
    answer = client.post(sent.to(0, "more"), dict(parse_qsl(body)))
    assert answer.status_code == 200
    assert stored_of(sent.reader) == set()


def test_a_paper_of_another_digest_cannot_be_voted_on_here(client: Client, sent: SentLinks) -> None:
    other = make_paper("Another")
    client.post(sent.path, {f"was-{other.pk}": "none", f"vote-{other.pk}": "more"})
    assert not Feedback.objects.exists()
    number = sent.papers[0].pk
    client.post(sent.path, {f"was-{number}": "none", f"vote-{number}": "more"})
    assert Feedback.objects.count() == 1


def test_a_form_on_another_site_stores_nothing(client: Client, sent: SentLinks) -> None:
    number = sent.papers[0].pk
    data = {f"was-{number}": "none", f"vote-{number}": "more"}
    answer = client.post(sent.path, data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert stored_of(sent.reader) == set()


def test_no_other_token_of_the_mail_opens_it(client: Client, sent: SentLinks) -> None:
    tokens = tokens_of(Delivery.objects.get())
    for token in (tokens.read, tokens.unsubscribe, tokens.preferences):
        answer = client.get(f"/w/{token}/3")
        assert answer.status_code == 404
        assert "This link does not work" in words(answer)
        assert 'action="/new-link/"' in answer.content.decode()
        assert "Visual Dialog" not in answer.content.decode()
    for path in ("/d/", "/u/", "/p/"):
        assert client.get(f"{path}{tokens.feedback}").status_code == 404
    assert client.get(f"/w/{tokens.feedback}/3").status_code == 200


def test_it_shows_nothing_of_another_reader(client: Client, sent: SentLinks) -> None:
    bob = make_subscriber("bob@example.com")
    Feedback.objects.create(
        subscriber=bob, paper=sent.papers[0], kind="less", at=sent.reader.created_at
    )
    _, fields = form_of(client.get(sent.path))
    assert fields[f"was-{sent.papers[0].pk}"] == "none"
    press(client, client.get(sent.to(0, "more")))
    assert stored_of(bob) == {(sent.papers[0].title, "less")}


@pytest.mark.parametrize("state", ["unsubscribed", "suppressed", "pending"])
def test_a_reader_who_left_is_told_and_nothing_is_stored(
    client: Client, sent: SentLinks, state: str
) -> None:
    page = client.get(sent.to(0, "more"))
    Subscriber.objects.update(state=state)
    assert "You get no digests now" in words(client.get(sent.path))
    answer = press(client, page)
    assert answer.status_code == 409
    assert "You get no digests now" in words(answer)
    assert stored_of(sent.reader) == set()


def test_after_an_erasure_the_page_is_polite_and_stores_nothing(
    client: Client, sent: SentLinks
) -> None:
    page = client.get(sent.to(0, "more"))
    erase(sent.reader)
    for answer in (client.get(sent.path), press(client, page)):
        assert answer.status_code == 410
        assert "Your data is deleted" in words(answer)
    assert not Feedback.objects.exists()


def test_a_digest_whose_papers_are_no_longer_known_says_so(client: Client, sent: SentLinks) -> None:
    Paper.objects.update(is_withdrawn=True)
    answer = client.get(sent.path)
    assert answer.status_code == 410
    assert "This digest is no longer kept" in words(answer)


@pytest.mark.parametrize("end", [".", ">", "%3E", "=3D", "%20", "&utm_source=mail", "%E2%80%8B"])
def test_a_link_that_was_changed_on_its_way_finds_its_choice(
    client: Client, sent: SentLinks, end: str
) -> None:
    page = client.get(sent.to(2, "less") + end)
    answer = press(client, page)
    assert answer.status_code == 200
    assert stored_of(sent.reader) == {(sent.papers[2].title, "less")}


def test_a_link_that_lost_its_number_shows_all_papers(client: Client, sent: SentLinks) -> None:
    for end in ("/", "/x", "/%3E"):
        page = client.get(sent.path + end)
        assert page.status_code == 200
        assert not soup(page).select('input[value="more"][checked]')
    assert client.get(sent.path[:-1]).status_code == 404


def test_no_cache_and_no_search_engine_keeps_it(client: Client, sent: SentLinks) -> None:
    for answer in (client.get(sent.path), client.get("/w/broken"), client.post(sent.path)):
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Referrer-Policy"] == "same-origin"


def test_other_methods_are_refused(client: Client, sent: SentLinks) -> None:
    for method in ("put", "delete", "patch"):
        assert getattr(client, method)(sent.path).status_code == 405


def test_too_many_presses_of_one_reader_ask_for_patience(
    client: Client, sent: SentLinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "RATE", "1/hour")
    page = client.get(sent.to(0, "more"))
    assert press(client, page).status_code == 200
    answer = press(client, page, **{field("vote", sent.papers[1]): "less"})
    assert answer.status_code == 429
    assert stored_of(sent.reader) == {(sent.papers[0].title, "more")}


def test_the_answer_leads_to_what_was_learned(client: Client, sent: SentLinks) -> None:
    answer = press(client, client.get(sent.to(0, "more")))
    [link] = soup(answer).find_all("a", string="What we learned")
    page = client.get(str(link["href"]))
    assert page.status_code == 200
    assert sent.papers[0].title in words(page)


def test_a_delivery_without_a_stored_digest_opens_nothing(client: Client, sent: SentLinks) -> None:
    DigestContent.objects.all().delete()
    assert client.get(sent.path).status_code == 404
