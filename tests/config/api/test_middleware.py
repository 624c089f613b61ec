"""What all responses under /api/ share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.api.middleware import ApiMiddleware
from papers.models import Paper
from tests.factories import make_paper
from web.rate_limit import limiter

pytestmark = pytest.mark.django_db
LIST = "/api/daily_papers"
ADDRESSES = (LIST, "/api/papers/search", "/api/topics", "/api/editions", "/api/openapi.json")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    limiter.cache_clear()
    yield
    limiter().storage.reset()
    limiter.cache_clear()


# ── conditional requests ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unchanged_response_is_not_sent_again(client: Client, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    assert again["Access-Control-Allow-Origin"] == "*"


def test_a_changed_response_is_sent(client: Client) -> None:
    paper = make_paper("Before")
    first = client.get(LIST)
    Paper.objects.filter(pk=paper.pk).update(title="After")
    again = client.get(LIST, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    assert b"After" in again.content


@pytest.mark.parametrize("address", ADDRESSES)
def test_any_cache_may_keep_it_for_a_minute(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer["Vary"] == "Accept-Encoding"
    assert not answer.cookies


def test_head_has_the_same_headers_without_a_body(client: Client) -> None:
    make_paper()
    got, head = client.get(LIST), client.head(LIST)
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == got["ETag"]
    assert int(head["Content-Length"]) == len(got.content)


# ── other hosts ──────────────────────────────────────────────────────────────


def test_a_page_of_any_host_may_read(client: Client) -> None:
    answer = client.get(LIST, headers={"Origin": "https://elsewhere.example.org"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


def test_a_preflight_is_answered_and_not_counted(client: Client, settings: LazySettings) -> None:
    settings.API_RATE = "1/hour"
    for _ in range(3):
        answer = client.options(LIST, headers={"Access-Control-Request-Method": "GET"})
        assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in answer["Access-Control-Allow-Headers"]
    assert client.get(LIST).status_code == 200


def test_no_other_page_is_open_to_other_hosts(client: Client) -> None:
    for address in ("/", "/robots.txt", "/admin/login/", "/apiary"):
        answer = client.get(address)
        assert "Access-Control-Allow-Origin" not in answer
        assert "RateLimit" not in answer


# ── too many ─────────────────────────────────────────────────────────────────


def test_a_network_over_its_limit_gets_the_seconds_to_wait(
    client: Client, settings: LazySettings
) -> None:
    settings.API_RATE = "2/5 minutes"
    answers = [client.get(LIST) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    last = answers[2]
    wait = int(last["Retry-After"])
    assert 0 < wait <= 600
    assert last["RateLimit"] == f'"api";r=0;t={wait}'
    assert last["RateLimit-Policy"] == '"api";q=2;w=300'
    assert last["Cache-Control"] == "no-store"
    assert last["Access-Control-Allow-Origin"] == "*"
    assert last.json() == {"error": f"Too many requests from your network. Try again in {wait} s."}


def test_each_response_says_how_many_requests_are_left(
    client: Client, settings: LazySettings
) -> None:
    settings.API_RATE = "5/hour"
    left = [client.get(address)["RateLimit"].split(";")[1] for address in (LIST, "/api/nowhere")]
    assert left == ["r=4", "r=3"]


def test_a_refused_request_costs_no_query(
    client: Client, settings: LazySettings, django_assert_num_queries: object
) -> None:
    settings.API_RATE = "1/hour"
    client.get(LIST)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get(LIST).status_code == 429


def test_another_network_is_not_limited(client: Client, settings: LazySettings) -> None:
    settings.API_RATE = "1/hour"
    assert client.get(LIST, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert client.get(LIST, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert client.get(LIST, REMOTE_ADDR="192.0.2.2").status_code == 200


def test_without_redis_no_network_is_limited(client: Client, settings: LazySettings) -> None:
    working = settings.RATE_LIMIT_STORAGE
    settings.RATE_LIMIT_STORAGE, settings.API_RATE = "redis://127.0.0.1:1/0", "1/hour"
    answers = [client.get(LIST) for _ in range(3)]
    settings.RATE_LIMIT_STORAGE = working
    limiter.cache_clear()
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "RateLimit" not in answers[0]


# ── errors ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/", 404),
        ("/api/nowhere", 404),
        ("/api/papers", 404),
        ("/api/papers/0000.00000", 404),
        ("/api/papers/0000.00000/trend", 404),
        ("/api/papers/..%2f..%2fetc", 404),
        ("/api/papers/%00", 404),
        ("/api/editions/weekly/2001-01-01", 404),
        ("/api/editions/hourly/2001-01-01", 400),
        ("/api/editions/weekly/someday", 400),
        ("/api/daily_papers?limit=0", 400),
        ("/api/daily_papers?limit=101", 400),
        ("/api/daily_papers?limit=many", 400),
        ("/api/daily_papers?p=-1", 400),
        ("/api/daily_papers?p=99999999999999999999", 400),
        ("/api/daily_papers?date=2025-02-30", 400),
        ("/api/daily_papers?date=2025-03-14&week=2025-W11", 400),
        ("/api/daily_papers?topic=no-such-topic", 400),
        ("/api/daily_papers?submitter=%00", 400),
        ("/api/papers/search?limit=121", 400),
        (f"/api/papers/search?q={'x' * 251}", 400),
        ("/api/editions?limit=101", 400),
    ],
)
def test_an_error_is_json_with_a_reason(client: Client, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].endswith(".")


def test_an_error_names_the_parameter(client: Client) -> None:
    answer = client.get("/api/daily_papers?limit=many&p=-1").json()["error"]
    assert answer == (
        "p: input should be greater than or equal to 0; "
        "limit: input should be a valid integer, unable to parse string as an integer."
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_can_only_be_read(client: Client, method: str) -> None:
    answer = getattr(client, method)(LIST)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert "only" in answer.json()["error"]


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_every_error_is_json(settings: LazySettings, status: int) -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        return HttpResponse("<h1>Oh no</h1>", status=status)

    answer = ApiMiddleware(broken)(RequestFactory().get("/api/topics"))
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert b"Oh no" not in answer.content


def test_a_crash_is_a_500_in_json(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise PermissionError("the database password is hunter2")

    monkeypatch.setattr("papers.api.router.latest_day", broken)
    client.raise_request_exception = False
    answer = client.get("/api/topics")
    assert answer.status_code == 500
    assert answer.json() == {"error": "Something went wrong here. It was logged; try again later."}
