"""Unsubscribing with one click (RFC 8058): the address to which a mailbox provider posts."""

from __future__ import annotations

from urllib.parse import urlsplit

from mail.domain.dns import Dns, addresses
from mail.domain.findings import DnsRecord, Finding
from mail.ehlo import is_local

_SIGNED = "DKIM must sign List-Unsubscribe and List-Unsubscribe-Post (both in h=)"


def check_one_click(site: str, inbound: str, dns: Dns) -> list[Finding]:
    """Whether the links of List-Unsubscribe can be reached. Nothing is posted.

    Args:
        site: SITE_URL.
        inbound: INBOUND_ADDRESS; empty: no mail is received.
    """
    parts = urlsplit(site)
    host = parts.hostname or ""
    if parts.scheme != "https":
        text = f"SITE_URL is {site}: providers post to https addresses only, so no click works."
        return [Finding("error", "one-click", text)]
    if is_local(host) or "." not in host:
        text = f"SITE_URL is at {host}, which mailbox providers cannot reach."
        return [Finding("error", "one-click", text)]
    if not addresses(host, dns):
        text = f"{host}, the host of SITE_URL, has no address."
        return [
            Finding("error", "one-click", text, DnsRecord(host, "A", "THE-ADDRESS-OF-THE-SITE"))
        ]
    text = f"mail programs post to {site}/u/… ; {_SIGNED}."
    found = [Finding("ok", "one-click", text)]
    if not inbound:
        text = "List-Unsubscribe has no mailto: INBOUND_ADDRESS is empty. Few programs need it."
        found.append(Finding("note", "one-click", text))
    return found
