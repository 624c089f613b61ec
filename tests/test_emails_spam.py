"""What SpamAssassin says of every mail, beside a plain mail with the same headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.emails.mails import Mail, mails
from tests.emails.spam import control, received, scores

__all__ = ["mails"]  # a fixture
pytestmark = pytest.mark.django_db
MOST = 0.1  # points above the plain mail; five points make spam
HIDDEN = (
    '<div style="color: transparent; font-size: 1px">Words that no reader sees.</div><p>Hello</p>'
)


def test_no_mail_looks_more_like_spam_than_a_plain_one(
    mails: Sequence[Mail], tmp_path: Path
) -> None:
    both = {mail.name: received(mail) for mail in mails}
    both |= {f"plain: {mail.name}": control(mail) for mail in mails}
    found = scores(both, tmp_path)
    above = {}
    for mail in mails:
        own, plain = found[mail.name], found[f"plain: {mail.name}"]
        if sum(own.values()) > sum(plain.values()) + MOST:
            above[mail.name] = {rule: points for rule, points in own.items() if rule not in plain}
    assert above == {}


def test_hidden_letters_and_spam_itself_are_found(mails: Sequence[Mail], tmp_path: Path) -> None:
    """The rules are loaded: a test that finds nothing would pass without them as well."""
    plain = control(mails[0])
    spam = plain.replace(
        b"Hello,", b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    )
    hidden = plain.replace(b"text/plain", b"text/html").replace(b"Hello,", HIDDEN.encode())
    found = scores({"plain": plain, "spam": spam, "hidden": hidden}, tmp_path)
    assert sum(found["plain"].values()) < MOST
    assert found["spam"]["GTUBE"] == 1000
    assert found["hidden"]["HTML_FONT_LOW_CONTRAST"] > MOST
