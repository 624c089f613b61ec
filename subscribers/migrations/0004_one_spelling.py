"""Give each stored address the spelling that every door uses now, and merge what becomes one.

An address that a script stored with capitals or with an umlaut in its domain was another subscriber
than the one who signed up, and a suppression of one did not stop the other. Where two become one,
no consent and no suppression is lost: see `merged_state`. Few rows are changed; the others are not
read, except those of an international domain.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connection, migrations

from subscribers.addresses import address_hash, address_hashes, spelling

_OTHER_SPELLINGS = """
SELECT id FROM subscribers_subscriber
 WHERE email <> lower(email COLLATE "C") OR email ~ '[^!-~]' OR email LIKE '%.'
 ORDER BY id
"""
_MOVE_DELIVERIES = """
UPDATE newsletter_delivery SET subscriber_id = %(kept)s
 WHERE subscriber_id = %(other)s
   AND edition_id NOT IN (SELECT edition_id FROM newsletter_delivery
                           WHERE subscriber_id = %(kept)s)
"""


def give_one_spelling(apps: Any, _schema_editor: Any) -> None:
    """Correct every stored address, its consent entries and its suppression."""
    subscribers = apps.get_model("subscribers", "Subscriber").objects
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL trending.erasing = 'on'")  # entries are append-only otherwise
        cursor.execute(_OTHER_SPELLINGS)
        for (number,) in cursor.fetchall():
            _correct(apps, subscribers.get(pk=number))
        for one in subscribers.filter(email__contains="xn--").iterator():
            _apply_suppression(apps, one)
        cursor.execute("SET LOCAL trending.erasing = 'off'")


def _correct(apps: Any, subscriber: Any) -> None:
    old, new = _hash_of(subscriber.email), address_hash(subscriber.email)
    entries = apps.get_model("subscribers", "ConsentEntry").objects
    entries.filter(address_hash=old).update(address_hash=new)
    _rename_suppression(apps, old, new)
    email = spelling(subscriber.email)
    others = apps.get_model("subscribers", "Subscriber").objects.exclude(pk=subscriber.pk)
    other = others.filter(email=email).first()
    kept = _merge(apps, subscriber, other) if other else subscriber
    kept.email = email
    kept.save(update_fields=["email", "updated_at"])
    _apply_suppression(apps, kept)


def _rename_suppression(apps: Any, old: str, new: str) -> None:
    """Under the new hash. Where both exist the older one stays, as for an address without IDN."""
    suppressions = apps.get_model("subscribers", "Suppression").objects
    if old != new and not suppressions.filter(address_hash=new).exists():
        suppressions.filter(address_hash=old).update(address_hash=new)


def _merge(apps: Any, one: Any, other: Any) -> Any:
    """One subscriber out of two: the row that gets digests or did last, with all of both."""
    state = merged_state(one, other)
    kept, gone = sorted((other, one), key=lambda row: row.state != "active")
    gone.consent_entries.update(subscriber=kept)
    gone.mails.update(subscriber=kept)
    if not kept.interests.exists():
        gone.interests.update(subscriber=kept)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_DELIVERIES, {"kept": kept.pk, "other": gone.pk})
    for name in ("unsubscribed_at", "last_digest_at", "confirmed_at"):
        times = filter(None, (getattr(one, name), getattr(other, name)))
        setattr(kept, name, max(times, default=None))
    kept.state = state
    if state != "active":
        kept.next_send_at = None
    gone.delete()
    kept.save()
    return kept


def merged_state(one: Any, other: Any) -> str:
    """The state that loses neither a no nor a yes: suppressed, else the later of both."""
    rows = {row.state: row for row in (one, other)}
    if "suppressed" in rows:
        return "suppressed"
    if rows.keys() == {"active", "unsubscribed"}:
        confirmed, left = rows["active"].confirmed_at, rows["unsubscribed"].unsubscribed_at
        return "unsubscribed" if left and (not confirmed or left > confirmed) else "active"
    return next(state for state in ("active", "unsubscribed", "pending") if state in rows)


def _apply_suppression(apps: Any, subscriber: Any) -> None:
    """A suppression under any former spelling stops the subscriber."""
    hashes = address_hashes(subscriber.email)
    suppressions = apps.get_model("subscribers", "Suppression").objects
    found = suppressions.filter(address_hash__in=hashes).first()
    if found is None:
        return
    _rename_suppression(apps, found.address_hash, hashes[0])
    if subscriber.state != "suppressed":
        subscriber.state, subscriber.next_send_at = "suppressed", None
        subscriber.save(update_fields=["state", "next_send_at", "updated_at"])
        apps.get_model("subscribers", "ConsentEntry").objects.create(
            subscriber=subscriber,
            address_hash=hashes[0],
            step="suppressed",
            at=subscriber.updated_at,
            detail={"reason": found.reason},
        )


def _hash_of(email: str) -> str:
    """The hash as it was made before."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0003_mailbox_index"),
        ("newsletter", "0011_edition_awaited_since"),
    ]

    operations = [migrations.RunPython(give_one_spelling, migrations.RunPython.noop)]
