from __future__ import annotations

import importlib

import pytest
from django.core.exceptions import ImproperlyConfigured

from mail.providers import anymail_settings, backend_of, json_object, known_providers


def test_smtp_comes_first_and_the_rest_are_django_anymails() -> None:
    known = known_providers()
    assert known[0] == "smtp"
    assert {"amazon_ses", "brevo", "mailgun", "postmark", "resend"} <= set(known)
    assert not {"base", "base_requests", "console", "test"} & set(known)


@pytest.mark.parametrize("provider", known_providers())
def test_every_known_provider_names_a_backend_that_exists(provider: str) -> None:
    module, _, name = backend_of(provider).rpartition(".")
    assert hasattr(importlib.import_module(module), name)


def test_a_variable_loses_its_prefix_and_stays_text() -> None:
    found = anymail_settings({"ANYMAIL_POSTMARK_SERVER_TOKEN": "0123456789", "PATH": "/bin"})
    assert found == {"POSTMARK_SERVER_TOKEN": "0123456789"}


def test_a_flag_a_timeout_and_json_get_their_types() -> None:
    variables = {
        "ANYMAIL_IGNORE_UNSUPPORTED_FEATURES": "True",
        "ANYMAIL_DEBUG_API_REQUESTS": "false",
        "ANYMAIL_REQUESTS_TIMEOUT": "12.5",
        "ANYMAIL_SEND_DEFAULTS": '{"tags": ["digest"]}',
        "ANYMAIL_WEBHOOK_SECRET": '["old:one", "new:one"]',
    }
    assert anymail_settings(variables) == {
        "IGNORE_UNSUPPORTED_FEATURES": True,
        "DEBUG_API_REQUESTS": False,
        "REQUESTS_TIMEOUT": 12.5,
        "SEND_DEFAULTS": {"tags": ["digest"]},
        "WEBHOOK_SECRET": ["old:one", "new:one"],
    }


def test_an_empty_variable_counts_as_not_set() -> None:
    assert anymail_settings({"ANYMAIL_RESEND_API_KEY": ""}) == {}


def test_broken_json_is_refused_by_name_and_without_its_value() -> None:
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL_SEND_DEFAULTS must be JSON") as refusal:
        anymail_settings({"ANYMAIL_SEND_DEFAULTS": '{"key": "hunter2'})
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("text", ["soon", "nan", "inf", "1e400", "-1", "0", "1" + "0" * 20])
def test_a_timeout_that_is_no_number_of_seconds_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL_REQUESTS_TIMEOUT must be a number"):
        anymail_settings({"ANYMAIL_REQUESTS_TIMEOUT": text})


def test_json_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL_SEND_DEFAULTS must be JSON"):
        anymail_settings({"ANYMAIL_SEND_DEFAULTS": "[" * 100_000})


def test_white_space_around_a_key_is_no_part_of_it() -> None:
    assert anymail_settings({"ANYMAIL_RESEND_API_KEY": " re_123\r"}) == {"RESEND_API_KEY": "re_123"}
    assert anymail_settings({"ANYMAIL_RESEND_API_KEY": "  "}) == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", {}), (" ", {}), ("{}", {}), ('{"Tag": "x", "n": {"a": 1}}', {"Tag": "x", "n": {"a": 1}})],
)
def test_a_json_object_is_read(value: str, expected: object) -> None:
    assert json_object("ESP_EXTRA", value) == expected


@pytest.mark.parametrize("value", ["secret", "[]", "null", '"secret"', "1", "{", "[" * 100_000])
def test_anything_else_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ESP_EXTRA must be a JSON object") as raised:
        json_object("ESP_EXTRA", value)
    assert "secret" not in str(raised.value)
