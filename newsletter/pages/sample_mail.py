"""The mail of an edition as a reader who follows everything gets it. Its links hold no token."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from newsletter.delivery.withdrawn import withdrawn_papers
from newsletter.editions import links
from newsletter.editions.loaded_edition import load_edition
from newsletter.editions.personalize import Interests
from newsletter.editions.windows import days_in_words, page_of
from newsletter.models import Candidate, Edition
from newsletter.pages.mail_page import mail_part
from web.isolation import is_about_one_row, log_once
from web.languages import DEFAULT_LANGUAGE

# A link of a digest with an empty token, on the site's address of the day it was rendered.
_LINK: Final = re.compile(r"https?://[^/]+/(?:([upd])/(?:\?fewer=\w+)?|r//([0-9]{1,9}))")


log = logging.getLogger(__name__)


class NoMail(LookupError):
    """No mail of the edition can be made: no paper is left, or what was frozen is broken."""


@dataclass(frozen=True, slots=True)
class SampleMail:
    """A mail as a page shows it."""

    edition: Edition
    subject: str
    days: str
    sender: str
    html: SafeString
    language: str
    url: str
    edition_url: str


def sample_mail(edition: Edition) -> SampleMail:
    """The mail of a frozen edition for a reader of the active language without interests.

    Raises:
        NoMail: no paper of it is left, or no mail can be made of what was frozen.
    """
    try:
        return _sample_mail(edition)
    except NoMail:
        raise
    except Exception as error:  # any: what was frozen may have another form
        if not is_about_one_row(error):
            raise
        log_once(log, "the page of a mail", str(edition), error)
        raise NoMail(str(edition)) from error


def _sample_mail(edition: Edition) -> SampleMail:
    loaded = load_edition(edition.pk)
    language = get_language() or DEFAULT_LANGUAGE
    selection = loaded.select(Interests(), withdrawn_papers(edition.pk), language)
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
        language=selection.body.language,
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
