"""What a refusal says that is known as one text only: a stored one, or one that a provider passes
on. Pure.

Its code stands somewhere in the text ("smtp; 550 5.1.1 …"), or nowhere. The verdicts are those of
`replies.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mail.refusals.meanings import BUSY, MAILBOX, MESSAGE, MISSING, SERVER, SPAM
from mail.refusals.replies import Reading, read
from mail.refusals.wordings import CODES

_CODE: Final = re.compile(r"(?:^|[;:(])\s*([45]\d\d)(?=[ -])")
_NO_CODE: Final = 500
_FULL: Final = "2.2"
# Of SMTP; 425 and 429 are statuses of an API. 421 closes a connection, whatever was asked.
_TEMPORARY_REPLY: Final = re.compile(r"4(?!21|25|29)\d\d[ -]")
# RFC 3463: x.3 is the server's own system, x.4 its network and routes, x.7 a policy, such as
# greylisting or the reputation of a network.
_OF_SERVER: Final = re.compile(r"\b4\.[347]\.\d")


def names_missing_mailbox(text: str) -> bool:
    """Whether a reply says that the mailbox does not exist (any more). False in doubt."""
    return _read(text).meaning == MISSING


def has_code_of_missing_mailbox(text: str) -> bool:
    """Whether it says so by an enhanced code, and not by its words alone."""
    reading = _read(text)
    return reading.meaning == MISSING and any(CODES.get(one) == MISSING for one in reading.codes)


def denies_missing_mailbox(text: str) -> bool:
    """Whether a reply shows that a mailbox is not missing, though a provider says so.

    It is full, takes mail more slowly or not for now, or the message is too big for it. A code that
    is only vague about the mailbox (5.2.0) denies nothing.
    """
    reading = _read(text)
    by_words = reading.by_words in (MAILBOX, BUSY, MESSAGE, SERVER)
    return by_words or reading.is_for_now or _FULL in reading.codes


def is_about_us(text: str) -> bool:
    """Whether a server's refusal is about this service, or a policy that may be against it.

    One about the content is not: another attempt with the same message would be refused as well.
    """
    return _is_about_us(_read(text))


def is_about_sender(text: str) -> bool:
    """Whether a reply is about who sends, or what: a block list, a relay, a spam filter.

    What it says about the mailbox, if anything, is then worth nothing.
    """
    reading = _read(text)
    return _is_about_us(reading) or reading.meaning == SPAM


def counts_against_mailbox(text: str) -> bool:
    """Whether a refusal says something about its mailbox, if not everything.

    Never one about the sender, and never one by a policy, be it the reader's own: in doubt it is
    about us.
    """
    reading = _read(text)
    return not (reading.is_policy or _is_about_us(reading) or reading.meaning == SPAM)


def is_about_relay(error: str) -> bool:
    """Whether a deferred attempt says nothing about the recipient: the mail server is at fault.

    No connection, a certificate, a 421, an answer of an API, or a reply about us or the server
    itself; any other reply 4xx was given for this recipient or message.
    """
    if not error:
        return False
    return (
        not _TEMPORARY_REPLY.match(error)
        or bool(_OF_SERVER.search(error))
        or is_about_sender(error)
    )


def _is_about_us(reading: Reading) -> bool:
    subject = reading.meaning.subject
    return subject == "us" or (reading.is_policy and subject == "unclear")


@lru_cache(maxsize=1024)  # an hour's count reads the same few answers again and again
def _read(text: str) -> Reading:
    code = _CODE.search(text[:200])
    return read(int(code[1]) if code else _NO_CODE, text)
