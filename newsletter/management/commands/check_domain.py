"""Look up what the DNS says of the sender's domain, and say what is missing there."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dns.resolver
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from mail.addresses import ascii_domain, split_address, split_addresses
from mail.dkim.keys import configured_key
from mail.domain.dns import Resolver
from mail.domain.findings import Finding, as_data, as_text, has_errors
from mail.domain.received import check_received
from mail.domain.report import Setup, check_domain
from mail.inbound.addresses import reply_to


class Command(BaseCommand):
    help = (
        "Look up SPF, DKIM, DMARC, MX and more for the domains of our senders, or another one. "
        "What is missing is shown as a record to enter at your DNS provider. Exit code 1: errors."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", nargs="?", help="in place of those of our senders")
        parser.add_argument(
            "--selector", action="append", default=[], help="of a DKIM key; may be repeated"
        )
        parser.add_argument("--return-path", default="", help="the domain of the return path")
        parser.add_argument(
            "--nameserver", default="", help="ask this one: ADDRESS or ADDRESS:PORT"
        )
        parser.add_argument("--message", type=Path, help="a mail that arrived: what is signed?")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        dns_ = Resolver(read_nameserver(options["nameserver"]))
        found: dict[str, list[Finding]] = {}
        for domain in [options["domain"]] if options["domain"] else sender_domains():
            setup = read_setup(domain, options["selector"], options["return_path"])
            found[setup.domain] = check_domain(setup, dns_)
        if options["message"]:
            found["the mail that arrived"] = check_received(read_message(options["message"]))
        self.stdout.write(_as_json(found) if options["json"] else _as_lines(found))
        if any(map(has_errors, found.values())):
            sys.exit(1)


def sender_domains() -> list[str]:
    """The domains of the two streams: one, unless TRANSACTIONAL_FROM is at another one."""
    senders = (settings.MAIL_FROM, settings.TRANSACTIONAL_FROM)
    domains = [split_address(sender)[1].rpartition("@")[2].lower() for sender in senders if sender]
    return list(dict.fromkeys(domains))


def _as_lines(found: Mapping[str, list[Finding]]) -> str:
    return "\n\n".join(f"{name}\n{as_text(findings)}" for name, findings in found.items())


def _as_json(found: Mapping[str, list[Finding]]) -> str:
    data = [{"checked": name, "findings": as_data(one)} for name, one in found.items()]
    return json.dumps(data, ensure_ascii=False, indent=2)


def read_setup(domain: str, selectors: list[str], return_path: str) -> Setup:
    """What is to be checked, by the settings and the command's arguments.

    Raises:
        CommandError: there is no domain, or the DKIM_* settings are wrong.
    """
    try:
        name = _domain(domain)
        key = configured_key()
    except (ImproperlyConfigured, ValueError) as error:
        raise CommandError(str(error)) from error
    if "." not in name:
        raise CommandError(f"{name or 'nothing'} is no domain: set MAIL_FROM, or name one.")
    inbound = settings.INBOUND_ADDRESS if settings.MAIL_PROVIDER == "smtp" else ""
    replies = split_address(split_addresses(reply_to())[0])[1] if reply_to() else ""
    return Setup(
        domain=name,
        site=settings.SITE_URL,
        provider=settings.MAIL_PROVIDER,
        smtp_host=settings.EMAIL_HOST,
        ehlo_name=settings.EHLO_NAME,
        return_path=_domain(return_path) or inbound.rpartition("@")[2].lower(),
        inbound=settings.INBOUND_ADDRESS,
        replies=replies.rpartition("@")[2].lower(),
        selectors=tuple(selectors),
        key=key if settings.MAIL_PROVIDER == "smtp" else None,
    )


def read_message(file: Path) -> bytes:
    """The mail in this file.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error


def _domain(text: str) -> str:
    """A domain in ASCII, also out of a mail address."""
    return ascii_domain(text.rpartition("@")[2].strip().rstrip(".")).lower() if text else ""


def read_nameserver(text: str) -> dns.resolver.Resolver | None:
    """A resolver that asks this server; None: the system's.

    Raises:
        CommandError: it is no address.
    """
    if not text:
        return None
    address, _, port = text.partition(":") if text.count(":") == 1 else (text, "", "")
    try:
        made = dns.resolver.Resolver(configure=False)
        made.nameservers, made.port = [address], int(port or 53)
    except ValueError as error:
        raise CommandError(f"{text} is no address of a name server.") from error
    return made
