"""All checks of a domain in one list: `manage.py check_domain` prints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from mail.dkim.keys import DkimKey
from mail.domain.dkim_records import check_dkim_records
from mail.domain.dmarc import Policy, check_alignment, read_policy
from mail.domain.dns import Dns, NoAnswer, addresses
from mail.domain.extras import check_bimi, check_transport
from mail.domain.findings import Finding
from mail.domain.hosts import check_helo, check_mx
from mail.domain.known import known_selectors, spf_term
from mail.domain.one_click import check_one_click
from mail.domain.spf import check_spf


@dataclass(frozen=True, slots=True)
class Setup:
    """What the settings say of how mail leaves and comes back."""

    domain: str  # of From
    site: str
    provider: str = "smtp"
    smtp_host: str = ""
    ehlo_name: str = ""
    return_path: str = ""  # its domain; empty: that of From over SMTP, else the provider's own
    inbound: str = ""  # INBOUND_ADDRESS
    replies: str = ""  # the domain at which replies arrive
    selectors: tuple[str, ...] = ()
    key: DkimKey | None = None

    @property
    def returns_to(self) -> str:
        """The domain of the return path; empty: the provider's own."""
        return self.return_path or (self.domain if self.provider == "smtp" else "")

    @property
    def delivers_itself(self) -> bool:
        """Whether the SMTP server is on this machine, so that other servers see this machine."""
        if self.provider != "smtp":
            return False
        try:
            return ip_address(self.smtp_host).is_loopback
        except ValueError:
            return self.smtp_host.lower() in ("localhost", self.ehlo_name.lower())


def check_domain(setup: Setup, dns: Dns) -> list[Finding]:
    """Everything that was found, topic by topic. A topic without an answer says so."""
    policies: list[Policy] = []
    dkim = _safely("DKIM", lambda: _dkim(setup, dns))
    dmarc = _safely("DMARC", lambda: _dmarc(setup, _signers(setup, dkim), policies, dns))
    policy = policies[0] if policies else None
    return [
        *_safely("SPF", lambda: _spf(setup, dns)),
        *dkim,
        *dmarc,
        *_safely("MX", lambda: _mx(setup, dns)),
        *_safely("HELO", lambda: _helo(setup, dns)),
        *_safely("one-click", lambda: check_one_click(setup.site, setup.inbound, dns)),
        *_safely("BIMI", lambda: check_bimi(setup.domain, policy, dns)),
        *_safely("MTA-STS", lambda: check_transport(setup.domain, dns)),
    ]


def _safely(topic: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except NoAnswer as error:
        return [Finding("error", topic, f"{error}. Try again later.")]


def _spf(setup: Setup, dns: Dns) -> list[Finding]:
    domain = setup.returns_to
    if not domain:
        text = (
            f"the return path is {setup.provider}'s own, and so is its SPF. If you set up one of "
            "your own there, name its domain: --return-path DOMAIN."
        )
        return [Finding("note", "SPF", text)]
    if setup.delivers_itself:
        hosts = addresses(setup.ehlo_name, dns) if setup.ehlo_name else []
        return check_spf(domain, " ".join(map(_as_term, hosts)), hosts, dns)
    return check_spf(domain, spf_term(setup.smtp_host), [], dns)


def _as_term(address: str) -> str:
    return f"ip{6 if ':' in address else 4}:{address}"


def _dkim(setup: Setup, dns: Dns) -> list[Finding]:
    found = []
    key = setup.key
    if key and key.domain != setup.domain:
        found = check_dkim_records(key.domain, (), are_given=True, own=key, dns=dns)
        key = None
    are_given = bool(setup.selectors)
    selectors = setup.selectors or (() if setup.key else known_selectors(setup.provider))
    if found and not selectors:
        return found
    return found + check_dkim_records(
        setup.domain, selectors, are_given=are_given, own=key, dns=dns
    )


def _signers(setup: Setup, dkim: list[Finding]) -> list[str] | None:
    """The domains of keys that receivers can verify; None if it is not known where keys are."""
    if not (setup.selectors or setup.key or known_selectors(setup.provider)):
        return None
    is_signed = any(one.level in ("ok", "warning") for one in dkim)
    return [setup.key.domain if setup.key else setup.domain] if is_signed else []


def _dmarc(
    setup: Setup, signers: list[str] | None, policies: list[Policy], dns: Dns
) -> list[Finding]:
    policy, found = read_policy(setup.domain, dns)
    if policy is None:
        return found
    policies.append(policy)
    return found + check_alignment(policy, setup.domain, setup.returns_to, signers)


def _mx(setup: Setup, dns: Dns) -> list[Finding]:
    purposes: dict[str, str] = {}
    if setup.inbound:
        purposes[setup.inbound.rpartition("@")[2].lower()] = "returned mails and replies"
    purposes.setdefault(setup.replies or setup.domain, "replies")
    if setup.returns_to:
        purposes.setdefault(setup.returns_to, "returned mails")
    return [one for domain, purpose in purposes.items() for one in check_mx(domain, purpose, dns)]


def _helo(setup: Setup, dns: Dns) -> list[Finding]:
    if not setup.delivers_itself:
        relay = setup.provider if setup.provider != "smtp" else setup.smtp_host
        text = (
            f"{relay} delivers the mail, so its own names and addresses count, not this machine's."
        )
        return [Finding("note", "HELO", text)]
    return check_helo(setup.ehlo_name, dns)
