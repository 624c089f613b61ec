"""The tables of editions, of the ledger, of events, of incoming mail, and of the installation."""

from newsletter.models.deliveries import (
    ArchivedDelivery,
    Delivery,
    DigestContent,
    StoredPick,
    Tally,
)
from newsletter.models.editions import (
    Candidate,
    Edition,
    EditionCard,
    EditionQuerySet,
    EditionTranslation,
)
from newsletter.models.events import DeliveryEvent
from newsletter.models.inbound import InboundMessage
from newsletter.models.installation import ClockReading, DatabaseOrigin
from newsletter.models.mailboxes import InboundMailbox

__all__ = [
    "ArchivedDelivery",
    "Candidate",
    "ClockReading",
    "DatabaseOrigin",
    "Delivery",
    "DeliveryEvent",
    "DigestContent",
    "Edition",
    "EditionCard",
    "EditionQuerySet",
    "EditionTranslation",
    "InboundMailbox",
    "InboundMessage",
    "StoredPick",
    "Tally",
]
