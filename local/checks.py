"""`manage.py check` on the settings of a laptop. docs/settings.md lists every id."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register("trending")
def check_mailbox(**_kwargs: object) -> list[CheckMessage]:
    """E009: /mailbox/ shows all mail to every visitor; it is for a laptop only."""
    if settings.LOCAL or not settings.MAILBOX_DIR:
        return []
    return [
        Error(
            "MAILBOX_DIR is set, but this is not a laptop (LOCAL=false).",
            hint="Leave MAILBOX_DIR out: it opens /mailbox/, where every visitor reads all mail.",
            id="trending.E009",
        )
    ]
