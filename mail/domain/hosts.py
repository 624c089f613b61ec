"""Hosts: where mail to a domain arrives (MX), and how the sending machine is named (PTR, EHLO)."""

from __future__ import annotations

from ipaddress import ip_address

from mail.domain.dns import Dns, NoAnswer, addresses, exchangers, pointers
from mail.domain.findings import DnsRecord, Finding


def check_mx(domain: str, purpose: str, dns: Dns) -> list[Finding]:
    """Whether mail to a domain arrives anywhere. `purpose`: what for, such as "replies"."""
    hosts = exchangers(domain, dns)
    record = DnsRecord(domain, "MX", f"10 YOUR-MAIL-SERVER.{domain}")
    if hosts == [""]:
        text = f"{domain} says that it receives no mail (a null MX), and {purpose} go there."
        return [Finding("error", "MX", text, record)]
    if not hosts:
        if addresses(domain, dns):
            text = f"{domain} has no MX record; {purpose} go to its address. Name a server."
            return [Finding("warning", "MX", text, record)]
        text = f"{domain} receives no mail, and {purpose} go there. Many servers refuse its mail."
        return [Finding("error", "MX", text, record)]
    missing = [host for host in hosts if host and not addresses(host, dns)]
    if missing:
        text = f"{', '.join(missing)} is to receive mail for {domain} and has no address."
        return [Finding("error" if len(missing) == len(hosts) else "warning", "MX", text)]
    return [Finding("ok", "MX", f"{purpose} at {domain} go to {hosts[0]}.")]


def check_helo(name: str, dns: Dns) -> list[Finding]:
    """Whether the name that this machine gives leads to it, and its address back to a name.

    Only for a machine that delivers by itself: of a relay this service sees neither.
    """
    if not name or name.startswith("["):
        text = "EHLO_NAME is no name in the DNS; many servers refuse mail of such a machine."
        return [Finding("error", "HELO", text)]
    found = addresses(name, dns)
    if not found:
        text = f"{name}, by which this machine names itself (EHLO_NAME), has no address."
        return [Finding("error", "HELO", text, DnsRecord(name, "A", "THE-ADDRESS-OF-THIS-MACHINE"))]
    return [_pointer(name, address, dns) for address in found]


def _pointer(name: str, address: str, dns: Dns) -> Finding:
    """Forward-confirmed reverse DNS, as Gmail requires it: address → name → the same address."""
    reverse = ip_address(address).reverse_pointer
    record = DnsRecord(reverse, "PTR", f"{name}.")
    hint = "whoever rents out the machine sets it"
    try:
        names = pointers(address, dns)
        confirmed = [one for one in names if address in map(_plain, addresses(one, dns))]
    except NoAnswer as error:
        return Finding("warning", "PTR", f"{error}.")
    if not names:
        return Finding("error", "PTR", f"{address} has no name in the reverse DNS; {hint}.", record)
    if not confirmed:
        text = f"{address} is named {names[0]}, which does not lead back to it; {hint}."
        return Finding("error", "PTR", text, record)
    if name.lower() not in confirmed:
        text = f"{address} is named {confirmed[0]}, and this machine calls itself {name}."
        return Finding("warning", "PTR", text, record)
    return Finding("ok", "PTR", f"{address} is named {name}, and leads back.")


def _plain(address: str) -> str:
    return str(ip_address(address))
