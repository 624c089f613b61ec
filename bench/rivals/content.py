"""What the rivals are to send: the papers of our edition, selected and worded as ours."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from bench.subscribers import DIGEST_SIZE, first_recipients
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.editions.rendering.slots import Slot, pieces
from newsletter.editions.tokens import TOKEN_LENGTH
from newsletter.models import Candidate, Edition
from papers.lead import stored_lead
from papers.wording import author_line, short_figure

_RECIPIENTS: Final = 500  # then it begins again with the first
_LINKS: Final = ("page", "arxiv", "code")  # three numbers to a paper, as in our links
_FEEDBACK: Final = ("more", "less", "save")


def for_plain_django(edition: Edition, port: int) -> dict[str, Any]:
    """Papers by their position, and recipients with the selection that we made for each."""
    loaded = LoadedEdition(edition)
    candidates = Candidate.objects.filter(edition=edition)
    return {
        "port": port,
        "mail_from": settings.MAIL_FROM,
        "common": {
            "site": settings.SITE_URL,
            "cadence": edition.cadence,
            "span": f"the week to {edition.day:%d %B %Y}",
            "byline": "by the research community",
        },
        "papers": {str(one.position): worded(one.position, one.facts) for one in candidates},
        "readers": [
            {
                "to": recipient.email,
                "token": f"{number:0{TOKEN_LENGTH}}",
                "picks": [
                    (str(pick.position), pick.reason)
                    for pick in loaded.select(recipient.interests, ()).picks
                ],
            }
            for number, recipient in first_recipients(_RECIPIENTS).items()
        ],
    }


def worded(position: int, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A paper as the rival's templates take it; `facts` are a `Candidate.facts`."""
    summary = stored_lead(facts.get("lead"), facts["title"], facts["summary"]).line
    figures = [*facts["topics"], f"▲ {short_figure(facts['upvotes'])}"]
    links = {kind: position * len(_LINKS) + place for place, kind in enumerate(_LINKS)}
    return {
        "title": facts["title"],
        "byline": author_line(facts["authors"]),
        "summary": summary,
        "summary_lines": _wrapped(summary),
        "figures": figures,
        "figures_lines": _wrapped(" · ".join(figures)),
        **{kind: number for kind, number in links.items() if facts.get(f"{kind}_url")},
        **{word: position * len(_FEEDBACK) + place for place, word in enumerate(_FEEDBACK)},
    }


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 72, initial_indent="    ", subsequent_indent="    ")


def for_django_newsletter(
    edition: Edition, port: int, database: Mapping[str, Any]
) -> dict[str, Any]:
    """The edition's first papers as articles, in the HTML that our mails have for them."""
    first = Candidate.objects.filter(edition=edition).order_by("position")[:DIGEST_SIZE]
    articles = [
        {
            "title": candidate.facts["title"][:200],
            "text": _filled(candidate.html, candidate.position),
            "url": settings.SITE_URL + candidate.facts["page_url"],
        }
        for candidate in first
    ]
    return {"port": port, "database": dict(database), "articles": articles}


def _filled(html: str, position: int) -> str:
    """With the same in all placeholders for every recipient, as long as ours."""
    token = "t" * TOKEN_LENGTH
    values = {Slot.READ: token, Slot.FEEDBACK: token}
    values |= {Slot.RANK: str(position), Slot.WHY: "Trending now"}
    return "".join(values[it] if isinstance(it, Slot) else it for it in pieces(html))
