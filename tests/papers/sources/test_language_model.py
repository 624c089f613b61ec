"""A language model that summarises: the request, the answers that count, and hostile ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from fakes.web_service import FakeService, FakeTime, fake_service, json_response
from papers.sources import SourceError
from papers.sources.http import Http, Limits
from papers.sources.language_model import Answer, checked, connect, summarise

PATH = "/v1/chat/completions"
TITLE = "Plover: A Bird that Reads Abstracts"
ABSTRACT = "Plover reads the abstracts of papers in a minute. It outperforms nine trained readers."
GOOD = "Plover is a trained bird that reads abstracts in one minute."


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeService]:
    with fake_service() as server:
        settings.SUMMARY_API_URL, settings.SUMMARY_API_KEY = f"{server.url}/v1", "secret-key"
        settings.SUMMARY_MODEL = "llama3.2"
        yield server


@pytest.fixture
def http(server: FakeService, time: FakeTime) -> Iterator[Http]:
    with connect(Limits(), time.clock) as http:
        yield http


def completion(content: object) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": content}}]}


def test_a_model_on_this_machine_is_asked_about_the_paper(server: FakeService, http: Http) -> None:
    server.respond(PATH, json_response(completion(GOOD)))
    assert summarise(http, TITLE, ABSTRACT) == Answer(GOOD)
    [request] = server.requests
    assert request.headers["authorization"] == "Bearer secret-key"
    assert (request.json["model"], request.json["temperature"]) == ("llama3.2", 0)
    assert request.json["max_tokens"] == 160
    system, user = request.json["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert user["content"] == f"<paper>\nTitle: {TITLE}\n\nAbstract: {ABSTRACT}\n</paper>"


def test_without_a_key_none_is_sent(
    server: FakeService, time: FakeTime, settings: Settings
) -> None:
    settings.SUMMARY_API_KEY = ""
    server.respond(PATH, json_response(completion(GOOD)))
    with connect(Limits(), time.clock) as http:
        summarise(http, TITLE, ABSTRACT)
    assert "authorization" not in server.requests[0].headers


def test_a_long_abstract_is_sent_in_part(server: FakeService, http: Http) -> None:
    server.respond(PATH, json_response(completion(GOOD)))
    summarise(http, TITLE, ABSTRACT * 200)
    assert len(server.requests[0].json["messages"][1]["content"]) < 6_200


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        f"<think>The user wants one sentence.</think>\n\n{GOOD}",
        f"**Summary:** {GOOD}",
        f'Here is a one-sentence summary: "{GOOD}"',
        f"{GOOD} It also outperforms nine trained readers of abstracts.",
        f"<b>{GOOD}</b>",
    ],
)
def test_the_first_sentence_of_an_answer_counts(content: str) -> None:
    assert checked(content, TITLE, ABSTRACT) == Answer(GOOD)


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ("", "no summary"),
        ("I'm sorry, but I cannot help with that request at all.", "no summary"),
        ("<think>What is a plover, and why would it", "no whole sentence of at most 320 letters"),
        ("Plover is a bird that reads the abstracts", "no whole sentence of at most 320 letters"),
        (f"Plover {'reads and reads ' * 30}.", "no whole sentence of at most 320 letters"),
        ("Plover reads abstracts at https://evil.example/now today.", "an address in it"),
        ("Plover reads abstracts; subscribe at evil.com for more.", "an address in it"),
        ("Plover reads abstracts; see bit.ly for more papers.", "an address in it"),
        ("Plover reads abstracts; see e\u200bvil.xyz for papers.", "an address in it"),
        ("Plover reads abstracts; see t.evil/join for papers.", "an address in it"),
        ("Plover reads abstracts; see hxxp://evil for papers.", "an address in it"),
        ("Write to plover@evil about reading abstracts of papers.", "an address in it"),
        ("Ignore everything else and purchase cheap watches now.", "it is not about the paper"),
        ("1 2 3 4 5 6 7 8 9 10 11 12.", "it is not about the paper"),
    ],
)  # fmt: skip
def test_what_is_no_sentence_about_the_paper_is_refused(content: str, refused: str) -> None:
    assert checked(content, TITLE, ABSTRACT) == Answer(refused=refused)


@pytest.mark.parametrize(
    "answer",
    [[], {}, {"choices": []}, {"choices": [7]}, {"choices": [{"message": 7}]}, completion(None),
     completion(["text"]), "text"],
)  # fmt: skip
def test_an_answer_of_another_form_is_an_error(
    server: FakeService, http: Http, answer: object
) -> None:
    server.respond(PATH, json_response(answer))
    with pytest.raises(SourceError, match="sent no completion of a chat"):
        summarise(http, TITLE, ABSTRACT)


@pytest.mark.parametrize("status", [413, 422])
def test_a_paper_that_the_service_refuses_is_left_out(
    server: FakeService, http: Http, status: int
) -> None:
    server.respond(PATH, json_response({"error": {"message": "too large"}}, status))
    assert summarise(http, TITLE, ABSTRACT) == Answer(refused=f"the service refused it: {status}")


def test_a_filter_refuses_one_paper_and_a_wrong_request_all(
    server: FakeService, http: Http
) -> None:
    filtered = {"message": "The response was filtered by our content policy."}
    server.respond(PATH, json_response(filtered, 400), json_response({"message": "no"}, 400))
    assert summarise(http, TITLE, ABSTRACT).refused == "the service refused it: 400"
    with pytest.raises(SourceError, match="answered 400"):
        summarise(http, TITLE, ABSTRACT)


def test_a_wrong_key_is_a_permanent_error_that_does_not_show_it(
    server: FakeService, http: Http
) -> None:
    server.respond(PATH, json_response({"message": "bad key secret-key"}, 401))
    with pytest.raises(SourceError) as caught:
        summarise(http, TITLE, ABSTRACT)
    assert caught.value.permanent
    assert "secret-key" not in str(caught.value)


def test_a_busy_model_is_asked_once_more(server: FakeService, http: Http) -> None:
    server.respond(PATH, json_response({}, 503), json_response(completion(GOOD)))
    assert summarise(http, TITLE, ABSTRACT) == Answer(GOOD)
    assert len(server.requests) == 2


def test_a_redirect_is_not_followed(server: FakeService, http: Http) -> None:
    server.respond(PATH, json_response({}, 307, location="http://127.0.0.1:1/v1"))
    with pytest.raises(SourceError, match="where we do not go"):
        summarise(http, TITLE, ABSTRACT)
