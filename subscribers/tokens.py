"""Signed links: what a mail carries so that a subscriber needs no password.

A token is `id.time.signature`. The signature covers the purpose and what the link is bound
to, so a token for one purpose is invalid for another, and a link becomes invalid when the
address changes. It is bound to the subscriber's secret too: after a backup is restored, the same
id and the same address may belong to another sign-up. Links that were mailed before there were
secrets still work for those who were subscribers then. Keys rotate through SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from subscribers.addresses import address_hash
from subscribers.models import AddressChange, Subscriber
from web.mangled import readings

# "undo" stands on the page that answers an unsubscription, "return" in the mail about it.
Purpose = Literal["confirm", "preferences", "feed", "undo", "return", "browser"]
# Of a change of address: "move" in the mail to the new address, "move_back" in that to the old one.
ChangePurpose = Literal["move", "move_back"]
# For so long the owner of the old mailbox can take a change of address back: a holiday.
MOVE_BACK_WITHIN: Final = timedelta(days=14)
RETURN_WITHIN: Final = timedelta(days=14)
_SEPARATOR: Final = "."
_FORM: Final = re.compile(r"[0-9]{1,18}\.[0-9A-Za-z]{1,8}\.[0-9A-Za-z_-]{43}")


class BadToken(Exception):
    """The token is not ours, was changed, or was made for an address that is no longer theirs."""


class ExpiredToken(BadToken):
    """The token is genuine, and too old."""


def make(purpose: Purpose, subscriber: Subscriber) -> str:
    """A token for one subscriber and one purpose, safe in a URL."""
    return _signer(purpose, subscriber, str(subscriber.secret)).sign(str(subscriber.pk))


def read(purpose: Purpose, token: str, *, max_age: timedelta | None = None) -> Subscriber:
    """The subscriber for whom the token was made.

    Raises:
        ExpiredToken: it is genuine, and older than `max_age`.
        BadToken: it is not genuine, or its subscriber or their address was deleted or changed.
    """
    subscriber = _unverified_subscriber(token)
    is_expired = False
    for signer in _signers(purpose, subscriber):
        try:
            signer.unsign(token, max_age=max_age)
        except SignatureExpired:
            is_expired = True
        except BadSignature:
            continue
        else:
            return subscriber
    raise ExpiredToken if is_expired else BadToken


def read_mangled(
    purpose: Purpose, text: str, *, max_age: timedelta | None = None
) -> tuple[Subscriber, str]:
    """The same, and the token itself, for the end of a URL that was changed on its way.

    Raises:
        ExpiredToken, BadToken: as `read`, for every reading of the text.
    """
    is_expired = False
    for token in readings(text, [_FORM]):
        try:
            return read(purpose, token, max_age=max_age), token
        except ExpiredToken:
            is_expired = True
        except BadToken:
            continue
    raise ExpiredToken if is_expired else BadToken


def make_for_change(purpose: ChangePurpose, change: AddressChange) -> str:
    """A token for one change of address and one purpose, safe in a URL."""
    return _change_signer(purpose, change).sign(str(change.pk))


def read_change(purpose: ChangePurpose, text: str, *, max_age: timedelta) -> AddressChange:
    """The change of address for which the token at the end of a URL was made.

    Raises:
        ExpiredToken: it is genuine, and older than `max_age`.
        BadToken: it is not genuine, or the change was deleted since.
    """
    for token in readings(text, [_FORM]):
        number = int(token.partition(_SEPARATOR)[0])
        change = AddressChange.objects.select_related("subscriber").filter(pk=number).first()
        if change is None:
            continue
        try:
            _change_signer(purpose, change).unsign(token, max_age=max_age)
        except SignatureExpired as error:
            raise ExpiredToken from error
        except BadSignature:
            continue
        return change
    raise BadToken


def _change_signer(purpose: ChangePurpose, change: AddressChange) -> TimestampSigner:
    addresses = (address_hash(change.old_email), address_hash(change.new_email))
    bound_to = [purpose, *addresses, str(change.subscriber.secret)]
    return TimestampSigner(sep=_SEPARATOR, salt=":".join(["subscribers", *bound_to]))


def _unverified_subscriber(token: str) -> Subscriber:
    """The subscriber whose id starts the token. Not verified: the signature depends on them."""
    number = token.partition(_SEPARATOR)[0]
    # A number with more digits than an id has would be an error of the database.
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise BadToken
    subscriber = Subscriber.objects.filter(pk=int(number)).first()
    if subscriber is None:
        raise BadToken
    return subscriber


def _signers(purpose: Purpose, subscriber: Subscriber) -> Iterator[TimestampSigner]:
    yield _signer(purpose, subscriber, str(subscriber.secret))
    if subscriber.has_old_links and purpose not in ("browser", "return"):
        yield _signer(purpose, subscriber)


def _signer(purpose: Purpose, subscriber: Subscriber, *secrets: str) -> TimestampSigner:
    bound_to = [address_hash(subscriber.email), *secrets]
    if purpose in ("confirm", "feed", "undo", "return", "browser") and subscriber.unsubscribed_at:
        # Unsubscribing makes older links invalid: an old confirmation mail must not start the
        # digests again, and an old feed link must not show them. A link to undo belongs to one.
        bound_to.append(subscriber.unsubscribed_at.isoformat())
    if purpose in ("feed", "browser") and subscriber.feed_renewed_at:
        bound_to.append(f"renewed {subscriber.feed_renewed_at.isoformat()}")
    return TimestampSigner(sep=_SEPARATOR, salt=":".join(["subscribers", purpose, *bound_to]))
