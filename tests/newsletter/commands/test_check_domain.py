"""`manage.py check_domain`, which asks a name server on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from fakes.dns_server import DnsServer, serving_dns
from tests.mail.dkim.keys import DOMAIN, SELECTOR, make_key, pem

RECORDS = {
    f"TXT {DOMAIN}": "v=spf1 include:_spf.google.com -all",
    "TXT _spf.google.com": "v=spf1 ip4:198.51.100.0/24 -all",
    f"TXT {SELECTOR}._domainkey.{DOMAIN}": make_key().record,
    f"TXT _dmarc.{DOMAIN}": f"v=DMARC1; p=reject; rua=mailto:dmarc@{DOMAIN}",
    f"MX {DOMAIN}": "10 mx.example.org.",
    "A mx.example.org": "192.0.2.1",
    f"A {DOMAIN}": "192.0.2.7",
}


@pytest.fixture(autouse=True)
def _settings(settings: Settings) -> None:
    settings.MAIL_PROVIDER, settings.EMAIL_HOST = "smtp", "smtp-relay.gmail.com"
    settings.MAIL_FROM, settings.SITE_URL = f"Papers <digest@{DOMAIN}>", f"https://{DOMAIN}"
    settings.MAIL_REPLY_TO = settings.INBOUND_ADDRESS = ""
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = DOMAIN, SELECTOR
    settings.DKIM_PRIVATE_KEY = pem()


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with serving_dns({}, RECORDS) as server:
        yield server


def run(server: DnsServer, *arguments: str) -> str:
    out = StringIO()
    call_command("check_domain", *arguments, "--nameserver", f"127.0.0.1:{server.port}", stdout=out)
    return out.getvalue()


def test_a_good_domain_has_no_error(server: DnsServer) -> None:
    found = run(server)
    assert found.startswith(f"{DOMAIN}\nok      SPF: {DOMAIN} has a record")
    assert f"ok      DKIM: {SELECTOR}._domainkey.{DOMAIN} has a key of 2048 bits." in found
    assert "ERROR" not in found


def test_another_domain_is_looked_up_and_its_errors_are_the_exit_code(server: DnsServer) -> None:
    out = StringIO()
    options = ("--nameserver", f"127.0.0.1:{server.port}")
    with pytest.raises(SystemExit) as ended:
        call_command("check_domain", "Bücher.example", *options, stdout=out)
    assert ended.value.code == 1
    assert "name   _dmarc.xn--bcher-kva.example" in out.getvalue()


def test_both_senders_domains_are_looked_up(server: DnsServer, settings: Settings) -> None:
    settings.TRANSACTIONAL_FROM = "Papers <hello@single.example>"
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command(
            "check_domain", "--json", "--nameserver", f"127.0.0.1:{server.port}", stdout=out
        )
    found = json.loads(out.getvalue())
    assert [one["checked"] for one in found] == [DOMAIN, "single.example"]


def test_json_has_the_same_findings(server: DnsServer) -> None:
    [found] = json.loads(run(server, "--json"))
    assert found["checked"] == DOMAIN
    assert {one["topic"] for one in found["findings"]} >= {"SPF", "DKIM", "DMARC", "MX"}
    assert found["findings"][0] == {
        "level": "ok",
        "topic": "SPF",
        "text": f"{DOMAIN} has a record; it takes 1 of 10 questions.",
        "record": None,
    }


def test_a_mail_that_arrived_is_judged_too(server: DnsServer, tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    file.write_bytes(b"From: a@papers.example.org\r\n\r\n")
    out = StringIO()
    options = ("--nameserver", f"127.0.0.1:{server.port}", "--message", str(file))
    with pytest.raises(SystemExit):
        call_command("check_domain", *options, stdout=out)
    assert "ERROR   message: the mail has no DKIM-Signature." in out.getvalue()


def test_a_mail_that_is_not_there_is_named(server: DnsServer) -> None:
    with pytest.raises(CommandError, match=r"missing\.eml cannot be read: No such file"):
        run(server, "--message", "missing.eml")


def test_the_key_itself_is_never_shown(server: DnsServer, settings: Settings) -> None:
    assert pem().splitlines()[5] not in run(server) + run(server, "--json")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nothing"], "is no domain"),
        (["papers.example.org", "--nameserver", "name.example"], "no address of a name server"),
        (["papers.example.org", "--nameserver", "127.0.0.1:x"], "no address of a name server"),
    ],
)
def test_arguments_that_cannot_be_read_are_named(arguments: list[str], expected: str) -> None:
    with pytest.raises(CommandError, match=expected):
        call_command("check_domain", *arguments)


def test_a_key_that_cannot_be_read_is_named(settings: Settings) -> None:
    settings.DKIM_PRIVATE_KEY = "secret word"
    with pytest.raises(CommandError, match="no base64"):
        call_command("check_domain")
