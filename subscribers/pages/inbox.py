"""What the page "Check your inbox" says: how the mail looks, and what its buttons send again."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Final, NamedTuple

from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string

from subscribers.pages.forms import ChoicesForm

_SHORT: Final = ("topic", "author", "timezone")
# What a form may hold at most: thirty topics and some lines of words.
_MOST_VALUES: Final = 100
_LONGEST: Final = 4000


class MailInWords(NamedTuple):
    """By what a reader recognises the mail."""

    sender: str
    address: str
    subject: str


def mail_in_words() -> MailInWords:
    """The sender and the subject of the confirmation mail.

    An address that is subscribed already gets another mail: to name its subject here would tell
    a stranger so.
    """
    name, address = parseaddr(settings.MAIL_FROM)
    subject = render_to_string("emails/confirm.subject.txt")
    return MailInWords(name or address, address, " ".join(subject.split()))


def carried(data: QueryDict) -> list[tuple[str, str]]:
    """The choices of a posted form, as (name, value), for hidden fields of the next one."""
    names = dict.fromkeys((*ChoicesForm.base_fields, *_SHORT))
    values = [(name, value) for name in names for value in data.getlist(name)]
    return [(name, value) for name, value in values if len(value) <= _LONGEST][:_MOST_VALUES]
