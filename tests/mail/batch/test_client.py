"""For every batch API: each message leaves at most once, and each has an outcome."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from fakes.mail_api import FAULTS, Fault, MailApi, answering
from mail.batch import client as client_module
from tests.mail.mails import APIS, bursting, make_burst, make_digest

PROVIDERS = sorted(APIS)
KEYED = ["brevo", "resend"]


@pytest.fixture
def api() -> Iterator[MailApi]:
    with answering() as server:
        yield server


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_burst_is_one_request(settings: Settings, api: MailApi, provider: str) -> None:
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada", "bob", "cy")) == ["accepted"] * 3
    assert len(api.calls) == 1
    assert [mail.to for mail in api.mails] == [
        "ada@example.com",
        "bob@example.com",
        "cy@example.com",
    ]
    assert set(api.count().values()) == {1}


def test_each_message_has_its_own_body_headers_and_metadata(
    settings: Settings, api: MailApi, provider: str
) -> None:
    with bursting(settings, api, provider) as bursts:
        bursts.states([make_digest(1), make_digest(2)])
    for number, mail in enumerate(api.mails, 1):
        unsubscribe = f"<{settings.SITE_URL}/u/token-{number}>"
        assert mail.headers["List-Unsubscribe"] == unsubscribe
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.message_id.startswith(f"<digest.{number}.")
        assert (mail.html.count(f"token-{number}"), mail.text.count("token-")) == (1, 1)
        assert f'"delivery": "{number}"' in str(dict(mail.headers))
        assert mail.subject == "Attention & Co"


def test_each_outcome_has_the_providers_id(settings: Settings, api: MailApi, provider: str) -> None:
    with bursting(settings, api, provider) as bursts:
        outcomes = bursts.transport.send(make_burst("ada", "bob"))
    initials = {"postmark": "pm", "resend": "re", "brevo": "br"}[provider]
    assert [outcome.provider_id for outcome in outcomes] == [
        f"{initials}-ada@example.com",
        f"{initials}-bob@example.com",
    ]


def test_key_and_sender_come_from_the_settings(
    settings: Settings, api: MailApi, provider: str
) -> None:
    settings.MAIL_FROM = "Papers <digest@papers.test>"
    with bursting(settings, api, provider) as bursts:
        bursts.states(make_burst("ada"))
    assert "secret" in " ".join(api.calls[0].headers.values())
    assert "digest@papers.test" in api.mails[0].sender


def test_a_connection_is_kept_between_bursts(
    settings: Settings, api: MailApi, provider: str
) -> None:
    with bursting(settings, api, provider) as bursts:
        for number in range(3):
            bursts.states([make_digest(number)])
    assert (len(api.calls), api.connections) == (3, 1)


def test_an_idle_connection_is_reopened(
    settings: Settings, api: MailApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may close just as we write, and then the request would be in doubt."""
    monkeypatch.setattr(client_module, "MAX_IDLE", -1.0)
    with bursting(settings, api, "postmark") as bursts:
        for number in range(3):
            bursts.states([make_digest(number)])
    assert api.connections == 3


def test_an_invalid_address_affects_no_other_message(
    settings: Settings, api: MailApi, provider: str
) -> None:
    names = [f"reader{n}" for n in range(20)]
    names[3] = names[11] = "invalid"
    with bursting(settings, api, provider) as bursts:
        states = bursts.states(make_burst(*names))
    assert [n for n, state in enumerate(states) if state == "refused"] == [3, 11]
    assert states.count("accepted") == 18
    assert set(api.count().values()) == {1}
    assert len(api.mails) == 18


def test_a_message_that_cannot_be_built_affects_no_other(
    settings: Settings, api: MailApi, provider: str
) -> None:
    with bursting(settings, api, provider) as bursts:
        states = bursts.states([make_digest(1), make_digest(2, "no address"), make_digest(3)])
    assert states == ["accepted", "refused", "accepted"]
    assert len(api.mails) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_temporary_refusal_defers_the_burst(
    settings: Settings, api: MailApi, provider: str, status: int
) -> None:
    api.faults.append(Fault(status))
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["deferred"] * 2
    assert (api.mails, bursts.waits) == ([], [])


def test_retry_after_is_passed_on(settings: Settings, api: MailApi, provider: str) -> None:
    api.faults.append(Fault(429, {"Retry-After": "120"}))
    with bursting(settings, api, provider) as bursts:
        [outcome] = bursts.transport.send(make_burst("ada"))
    assert (outcome.state, outcome.retry_after, bursts.waits) == ("deferred", 120.0, [])


def test_after_a_short_retry_after_the_request_is_repeated(
    settings: Settings, api: MailApi, provider: str
) -> None:
    api.faults.append(Fault(429, {"Retry-After": "1"}))
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada")) == ["accepted"]
    assert bursts.waits == [1.0]


def test_short_waits_are_limited_to_three_requests(
    settings: Settings, api: MailApi, provider: str
) -> None:
    api.faults.extend([Fault(429, {"Retry-After": "1"})] * 9)
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada")) == ["deferred"]
    assert len(api.calls) == 3


@pytest.mark.parametrize("status", [301, 401, 402, 403, 404])
def test_a_refusal_of_the_account_is_a_wrong_setting(
    settings: Settings, api: MailApi, provider: str, status: int
) -> None:
    headers = {"Location": "/elsewhere"} if status == 301 else {}
    api.faults.append(Fault(status, headers))
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["misconfigured"] * 2
    assert len(api.calls) == 1


def test_a_wrong_key_is_a_wrong_setting(settings: Settings, api: MailApi, provider: str) -> None:
    name = provider.upper()
    wrong = {f"{name}_SERVER_TOKEN": "wrong", f"{name}_API_KEY": "wrong"}
    with bursting(settings, api, provider, **wrong) as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["misconfigured"] * 2


def test_an_error_in_every_message_is_a_wrong_setting(
    settings: Settings, api: MailApi, provider: str
) -> None:
    api.faults.extend([Fault(400, body='{"message": "List-Id is odd"}')] * 99)
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("a", "b", "c", "d")) == ["misconfigured"] * 4


def test_an_error_in_one_message_refuses_only_it(
    settings: Settings, api: MailApi, provider: str
) -> None:
    odd = Fault(400, body='{"message": "this is odd"}')
    api.faults.extend([odd, odd])  # the whole, and the first half of it
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["refused", "accepted"]


@pytest.mark.parametrize("fault", ["silence", "cut", "babble"])
def test_without_a_reply_the_burst_is_unknown(settings: Settings, api: MailApi, fault: str) -> None:
    api.faults.append(FAULTS[fault])
    with bursting(settings, api, "postmark") as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["unknown"] * 2
    assert len(api.calls) == 1
    assert set(api.count().values()) == {1}


@pytest.mark.parametrize("body", ["", "no", '"no"', "[]", "null", '{"message": null}', "\u0000"])
@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_refusal_is_one_whatever_its_body_is(
    settings: Settings, api: MailApi, provider: str, status: int, body: str
) -> None:
    api.faults.append(Fault(status, body=body))
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada")) == [
            "misconfigured" if status == 400 else "deferred"
        ]


@pytest.mark.parametrize("body", ["", "no", '"no"', "[]", "null", "{}", "[[]]", '{"data": 1}'])
def test_an_unreadable_confirmation_sends_no_second_message(
    settings: Settings, api: MailApi, provider: str, body: str
) -> None:
    api.faults.extend([Fault(200, body=body)] * 3)
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["unknown"] * 2


def test_the_status_counts_more_than_the_body(
    settings: Settings, api: MailApi, provider: str
) -> None:
    yes = {
        "postmark": '[{"ErrorCode": 0, "Message": "OK", "MessageID": "1"}]',
        "resend": '{"data": [{"id": "1"}]}',
        "brevo": '{"messageIds": ["1"]}',
    }
    api.faults.append(Fault(403, body=yes[provider]))
    with bursting(settings, api, provider) as bursts:
        assert bursts.states(make_burst("ada")) == ["misconfigured"]


@pytest.mark.parametrize("status", [502, 504])
def test_an_error_of_a_gateway_is_in_doubt(settings: Settings, api: MailApi, status: int) -> None:
    api.faults.append(Fault(status))
    with bursting(settings, api, "postmark") as bursts:
        assert bursts.states(make_burst("ada")) == ["unknown"]


@pytest.mark.parametrize("fault", ["silence", "cut", "babble", "reset"])
def test_a_request_with_a_key_is_repeated_when_in_doubt(
    settings: Settings, api: MailApi, fault: str
) -> None:
    """Resend repeats its first reply to a key that it has."""
    api.faults.append(FAULTS[fault])
    with bursting(settings, api, "resend") as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["accepted"] * 2
    assert set(api.count().values()) == {1}
    assert len({call.headers["Idempotency-Key"] for call in api.calls}) == 1


def test_a_key_that_brevo_has_leaves_the_burst_in_doubt(settings: Settings, api: MailApi) -> None:
    api.faults.append(FAULTS["cut"])
    with bursting(settings, api, "brevo") as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["unknown"] * 2
    assert set(api.count().values()) == {1}


@pytest.mark.parametrize("keyed", KEYED)
def test_a_request_that_never_arrived_is_repeated_under_its_key(
    settings: Settings, api: MailApi, keyed: str
) -> None:
    api.faults.append(FAULTS["reset"])
    with bursting(settings, api, keyed) as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["accepted"] * 2
    assert set(api.count().values()) == {1}


@pytest.mark.parametrize("keyed", KEYED)
@pytest.mark.parametrize("then", [FAULTS["429"], FAULTS["500"], FAULTS["401"], FAULTS["reset"]])
def test_a_later_refusal_does_not_end_a_doubt(
    settings: Settings, api: MailApi, keyed: str, then: Fault
) -> None:
    """The first request may have been carried out, whatever the reply to the second is."""
    api.faults.extend([FAULTS["cut"], then, then])
    with bursting(settings, api, keyed) as bursts:
        assert bursts.states(make_burst("ada")) == ["unknown"]
    assert set(api.count().values()) == {1}


def test_a_missing_server_defers_the_burst(settings: Settings, provider: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        missing = MailApi(url=f"http://127.0.0.1:{unused.getsockname()[1]}/api/")
        with bursting(settings, missing, provider) as bursts:
            assert bursts.states(make_burst("ada", "bob")) == ["deferred"] * 2


def test_an_invalid_api_url_is_a_wrong_setting(settings: Settings, provider: str) -> None:
    with bursting(settings, MailApi(url="http:///"), provider) as bursts:
        assert bursts.states(make_burst("ada")) == ["misconfigured"]


def test_a_burst_above_max_messages_is_split(
    settings: Settings, api: MailApi, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(APIS[provider], "max_messages", 4)
    with bursting(settings, api, provider) as bursts:
        assert bursts.states([make_digest(n) for n in range(10)]) == ["accepted"] * 10
    assert (len(api.calls), set(api.count().values())) == (3, {1})


def test_a_burst_above_max_bytes_is_split(
    settings: Settings, api: MailApi, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(APIS[provider], "max_bytes", 2_000)
    with bursting(settings, api, provider) as bursts:
        bursts.states([make_digest(n) for n in range(10)])
    assert len(api.mails) == 10
    assert max(len(call.body) for call in api.calls) < 2_300  # the common part comes on top


def test_after_a_general_refusal_no_further_request_is_sent(
    settings: Settings, api: MailApi, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(APIS[provider], "max_messages", 1)
    api.faults.extend([None, FAULTS["429"]])
    with bursting(settings, api, provider) as bursts:
        states = bursts.states(make_burst("ada", "bob", "cy", "dee"))
    assert states == ["accepted", "deferred", "deferred", "deferred"]
    assert len(api.calls) == 2


def test_a_message_after_many_attempts_goes_alone(
    settings: Settings, api: MailApi, provider: str
) -> None:
    api.faults.extend([None, Fault(500)])
    poison = make_digest(1, attempts=4)
    with bursting(settings, api, provider) as bursts:
        states = bursts.states([poison, make_digest(2), make_digest(3)])
    assert states == ["deferred", "accepted", "accepted"]


def test_an_empty_burst_sends_no_request(settings: Settings, api: MailApi, provider: str) -> None:
    with bursting(settings, api, provider) as bursts:
        assert bursts.states([]) == []
    assert api.calls == []


def test_defaults_that_do_not_fit_are_a_wrong_setting(settings: Settings, api: MailApi) -> None:
    defaults: dict[str, Any] = {"SEND_DEFAULTS": {"merge_global_data": {"a": "b"}}}
    with bursting(settings, api, "postmark", **defaults) as bursts:
        assert bursts.states(make_burst("ada", "bob", "cy")) == ["misconfigured"] * 3
    assert api.calls == []
