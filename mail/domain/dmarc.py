"""DMARC (RFC 7489): what receivers do with mail that neither SPF nor DKIM vouches for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mail.domain.dns import Dns, NoAnswer
from mail.domain.findings import DnsRecord, Finding
from mail.domain.tags import is_aligned, of_version, parse_tags
from mail.sites import registered_domain

_POLICIES: Final = ("none", "quarantine", "reject")
_REPORTS: Final = re.compile(r"mailto:[^@\s]+@([^!\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a domain asks of receivers."""

    name: str  # of the record
    tags: Mapping[str, str]
    is_inherited: bool  # the record is of the domain above

    @property
    def policy(self) -> str:
        """For mail of the domain itself."""
        inherited = self.tags.get("sp") if self.is_inherited else None
        return (inherited or self.tags.get("p", "")).lower()

    def is_strict(self, tag: str) -> bool:
        """`aspf` or `adkim`: only the very domain counts, none above or below it."""
        return self.tags.get(tag, "r").lower() == "s"


def read_policy(domain: str, dns: Dns) -> tuple[Policy | None, list[Finding]]:
    """The policy that holds for a domain, its own or that of the domain above; and its faults."""
    for name in dict.fromkeys((domain, registered_domain(domain))):
        records = of_version(dns.ask(f"_dmarc.{name}", "TXT"), "v=DMARC1")
        if len(records) > 1:
            text = f"_dmarc.{name} has {len(records)} records; receivers accept none of them."
            return None, [Finding("error", "DMARC", text)]
        if records:
            policy = Policy(f"_dmarc.{name}", parse_tags(records[0]), name != domain)
            return policy, _faults(policy, records[0], domain, dns)
    text = f"{domain} has no DMARC record; Gmail, Yahoo and Outlook require one of large senders."
    value = f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"
    return None, [Finding("error", "DMARC", text, DnsRecord(f"_dmarc.{domain}", "TXT", value))]


def _faults(policy: Policy, record: str, domain: str, dns: Dns) -> list[Finding]:
    if policy.policy not in _POLICIES:
        given = policy.tags.get("p")
        text = f"{policy.name} has {f'p={given}' if given else 'no p='}, which receivers ignore."
        value = re.sub(r"(?i)(;\s*)p=[^;]*", r"\1p=none", record) if given else f"{record}; p=none"
        return [Finding("error", "DMARC", text, DnsRecord(policy.name, "TXT", value))]
    found = [_judged(policy, domain), *_share(policy)]
    return found + _reports(policy, record, dns)


def _judged(policy: Policy, domain: str) -> Finding:
    if policy.policy == "none":
        text = (
            f"{policy.name} has p=none: enough for large receivers. Once reports show no surprise, "
            "quarantine keeps others from using your name."
        )
        return Finding("note", "DMARC", text)
    return Finding("ok", "DMARC", f"{policy.name} has p={policy.policy} for {domain}.")


def _share(policy: Policy) -> list[Finding]:
    share = policy.tags.get("pct", "100")
    if share == "100" or policy.policy == "none":
        return []
    return [Finding("note", "DMARC", f"{policy.name} asks it for {share} % of the mail (pct=).")]


def _reports(policy: Policy, record: str, dns: Dns) -> list[Finding]:
    """Reports at another domain need a record there that accepts them (RFC 7489, 7.1)."""
    own = policy.name.removeprefix("_dmarc.")
    domains = [one.lower().rstrip(",") for one in _REPORTS.findall(policy.tags.get("rua", ""))]
    if not domains:
        value = f"{record.rstrip('; ')}; rua=mailto:dmarc@{own}"
        text = f"{policy.name} has no rua=, so you get no reports of mail that fails."
        return [Finding("warning", "DMARC", text, DnsRecord(policy.name, "TXT", value))]
    found = []
    for other in (one.rstrip(",").rstrip(".") for one in domains):
        name = f"{own}._report._dmarc.{other}"
        try:
            is_accepted = is_aligned(other, own) or of_version(dns.ask(name, "TXT"), "v=DMARC1")
        except NoAnswer:
            continue
        if not is_accepted:
            text = f"{other} does not say that it accepts reports about {own}; none are sent."
            record_there = DnsRecord(name, "TXT", "v=DMARC1")
            found.append(Finding("warning", "DMARC", text, record_there))
    return found


def check_alignment(
    policy: Policy, sender: str, return_path: str, signers: list[str] | None
) -> list[Finding]:
    """Whether DMARC counts the SPF of the return path, and the signatures, for this sender.

    Args:
        return_path: its domain; empty where the provider has its own.
        signers: the domains of the keys that were found; None: the selector is not known.
    """
    if signers is None:
        text = f"whether signatures are aligned with {sender} is not known: name a --selector."
        return [Finding("note", "DMARC", text)]
    by_spf = bool(return_path) and is_aligned(return_path, sender, strict=policy.is_strict("aspf"))
    strict = policy.is_strict("adkim")
    by_dkim = any(is_aligned(one, sender, strict=strict) for one in signers)
    if not by_spf and not by_dkim:
        text = (
            f"nothing authenticates {sender} itself: the return path is at "
            f"{return_path or 'the provider'}, and no key of {sender} was found."
        )
        return [Finding("error", "DMARC", text)]
    if not by_dkim:
        text = f"only SPF vouches for {sender}: a mail that is forwarded fails. Sign with DKIM."
        return [Finding("warning", "DMARC", text)]
    if return_path and not by_spf:
        text = f"the return path is at {return_path}, which DMARC does not count for {sender}."
        return [Finding("note", "DMARC", text)]
    return [Finding("ok", "DMARC", f"what authenticates the mail is aligned with {sender}.")]
