"""The tables of subscribers."""

from subscribers.models.consent import ConsentEntry, Suppression
from subscribers.models.feedback import DEFAULT_BALANCE, LIKED_KINDS, Feedback, ReaderProfile
from subscribers.models.mails import AddressChange, TransactionalMail
from subscribers.models.seeds import SeedRequest
from subscribers.models.subscriber import Interest, Subscriber

__all__ = [
    "DEFAULT_BALANCE",
    "LIKED_KINDS",
    "AddressChange",
    "ConsentEntry",
    "Feedback",
    "Interest",
    "ReaderProfile",
    "SeedRequest",
    "Subscriber",
    "Suppression",
    "TransactionalMail",
]
