"""What a sender may have too: a logo (BIMI), and encryption of mail to it (MTA-STS, TLS-RPT)."""

from __future__ import annotations

from urllib.parse import urlsplit

from mail.domain.dmarc import Policy
from mail.domain.dns import Dns
from mail.domain.findings import DnsRecord, Finding
from mail.domain.tags import of_version, parse_tags


def check_bimi(domain: str, policy: Policy | None, dns: Dns) -> list[Finding]:
    """BIMI: a logo beside the mail; Gmail and Apple want a certificate for it as well."""
    records = of_version(dns.ask(f"default._bimi.{domain}", "TXT"), "v=BIMI1")
    if not records:
        return [Finding("note", "BIMI", f"{domain} has no logo record. It needs none.")]
    tags = parse_tags(records[0])
    logo = tags.get("l", "")
    if logo and urlsplit(logo).scheme != "https":
        return [Finding("warning", "BIMI", "the logo must be an https address (l=).")]
    if policy is None or policy.policy == "none" or policy.tags.get("pct", "100") != "100":
        text = "the logo is shown only with a DMARC policy of quarantine or reject for all mail."
        return [Finding("warning", "BIMI", text)]
    if logo and not tags.get("a"):
        text = "without a certificate (a=) Gmail and Apple Mail show no logo."
        return [Finding("note", "BIMI", text)]
    return [Finding("ok", "BIMI", f"{domain} has a logo record.")]


def check_transport(domain: str, dns: Dns) -> list[Finding]:
    """MTA-STS and TLS reports, for mail that this domain receives."""
    sts = of_version(dns.ask(f"_mta-sts.{domain}", "TXT"), "v=STSv1")
    reports = of_version(dns.ask(f"_smtp._tls.{domain}", "TXT"), "v=TLSRPTv1")
    if not sts:
        text = f"{domain} does not ask senders to encrypt (MTA-STS). It needs not."
        return [Finding("note", "MTA-STS", text)]
    if not reports:
        value = f"v=TLSRPTv1; rua=mailto:tls@{domain}"
        record = DnsRecord(f"_smtp._tls.{domain}", "TXT", value)
        return [Finding("note", "MTA-STS", f"{domain} gets no reports of failures.", record)]
    return [Finding("ok", "MTA-STS", f"{domain} asks senders to encrypt, and gets reports.")]
