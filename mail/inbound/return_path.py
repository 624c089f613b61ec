"""The return path of a mail: the address of its envelope to which it goes back.

RETURN_PATH says which. "verp": an address of its own under INBOUND_ADDRESS, so that a report which
quotes nothing still says which mail it is about. "plain": INBOUND_ADDRESS itself, for a server that
takes no address with a plus. "from": the address of MAIL_FROM, for one that lets us send under no
other, and where no mail is received here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.conf import settings

from mail.inbound.addresses import bounce_address

CHOICES: Final = ("verp", "plain", "from")
# The providers that take a whole address for this; of others it is no more than a domain, or the
# header Sender. All of them report bounces as events, so this is only done when it is asked for.
PROVIDERS: Final = ("amazon_ses", "sparkpost")


def return_path(token: str = "") -> str:
    """The address to which a mail returns; empty: to the one of MAIL_FROM.

    Args:
        token: by which the mail is recognised; empty: it has none, and returns to INBOUND_ADDRESS.
    """
    if settings.RETURN_PATH == "from":
        return ""
    if not token or settings.RETURN_PATH == "plain":
        return str(settings.INBOUND_ADDRESS)
    before, after = _around_token(settings.INBOUND_ADDRESS)
    return f"{before}{token}{after}" if before else ""


@lru_cache(maxsize=4)
def _around_token(_inbound: str) -> tuple[str, str]:
    """The address before and after its token: each digest of a burst asks for it."""
    before, _, after = bounce_address("\0").partition("\0")
    return before, after
