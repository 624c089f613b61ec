"""SPF (RFC 7208): which servers may send with a return path at a domain, within ten questions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from mail.domain.dns import Dns, NoAnswer, addresses, exchangers
from mail.domain.findings import DnsRecord, Finding

_MOST_QUESTIONS: Final = 10
_MOST_VOID: Final = 2
_TERM: Final = re.compile(
    r"(?P<sign>[+?~-]?)(?P<name>[A-Za-z][A-Za-z0-9_.-]*)(?P<value>(?:[:/=].*)?)", re.DOTALL
)
_MECHANISMS: Final = {"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"}
_ASKING: Final = {"include", "a", "mx", "ptr", "exists"}
_MAY_SEND: Final = "v=spf1 {term} -all"


@dataclass
class Walk:
    """What a record allows, with all that it includes."""

    questions: int = 0
    void: int = 0  # questions without an answer; a receiver gives up after two
    networks: list[IPv4Network | IPv6Network] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    open_to_all: bool = False
    has_end: bool = False
    has_macro: bool = False

    def allows(self, address: str) -> bool:
        """Whether one of its networks holds the address."""
        ip = ip_address(address)
        return any(ip in network for network in self.networks)


def check_spf(domain: str, term: str, hosts: list[str], dns: Dns) -> list[Finding]:
    """What receivers make of the SPF of a domain.

    Args:
        term: what its record must have for the sending servers, such as `include:spf.example.net`
            or `ip4:192.0.2.7`; may be empty where the provider has a return path of its own.
        hosts: addresses from which this service is known to send.
    """
    records = spf_records(domain, dns)
    if not records:
        return [_missing(domain, term)]
    if len(records) > 1:
        text = f"{domain} has {len(records)} records that begin with v=spf1; receivers accept none."
        return [Finding("error", "SPF", text, DnsRecord(domain, "TXT", _merged(records)))]
    walk = walk_spf(domain, dns)
    found = [Finding("error", "SPF", fault) for fault in walk.faults]
    found += [*_limits(domain, walk), *_end(domain, records[0], walk)]
    found += _coverage(domain, records[0], term, hosts, walk)
    if not [one for one in found if one.level == "error"]:
        asked = f"{walk.questions} of {_MOST_QUESTIONS} questions"
        found.insert(0, Finding("ok", "SPF", f"{domain} has a record; it takes {asked}."))
    return found


def spf_records(domain: str, dns: Dns) -> list[str]:
    """The SPF records of a domain: those whose first word is `v=spf1`."""
    found = dns.ask(domain, "TXT")
    return [one for one in found if one.lower().split(" ")[0].strip() == "v=spf1"]


def _missing(domain: str, term: str) -> Finding:
    value = _MAY_SEND.format(term=term or "include:YOUR-PROVIDER")
    text = f"{domain} has no SPF record, so no server is known to send for it."
    return Finding("error", "SPF", text, DnsRecord(domain, "TXT", value))


def _merged(records: list[str]) -> str:
    terms = [term for record in records for term in record.split()[1:] if not _is_all(term)]
    return " ".join(["v=spf1", *dict.fromkeys(terms), "~all"])


def _is_all(term: str) -> bool:
    return term.lower().lstrip("+?~-") == "all"


def _limits(domain: str, walk: Walk) -> list[Finding]:
    found = []
    if walk.questions > _MOST_QUESTIONS:
        text = (
            f"the record of {domain} takes {walk.questions} questions to the DNS, and receivers "
            f"give up after {_MOST_QUESTIONS}: remove what sends no more, or list addresses (ip4:)."
        )
        found.append(Finding("error", "SPF", text))
    if walk.void > _MOST_VOID:
        text = f"{walk.void} names in it do not exist; receivers give up after {_MOST_VOID}."
        found.append(Finding("error", "SPF", text))
    return found


def _end(domain: str, record: str, walk: Walk) -> list[Finding]:
    if walk.open_to_all:
        value = re.sub(r"(?i)\s\+?all\b", " -all", record)
        text = f"the record of {domain} ends with +all: everybody may send for it."
        return [Finding("error", "SPF", text, DnsRecord(domain, "TXT", value))]
    if not walk.has_end and walk.questions <= _MOST_QUESTIONS:
        text = f"the record of {domain} does not say what holds for other servers (-all or ~all)."
        return [Finding("warning", "SPF", text, DnsRecord(domain, "TXT", f"{record} ~all"))]
    return []


def _coverage(domain: str, record: str, term: str, hosts: list[str], walk: Walk) -> list[Finding]:
    """Whether the servers that send are in the record. A macro may name any: it is not judged."""
    outside = [] if walk.has_macro else [host for host in hosts if not walk.allows(host)]
    if outside:
        terms = " ".join(f"ip{6 if ':' in host else 4}:{host}" for host in outside)
        text = f"the record of {domain} does not have {', '.join(outside)}, which sends our mail."
        return [Finding("error", "SPF", text, DnsRecord(domain, "TXT", _with(record, terms)))]
    name = term.partition(":")[2].lower()
    if term.startswith("include:") and name not in walk.includes and not walk.has_macro:
        text = f"the record of {domain} does not have {term}, which names the provider's servers."
        return [Finding("error", "SPF", text, DnsRecord(domain, "TXT", _with(record, term)))]
    return []


def _with(record: str, terms: str) -> str:
    """The record with more terms, before what it says of all others."""
    words = record.split()
    place = next((at for at, word in enumerate(words) if _is_end(word)), len(words))
    return " ".join([*words[:place], terms, *words[place:]])


def _is_end(word: str) -> bool:
    return _is_all(word) or word.lower().startswith("redirect=")


def walk_spf(domain: str, dns: Dns) -> Walk:
    """Follow the record of a domain through all that it includes."""
    walk = Walk()
    _follow(domain, dns, walk, (), is_main=True)
    return walk


def _follow(domain: str, dns: Dns, walk: Walk, path: tuple[str, ...], *, is_main: bool) -> None:
    if domain in path:
        walk.faults.append(f"the record of {domain} includes itself.")
        return
    try:
        records = spf_records(domain, dns)
    except NoAnswer as error:
        walk.faults.append(f"{error}, which the record includes.")
        return
    if len(records) != 1:
        count = "no SPF record" if not records else "several SPF records"
        walk.faults.append(f"{domain}, which the record includes, has {count}.")
        walk.void += not records
        return
    words = records[0].split()[1:]
    if any(map(_is_all, words)):  # then a redirect does not count (RFC 7208, 6.1)
        words = [word for word in words if not word.lower().startswith("redirect=")]
    for word in words:
        if walk.questions > _MOST_QUESTIONS * 3:
            return  # enough to know that it is too many
        _term(word, domain, dns, walk, (*path, domain), is_main=is_main)


def _term(
    word: str, domain: str, dns: Dns, walk: Walk, path: tuple[str, ...], *, is_main: bool
) -> None:
    found = _TERM.fullmatch(word)
    name = found["name"].lower() if found else ""
    if found is None or (name not in _MECHANISMS and not found["value"].startswith("=")):
        walk.faults.append(f"receivers do not know {word!r} in the record of {domain}.")
        return
    value = found["value"].lstrip(":=")
    walk.has_macro = walk.has_macro or "%{" in value
    walk.questions += name in _ASKING or name == "redirect"
    if name == "all":
        walk.has_end = walk.has_end or is_main
        walk.open_to_all = walk.open_to_all or (is_main and found["sign"] in ("", "+"))
    elif "%{" in value:
        return
    elif name in ("include", "redirect"):
        walk.includes.append(value.lower().rstrip("."))
        ends = is_main and name == "redirect"
        _follow(value.lower().rstrip("."), dns, walk, path, is_main=ends)
    elif found["sign"] in ("", "+"):
        _networks(name, value, domain, dns, walk)


def _networks(name: str, value: str, domain: str, dns: Dns, walk: Walk) -> None:
    """Add what a, mx, ip4 or ip6 allows."""
    host, slash, bits = value.partition("/")
    if name in ("ip4", "ip6"):
        _add(value, walk, domain)
        return
    if name not in ("a", "mx"):
        return
    try:
        names = exchangers(host or domain, dns) if name == "mx" else [host or domain]
        found = [address for one in names if one for address in addresses(one, dns)]
    except NoAnswer as error:
        walk.faults.append(f"{error}, which the record has.")
        return
    walk.void += not found
    for address in found:
        four, _, six = f"/{bits}".partition("//") if slash else ("", "", "")
        size = six if ":" in address else four.strip("/")
        _add(f"{address}/{size}" if size else address, walk, domain)


def _add(network: str, walk: Walk, domain: str) -> None:
    try:
        walk.networks.append(ip_network(network, strict=False))
    except ValueError:
        walk.faults.append(f"{network!r} in the record of {domain} is no network.")
