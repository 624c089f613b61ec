"""How mail that arrived reaches this service: out of a mailbox, or from a mail server."""

from typing import Final

# Of a mail that is larger only so many bytes are read. What a report says stands at its beginning,
# and behind it comes the mail that it returns.
LARGEST: Final = 10 * 1024 * 1024
