"""What a single mail says: its links, each for one purpose, and the texts beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format

from papers.models import Paper, Topic
from papers.text.shorten import shortened
from papers.text.tex import unicode_math
from subscribers import tokens
from subscribers.models import Subscriber, TransactionalMail
from subscribers.preferences import Preferences, preferences_of
from subscribers.single_mails.notices import is_by_service
from subscribers.single_mails.rendering import Value
from subscribers.single_mails.timetable import in_words

Kind = TransactionalMail.Kind
_PURPOSES: Final[Mapping[str, tokens.Purpose]] = {
    Kind.CONFIRM: "confirm",
    Kind.MANAGE: "preferences",
    Kind.LINK: "preferences",
    Kind.IN_USE: "preferences",
    Kind.WELCOME: "preferences",
    Kind.PAUSED: "preferences",
}
_CHANGE_PURPOSES: Final[Mapping[str, tokens.ChangePurpose]] = {
    Kind.ADDRESS: "move",
    Kind.MOVED: "move_back",
}
# What comes in is bounded, and a mail names only the beginning of a long list.
_LONGEST_LIST: Final = 300
_LONGEST_TITLE: Final = 300


def context_of(mail: TransactionalMail) -> dict[str, Value]:
    """All that the templates of this mail use, in the language now. Links are signed here."""
    return {**_site(), "address": mail.address, "days": settings.CONFIRM_DAYS, **_own(mail)}


def _site() -> dict[str, Value]:
    """Whom to ask, and who sends it. Without a contact for readers it is the one for services."""
    email, page = settings.CONTACT_EMAIL, settings.CONTACT_URL
    return {
        "site_url": settings.SITE_URL,
        "postal_address": settings.POSTAL_ADDRESS,
        "contact_url": page,
        "contact_email": email if email or page else settings.CONTACT,
        "can_answer": bool(settings.MAIL_REPLY_TO or settings.INBOUND_ADDRESS),
    }


def _own(mail: TransactionalMail) -> dict[str, Value]:
    if mail.address_change:
        return _of_change(mail)
    if mail.kind == Kind.GOODBYE:
        return _of_goodbye(mail.subscriber)
    if is_by_service(mail):
        token = tokens.make("confirm", mail.subscriber)
        return {"link": _url("confirm", token), "is_by_service": True}
    purpose = _PURPOSES[mail.kind]
    token = tokens.make(purpose, mail.subscriber)
    links = {"link": _url(purpose, token), "unsubscribe_link": _url("unsubscribe", token)}
    return {**links, **_BESIDE[mail.kind](mail, token)} if mail.kind in _BESIDE else {**links}


def _url(name: str, token: str) -> str:
    return settings.SITE_URL + reverse(f"subscribers:{name}", args=[token])


def _of_change(mail: TransactionalMail) -> dict[str, Value]:
    """No mail names the other address: one may be a stranger's, the other an employer's."""
    purpose = _CHANGE_PURPOSES[mail.kind]
    if mail.address_change is None:
        raise LookupError("the change of address")
    token = tokens.make_for_change(purpose, mail.address_change)
    return {"link": _url(purpose, token), "undo_days": tokens.MOVE_BACK_WITHIN.days}


def _of_goodbye(subscriber: Subscriber) -> dict[str, Value]:
    own = tokens.make("preferences", subscriber)
    return {
        "link": _url("undo", tokens.make("return", subscriber)),
        "delete_link": _url("delete", own),
        "undo_days": tokens.RETURN_WITHIN.days,
    }


def _of_link(mail: TransactionalMail, token: str) -> dict[str, Value]:
    """The reader's own page about the paper for which they asked a link; none if it is gone."""
    paper = Paper.objects.filter(pk=mail.draft.get("paper")).only("title", "arxiv_id").first()
    if paper is None:
        return {}
    query = urlencode({"id": paper.arxiv_id or paper.pk})
    title = shortened(unicode_math(paper.title), _LONGEST_TITLE)
    return {"paper_link": f"{_url('paper', token)}?{query}", "title": title}


def _of_welcome(mail: TransactionalMail, token: str) -> dict[str, Value]:
    subscriber = mail.subscriber
    chosen = preferences_of(subscriber)
    return {
        **_next_digest(subscriber),
        # One that comes sooner than the slot, as soon as there is an edition.
        "may_be_sooner": subscriber.welcome_due_at is not None,
        "timetable": _capital(in_words(chosen)),
        "most": chosen.digest_size,
        "papers_link": _url("papers", token),
        **_interests(chosen),
    }


def _of_paused(mail: TransactionalMail, token: str) -> dict[str, Value]:
    subscriber = mail.subscriber
    until = subscriber.paused_until
    return {
        **_next_digest(subscriber),
        "link": f"{_url('preferences', token)}#pause",
        "until": _day_in_words(until) if until else "",
    }


def _next_digest(subscriber: Subscriber) -> dict[str, Value]:
    """When the next digest is due, on the reader's own calendar and clock."""
    due = subscriber.next_send_at
    if due is None:
        return {"next_day": "", "next_time": "", "zone": ""}
    local = due.astimezone(ZoneInfo(subscriber.zone))
    return {
        "next_day": _day_in_words(local),
        "next_time": time_format(local, "TIME_FORMAT"),
        "zone": subscriber.zone_name,
    }


def _day_in_words(day: date | datetime) -> str:
    """`Friday, 21 March 2025`."""
    return f"{WEEKDAYS[day.weekday()]}, {date_format(day, 'DATE_FORMAT')}"


def _interests(chosen: Preferences) -> dict[str, Value]:
    """What was chosen, each kind as one line; empty where nothing was."""
    topics = Topic.objects.filter(is_active=True, slug__in=chosen.topics).order_by("name")
    lists = {
        "topics": [topic.name for topic in topics],
        "keywords": chosen.keywords,
        "authors": chosen.authors,
        "muted": chosen.muted,
    }
    return {name: shortened(", ".join(words), _LONGEST_LIST) for name, words in lists.items()}


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


_BESIDE: Final[Mapping[str, Callable[[TransactionalMail, str], dict[str, Value]]]] = {
    Kind.LINK: _of_link,
    Kind.WELCOME: _of_welcome,
    Kind.PAUSED: _of_paused,
}
