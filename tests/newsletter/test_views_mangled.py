"""Links of a digest that were cut off or changed: repaired, or a page that offers new ones."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from newsletter.editions.old_tokens import RENDERER as OLD
from newsletter.editions.old_tokens import make_old_tokens
from newsletter.editions.rendering.body import RENDERER
from newsletter.editions.tokens import Tokens
from subscribers.models import ConsentEntry, Subscriber
from tests.factories import make_subscriber, tokens_of
from tests.newsletter.sent_digests import make_sent

pytestmark = pytest.mark.django_db
OFFER = 'action="/new-link/"'
Change = Callable[[str], str]

REPAIRED: dict[str, Change] = {
    "slash": lambda token: f"{token}/",
    "dot": lambda token: f"{token}.",
    "bracket": lambda token: f"{token}>",
    "parenthesis": lambda token: f"{token})",
    "equals": lambda token: f"{token}=",
    "quoted bracket": lambda token: f"{token}%3E",
    "quoted twice": lambda token: f"{token}%253E",
    "soft break": lambda token: f"{token}=3D",
    "soft break within": lambda token: f"{token[:9]}=%0D%0A{token[9:]}",
    "soft break without its end": lambda token: f"{token[:9]}={token[9:]}",
    "blank": lambda token: f"%20{token}%20",
    "blank within": lambda token: f"{token[:9]}%20{token[9:]}",
    "line break within": lambda token: f"{token[:9]}%0A{token[9:]}",
    "zero width": lambda token: f"{token}%E2%80%8B",
    "no-break space": lambda token: f"{token}%C2%A0",
    "NUL": lambda token: f"{token}%00",
    "quotes": lambda token: f"%22{token}%22",
    "not ASCII": lambda token: f"{token}%C3%A9%FF",
    "doubled slash": lambda token: f"/{token}",
    "doubled": lambda token: f"{token}{token}",
    "doubled link": lambda token: f"{token}https://papers.example.org/u/{token}",
    "a word": lambda token: f"{token}Unsubscribe",
    "an underscore": lambda token: f"_{token}_",
    "a parameter": lambda token: f"{token}&utm_source=mail",
}
LOST: dict[str, Change] = {
    "nothing": lambda _token: "",
    "slashes": lambda _token: "//",
    "cut off": lambda token: token[:-1],
    "cut in the middle": lambda token: token[:12],
    "lower case": str.lower,
    "upper case": str.upper,
    "one changed": lambda token: ("B" if token[0] != "B" else "C") + token[1:],
    "long": lambda token: token[:9] + "x" * 3_000,
    "long quotes": lambda token: "%25" * 1_000 + token[:30],
    "NULs": lambda _token: "%00" * 36,
    "not ASCII": lambda _token: "%C3%A9" * 36,
    "not UTF-8": lambda token: "%FF%FE" + token[:9],
    "another's": lambda _token: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "a template": lambda _token: "{{unsubscribe}}",
}


@pytest.fixture
def reader() -> Subscriber:
    return make_subscriber("ada@example.com")


@pytest.fixture(params=[OLD, RENDERER], ids=["old", "new"])
def tokens(reader: Subscriber, request: pytest.FixtureRequest) -> Tokens:
    delivery = make_sent(reader, request.param)
    return make_old_tokens(delivery.pk, "") if request.param == OLD else tokens_of(delivery)


@pytest.mark.parametrize("change", REPAIRED.values(), ids=REPAIRED)
class TestRepaired:
    def test_a_get_opens_each_page(self, client: Client, tokens: Tokens, change: Change) -> None:
        pages = [
            client.get(f"/{path}/{change(token)}", follow=True)
            for path, token in zip("dup", tokens[:3], strict=True)
        ]
        assert [page.status_code for page in pages] == [200, 200, 200]
        for page, words in zip(
            pages, ("Pointer Networks", "Unsubscribe?", "Your digest"), strict=True
        ):
            assert words in page.content.decode()

    def test_a_post_unsubscribes(
        self, client: Client, tokens: Tokens, change: Change, reader: Subscriber
    ) -> None:
        assert client.post(f"/u/{change(tokens.unsubscribe)}").status_code == 200
        reader.refresh_from_db()
        assert reader.state == "unsubscribed"


@pytest.mark.parametrize("change", REPAIRED.values(), ids=REPAIRED)
def test_a_changed_link_to_feedback_opens_its_page(
    client: Client, reader: Subscriber, change: Change
) -> None:
    token = tokens_of(make_sent(reader)).feedback
    page = client.get(f"/w/{change(token)}")
    assert page.status_code == 200
    assert f'action="/w/{token}"' in page.content.decode()


@pytest.mark.parametrize("change", LOST.values(), ids=LOST)
def test_what_cannot_be_repaired_leads_to_the_offer(
    client: Client, tokens: Tokens, change: Change, reader: Subscriber
) -> None:
    feedback = tokens.feedback or tokens.unsubscribe  # an old token gives none
    for path, token in zip("dupwr", [*tokens[:3], feedback, tokens.read], strict=True):
        answers = [client.get(f"/{path}/{change(token)}")]
        if path in "uw":
            answers.append(client.post(f"/{path}/{change(token)}"))
        for answer in answers:
            assert answer.status_code == 404
            page = answer.content.decode()
            assert "This link does not work" in page
            assert OFFER in page
            assert "ada@example.com" not in page
    reader.refresh_from_db()
    assert reader.state == "active"
    assert not ConsentEntry.objects.exists()


@pytest.mark.parametrize(
    "path", ["/u", "/u/", "/p", "/p/", "/d", "/d/", "/r", "/r/", "/w", "/w/", "/U/", "/R"]
)
def test_a_link_without_its_token_leads_to_the_offer(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert OFFER in answer.content.decode()


def test_a_link_in_capitals_with_its_token_works(client: Client, tokens: Tokens) -> None:
    assert client.get(f"/U/{tokens.unsubscribe}").status_code == 200


def test_the_button_of_a_repaired_link_unsubscribes(
    client: Client, tokens: Tokens, reader: Subscriber
) -> None:
    path = f"/u/{quote(tokens.unsubscribe + '>.')}"
    assert 'action="?by=button"' in client.get(path).content.decode()
    assert "You are unsubscribed" in client.post(f"{path}?by=button").content.decode()
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"


def test_a_link_to_a_paper_that_lost_its_number_leads_to_the_digest(
    client: Client, tokens: Tokens
) -> None:
    for end in ("", "/", "/%3E"):
        assert client.get(f"/r/{tokens.read}{end}")["Location"] == f"/d/{tokens.read}"
    assert client.get(f"/r/{tokens.read}/5%3E")["Location"] == "https://github.com/a/b"


@pytest.mark.parametrize("path", "updr")
def test_links_are_refused_every_other_method(client: Client, tokens: Tokens, path: str) -> None:
    for method in ("put", "delete", "patch"):
        assert getattr(client, method)(f"/{path}/{tokens.read}").status_code == 405
