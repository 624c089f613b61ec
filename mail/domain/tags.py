"""Records of the form `v=DKIM1; k=rsa; p=…`: DKIM, DMARC, BIMI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mail.sites import registered_domain


def parse_tags(record: str) -> Mapping[str, str]:
    """The tags of a record, their names in small letters; of two with one name, the first."""
    tags: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags


def of_version(records: Iterable[str], version: str) -> list[str]:
    """The records that begin with this version, such as `v=DMARC1`; a domain has other TXT too."""
    return [one for one in records if _first_tag(one) == version.lower()]


def _first_tag(record: str) -> str:
    return "".join(record.partition(";")[0].split()).lower()


def is_aligned(domain: str, sender: str, *, strict: bool = False) -> bool:
    """Whether DMARC counts what authenticates `domain` for mail whose From is at `sender`."""
    domain, sender = domain.lower(), sender.lower()
    if strict:
        return domain == sender
    return registered_domain(domain) == registered_domain(sender)
