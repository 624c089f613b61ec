"""The key of the DKIM_* settings, in all forms in which operators have one."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from mail.dkim.keys import configured_key, public_bits, read_key
from tests.mail.dkim.keys import DOMAIN, SELECTOR, make_key, openssl, pem


def in_forms(text: str) -> dict[str, str]:
    return {
        "PKCS#8": text,
        "PKCS#1": openssl("rsa", "-traditional", given=text),
        "with CRLF": text.replace("\n", "\r\n"),
        "on one line": text.replace("\n", "\\n"),
        "without line ends": text.replace("\n", ""),
        "with text around": f"key of the mail server\n\n{text}\nend\n",
    }


_FORMS = ["PKCS#8", "PKCS#1", "with CRLF", "on one line", "without line ends", "with text around"]


@pytest.mark.parametrize("form", _FORMS)
def test_an_rsa_key_is_the_same_key_in_each_form(form: str) -> None:
    found = read_key(DOMAIN, SELECTOR, in_forms(pem())[form])
    assert (found.algorithm, found.bits) == ("rsa", 2048)
    assert found.public == make_key().public


def test_the_public_half_is_the_one_that_openssl_writes() -> None:
    lines = openssl("pkey", "-pubout", given=pem()).splitlines()[1:-1]
    assert make_key().public == "".join(lines)
    assert make_key().record == f"v=DKIM1; k=rsa; p={''.join(lines)}"
    assert make_key().name == "tp2025._domainkey.papers.example.org"


@pytest.mark.parametrize("bits", [1024, 2048])
def test_the_length_of_a_published_key_is_read(bits: int) -> None:
    assert public_bits("rsa", make_key(bits=bits).public) == bits


@pytest.mark.parametrize(
    ("algorithm", "public"),
    [("rsa", ""), ("rsa", "AAAA"), ("rsa", "!"), ("ed25519", "AAAA"), ("rsa", "MII" * 40)],
)
def test_what_is_no_published_key_is_an_error(algorithm: str, public: str) -> None:
    with pytest.raises(ValueError, match=f"no {algorithm} key"):
        public_bits(algorithm, public)


def test_an_ed25519_key_is_read() -> None:
    text = pem("ed25519")
    found = make_key("ed25519")
    der = base64.b64decode("".join(openssl("pkey", "-pubout", given=text).splitlines()[1:-1]))
    assert found.public == base64.b64encode(der[-32:]).decode()
    seed = base64.b64decode("".join(text.splitlines()[1:-1]))[-32:]
    assert read_key(DOMAIN, SELECTOR, base64.b64encode(seed).decode()) == found


def broken_keys() -> dict[str, tuple[str, str]]:
    body = "".join(pem().splitlines()[1:-1])
    other = "".join(pem("rsa", 1024).splitlines()[1:-1])
    head, end = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
    return {
        "cut off": (pem()[:400], "cut off"),
        "half of it": (f"{head}\n{body[:400]}\n{end}", "damaged"),
        "another half": (f"{head}\n{body[:800]}{other[:832]}\n{end}", "damaged"),
        "not base64": (f"{head}\nnot base64!\n{end}", "no base64"),
        "some word": ("secret", "no base64"),
        "empty block": (f"{head}\n{end}", "damaged"),
        "public": (openssl("pkey", "-pubout", given=pem()), "the public half"),
        "with a passphrase": (
            openssl("pkcs8", "-topk8", "-passout", "pass:x", given=pem()),
            "has a passphrase",
        ),
        "other curve": (
            openssl("ecparam", "-name", "prime256v1", "-genkey", given=""),
            "RSA and Ed",
        ),
        "too short": (pem("rsa", 768), "has 768 bits"),
    }


_BROKEN = [
    *("cut off", "half of it", "another half", "not base64", "some word", "empty block", "public"),
    *("with a passphrase", "other curve", "too short"),
]


@pytest.mark.parametrize("kind", _BROKEN)
def test_a_key_that_cannot_sign_is_an_error_that_does_not_repeat_it(kind: str) -> None:
    text, expected = broken_keys()[kind]
    with pytest.raises(ImproperlyConfigured, match=expected) as raised:
        read_key(DOMAIN, SELECTOR, text)
    assert not [line for line in text.splitlines() if len(line) > 30 and line in str(raised.value)]
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("name", ["", "a b", "a..b", "ä.example", "-a", "x" * 64, "a/b", "a;b"])
def test_domain_and_selector_are_names_in_the_dns(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DKIM_DOMAIN is"):
        read_key(name, SELECTOR, pem())
    with pytest.raises(ImproperlyConfigured, match="DKIM_SELECTOR is"):
        read_key(DOMAIN, name, pem())


def test_a_key_shows_nothing_secret() -> None:
    assert repr(make_key()) == "<rsa key tp2025._domainkey.papers.example.org>"


class TestSettings:
    @pytest.fixture(autouse=True)
    def _settings(self, settings: Settings) -> None:
        settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = DOMAIN, SELECTOR
        settings.DKIM_PRIVATE_KEY, settings.DKIM_PRIVATE_KEY_FILE = pem(), ""

    def test_the_key_is_in_a_setting(self) -> None:
        assert configured_key() == make_key()

    def test_the_key_is_in_a_file(self, settings: Settings, tmp_path: Path) -> None:
        file = tmp_path / "dkim.pem"
        file.write_text(pem())
        settings.DKIM_PRIVATE_KEY, settings.DKIM_PRIVATE_KEY_FILE = "", str(file)
        assert configured_key() == make_key()

    def test_without_any_of_them_there_is_none(self, settings: Settings) -> None:
        settings.DKIM_DOMAIN = settings.DKIM_SELECTOR = settings.DKIM_PRIVATE_KEY = ""
        assert configured_key() is None

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("DKIM_DOMAIN", "", "DKIM_DOMAIN is not set"),
            ("DKIM_SELECTOR", "", "DKIM_SELECTOR is not set"),
            ("DKIM_PRIVATE_KEY", "", "are both empty"),
            ("DKIM_PRIVATE_KEY_FILE", "/key.pem", "are both set"),
        ],
    )
    def test_a_missing_one_is_named(
        self, settings: Settings, name: str, value: str, expected: str
    ) -> None:
        setattr(settings, name, value)
        with pytest.raises(ImproperlyConfigured, match=expected):
            configured_key()

    @pytest.mark.parametrize(
        ("content", "expected"), [(None, "No such file"), (b"\xff\xfe", "it is no text")]
    )
    def test_a_file_that_cannot_be_read_is_named(
        self, settings: Settings, tmp_path: Path, content: bytes | None, expected: str
    ) -> None:
        file = tmp_path / "dkim.pem"
        if content:
            file.write_bytes(content)
        settings.DKIM_PRIVATE_KEY, settings.DKIM_PRIVATE_KEY_FILE = "", str(file)
        with pytest.raises(ImproperlyConfigured, match=f"{file} .{expected}"):
            configured_key()
