"""Look up what the DNS says of the sender's domain, and say what is missing there."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

import dns.resolver
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from mail.addresses import ascii_domain, split_address, split_addresses
from mail.dkim.keys import configured_key
from mail.domain.dns import Resolver
from mail.domain.findings import as_data, as_text, has_errors
from mail.domain.report import Setup, check_domain
from mail.inbound.addresses import reply_to


class Command(BaseCommand):
    help = (
        "Look up SPF, DKIM, DMARC, MX and more for the domain of MAIL_FROM, or another one. "
        "What is missing is shown as a record to enter at your DNS provider. Exit code 1: errors."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", nargs="?", help="in place of the domain of MAIL_FROM")
        parser.add_argument(
            "--selector", action="append", default=[], help="of a DKIM key; may be repeated"
        )
        parser.add_argument("--return-path", default="", help="the domain of the return path")
        parser.add_argument(
            "--nameserver", default="", help="ask this one: ADDRESS or ADDRESS:PORT"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        setup = read_setup(options["domain"], options["selector"], options["return_path"])
        findings = check_domain(setup, Resolver(read_nameserver(options["nameserver"])))
        if options["json"]:
            data = {"domain": setup.domain, "findings": as_data(findings)}
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(f"{setup.domain}, mail by {setup.provider}\n\n{as_text(findings)}")
        if has_errors(findings):
            sys.exit(1)


def read_setup(domain: str | None, selectors: list[str], return_path: str) -> Setup:
    """What is to be checked, by the settings and the command's arguments.

    Raises:
        CommandError: there is no domain, or the DKIM_* settings are wrong.
    """
    try:
        name = _domain(domain) if domain else settings.MAIL_DOMAIN.lower()
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
