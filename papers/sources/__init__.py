"""One module per outside source of papers. Each converts its responses to `FetchedPaper`s."""

from __future__ import annotations

import codecs

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class SourceError(Exception):
    """Content of a source cannot be used: the reason, and the line that shows it, from 1.

    `permanent`: the same request would fail again, so an operator has to look at it. Otherwise
    the next run may succeed, after `retry_after` seconds at the earliest if it is set.
    """

    def __init__(
        self,
        reason: str,
        *,
        line: int | None = None,
        permanent: bool = True,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.reason = reason
        self.line = line
        self.permanent = permanent
        self.retry_after = retry_after


def decode(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises:
        SourceError: the bytes are not UTF-8; names the line of the first bad one.
    """
    if content.startswith(_UTF16):
        raise SourceError("the file is in UTF-16; save it as UTF-8", line=1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise SourceError(
            f"byte 0x{byte:02x} is not UTF-8; is this a text file?", line=line
        ) from error
