"""The mail of an edition as a reader who follows everything gets it. Its links hold no token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from newsletter.delivery.withdrawn import withdrawn_papers
from newsletter.editions import links
from newsletter.editions.loaded_edition import load_edition
from newsletter.editions.personalize import Interests
from newsletter.editions.windows import days_in_words, page_of
from newsletter.models import Candidate, Edition
from newsletter.pages.mail_page import mail_part

# A link of a digest with an empty token, on the site's address of the day it was rendered.
_LINK: Final = re.compile(r"https?://[^/]+/(?:([upd])/|r//([0-9]{1,9}))")


class NoMail(LookupError):
    """No paper of the edition is left, so nobody gets a mail of it."""


@dataclass(frozen=True, slots=True)
class SampleMail:
    """A mail as a page shows it."""

    edition: Edition
    subject: str
    days: str
    sender: str
    html: SafeString
    url: str
    edition_url: str


def sample_mail(edition: Edition) -> SampleMail:
    """The mail of a frozen edition for a reader without interests.

    Raises:
        NoMail: no paper of it is left.
    """
    loaded = load_edition(edition.pk)
    selection = loaded.select(Interests(), seen=withdrawn_papers(edition.pk))
    if not selection.picks:
        raise NoMail(str(edition))
    targets = _targets(edition, [pick.position for pick in selection.picks])
    url = reverse("newsletter:edition_mail", args=[edition.cadence, edition.day.isoformat()])

    def link_of(address: str) -> str:
        return _public_link(address, targets, url)

    return SampleMail(
        edition=edition,
        subject=selection.body.subject,
        days=days_in_words(edition),
        sender=settings.MAIL_FROM,
        html=mail_part(selection.body.whole_html("", "", ""), link_of),
        url=url,
        edition_url=page_of(edition),
    )


def _public_link(address: str, targets: Mapping[int, str], url: str) -> str:
    """Where a link of the mail leads a stranger: to a paper, or to the page that mails links."""
    found = _LINK.fullmatch(address)
    if found is None:
        return address
    purpose, number = found.groups()
    if number:
        return targets.get(int(number), "")
    return url if purpose == "d" else reverse("subscribers:new_link")


def _targets(edition: Edition, positions: list[int]) -> dict[int, str]:
    """Where each link of these papers leads, by its number."""
    stored = Candidate.objects.filter(edition=edition, position__in=positions)
    found = {}
    for candidate in stored.select_related("paper").defer("paper__search", "html", "text"):
        for number in links.numbers(candidate.position, candidate.facts):
            _, kind = links.resolve(number)
            target = str(candidate.facts[f"{kind}_url"])
            found[number] = candidate.paper.get_absolute_url() if kind == "page" else target
    return found
