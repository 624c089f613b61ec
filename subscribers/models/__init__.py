"""The tables of subscribers."""

from subscribers.models.consent import ConsentEntry, Suppression
from subscribers.models.feedback import DEFAULT_BALANCE, Feedback, ReaderProfile
from subscribers.models.mails import AddressChange, TransactionalMail
from subscribers.models.subscriber import Interest, Subscriber

__all__ = [
    "DEFAULT_BALANCE",
    "AddressChange",
    "ConsentEntry",
    "Feedback",
    "Interest",
    "ReaderProfile",
    "Subscriber",
    "Suppression",
    "TransactionalMail",
]
