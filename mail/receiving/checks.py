"""`manage.py check` on how mail arrives and where it returns to: mail/checks.py calls it."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.core.exceptions import ImproperlyConfigured

from mail.inbound.return_path import CHOICES, PROVIDERS
from mail.providers import known_providers
from mail.receiving.account import parse_account


def check_receiving() -> list[CheckMessage]:
    """The errors and warnings of this module."""
    return [*_check_mailbox(), *_check_choices(), *_check_use()]


def _check_mailbox() -> list[CheckMessage]:
    """E102: a mailbox that cannot be read. E103: its mail would be moved to where it is."""
    if not settings.INBOUND_IMAP_URL:
        return []
    hint = "For example: INBOUND_IMAP_URL=imaps://user:password@imap.example.org/INBOX"
    try:
        account = parse_account(settings.INBOUND_IMAP_URL)
    except ImproperlyConfigured as error:
        return [Error(str(error), hint=hint, id="trending.E102")]
    if account.folder.casefold() != settings.INBOUND_DONE_FOLDER.casefold():
        return []
    return [
        Error(
            f"INBOUND_DONE_FOLDER is {settings.INBOUND_DONE_FOLDER!r}, the folder that is read.",
            hint="Name another folder, or leave it empty: mail that was taken in stays then.",
            id="trending.E103",
        )
    ]


def _check_choices() -> list[CheckMessage]:
    """E104: a return path of no known kind, or a provider that does not exist."""
    choices = {"RETURN_PATH": CHOICES, "INBOUND_PROVIDER": known_providers()}
    return [
        Error(
            f"{name} is {getattr(settings, name)!r}.",
            hint=f"Choose one of: {', '.join(known)}.",
            id="trending.E104",
        )
        for name, known in choices.items()
        if getattr(settings, name) not in known
    ]


def _check_use() -> list[CheckMessage]:
    """W074: a setting of incoming mail that does nothing."""
    hint = "Set INBOUND_ADDRESS to the address of the mailbox: docs/receiving.md."
    found: list[CheckMessage] = []
    if settings.INBOUND_IMAP_URL and not settings.INBOUND_ADDRESS:
        text = "INBOUND_IMAP_URL is set, but INBOUND_ADDRESS is empty: no mail returns to it."
        found.append(Warning(text, hint=hint, id="trending.W074"))
    provider = settings.MAIL_PROVIDER
    if settings.RETURN_PATH != "from" and provider not in ("smtp", *PROVIDERS):
        text = f"RETURN_PATH is {settings.RETURN_PATH!r}, but {provider} takes no return path."
        hint = "Leave it empty: this provider reports bounces as events (docs/providers.md)."
        found.append(Warning(text, hint=hint, id="trending.W074"))
    return found
