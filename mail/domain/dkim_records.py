"""DKIM keys in the DNS (RFC 6376, 8301): is one there, and is it long enough?"""

from __future__ import annotations

from collections.abc import Sequence

from mail.dkim.keys import DkimKey, public_bits
from mail.domain.dns import Dns, NoAnswer
from mail.domain.findings import DnsRecord, Finding
from mail.domain.tags import parse_tags


def check_dkim_records(
    domain: str, selectors: Sequence[str], *, are_given: bool, own: DkimKey | None, dns: Dns
) -> list[Finding]:
    """What is published under these selectors.

    Args:
        selectors: to look at; those of `own` is one of them.
        are_given: each must be there; else they are guesses, of which one is enough.
        own: the key with which this service signs.
    """
    found = [] if own is None else [_own_key(own, dns)]
    others = [one for one in selectors if own is None or one != own.selector]
    results = [_record(domain, selector, dns) for selector in others]
    present = [finding for finding in results if finding]
    if are_given:
        missing = [one for one, finding in zip(others, results, strict=True) if finding is None]
        found += [_missing(domain, selector) for selector in missing]
    elif own is None and not present:
        found.append(_none_found(domain, others))
    return found + present


def _own_key(key: DkimKey, dns: Dns) -> Finding:
    record = DnsRecord(key.name, "TXT", key.record)
    published = _published(key.name, dns)
    if published is None:
        return Finding("error", "DKIM", f"the key that signs is not at {key.name}.", record)
    if "".join(parse_tags(published).get("p", "").split()) != key.public:
        text = f"{key.name} has another key than the one that signs: no signature is valid."
        return Finding("error", "DKIM", text, record)
    return _judged(key.name, published)


def _record(domain: str, selector: str, dns: Dns) -> Finding | None:
    name = f"{selector}._domainkey.{domain}"
    try:
        published = _published(name, dns)
    except NoAnswer as error:
        return Finding("note", "DKIM", f"{error}.")
    return _judged(name, published) if published is not None else None


def _published(name: str, dns: Dns) -> str | None:
    records = [one for one in dns.ask(name, "TXT") if "p" in parse_tags(one)]
    return records[0] if records else None


def _judged(name: str, record: str) -> Finding:
    tags = parse_tags(record)
    algorithm = tags.get("k", "rsa").lower()
    if not tags["p"]:
        return Finding("error", "DKIM", f"the key at {name} is revoked: its p= is empty.")
    try:
        bits = public_bits(algorithm, tags["p"])
    except ValueError:
        return Finding("error", "DKIM", f"the key at {name} cannot be read; was it cut off?")
    if "y" in tags.get("t", "").lower().split(":"):
        text = f"the key at {name} is marked as a test (t=y): receivers may ignore it."
        return Finding("warning", "DKIM", text, DnsRecord(name, "TXT", _without_test(record)))
    return _by_length(name, algorithm, bits)


def _by_length(name: str, algorithm: str, bits: int) -> Finding:
    if algorithm == "ed25519":
        text = f"{name} has an Ed25519 key, which Gmail and Outlook do not verify."
        return Finding("warning", "DKIM", f"{text} Have an RSA key too.")
    if bits < 1024:
        return Finding("error", "DKIM", f"the key at {name} has {bits} bits; receivers ignore it.")
    if bits < 2048:
        return Finding("warning", "DKIM", f"the key at {name} has {bits} bits; use one of 2048.")
    return Finding("ok", "DKIM", f"{name} has a key of {bits} bits.")


def _without_test(record: str) -> str:
    parts = [part.strip() for part in record.split(";") if part.strip()]
    return "; ".join(part for part in parts if not part.lower().startswith("t="))


def _missing(domain: str, selector: str) -> Finding:
    name = f"{selector}._domainkey.{domain}"
    text = f"there is no key at {name}; your mail server or provider shows the value."
    return Finding("error", "DKIM", text, DnsRecord(name, "TXT", "v=DKIM1; k=rsa; p=THE-KEY"))


def _none_found(domain: str, selectors: Sequence[str]) -> Finding:
    if selectors:
        text = f"no key of {domain} was found under {', '.join(selectors)}."
    else:
        text = f"where the key of {domain} is, nothing says."
    text += " Name its selector (s= in the DKIM-Signature of a mail that arrived): --selector NAME."
    record = DnsRecord(f"SELECTOR._domainkey.{domain}", "TXT", "v=DKIM1; k=rsa; p=THE-KEY")
    return Finding("error" if selectors else "warning", "DKIM", text, record)
