"""Hold the rows of all subscribers that one address is about, in one order.

A change of address is about several rows: of the reader, of who has the new address, of others who
move to it. Two readers who swap addresses would each hold their own row and wait for the other's,
which PostgreSQL ends with an error for one of them. So whatever changes a second row calls this
before it holds a first one.
"""

from __future__ import annotations

from django.db.models import Q

from subscribers.models import AddressChange, Subscriber


def lock_subscribers_of(email: str, subscriber: Subscriber) -> None:
    """Hold a subscriber, who has the address, and who moves to or from it, by ascending id.

    To the end of the transaction. A subscriber who has been erased is not an error here.
    """
    moves = AddressChange.objects.filter(Q(old_email=email) | Q(new_email=email))
    owners = Subscriber.objects.filter(email=email)
    ids = {
        subscriber.pk,
        *owners.values_list("pk", flat=True),
        *moves.order_by().values_list("subscriber", flat=True),
    }
    rows = Subscriber.objects.filter(pk__in=ids).order_by("pk").select_for_update()
    list(rows.values_list("pk"))  # read: that locks them
