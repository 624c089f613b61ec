"""The text of an uploaded file, in whichever encoding a program wrote it."""

from __future__ import annotations

import codecs
from typing import Final, Literal

MOST_BYTES: Final = 1024 * 1024
Reason = Literal["large", "archive", "pdf", "picture", "binary"]

_SIGNATURES: Final[tuple[tuple[bytes, Reason], ...]] = (
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"SQLite format 3", "binary"),
    (b"\xd0\xcf\x11\xe0", "binary"),
    (b"\x7fELF", "binary"),
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 4096
# Bytes that a text has, beside the visible ones: tab, line ends, form feed, escape.
_IN_TEXTS: Final = frozenset(b"\t\n\x0b\x0c\r\x1a\x1b")


class NotTextError(Exception):
    """This is no text, or too large for one. `reason` says what it is."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def decoded(content: bytes) -> str:
    """The text of a file: by its mark, else as UTF-16, UTF-8 or Windows-1252, whichever it is.

    Raises:
        NotTextError: it is a picture, a PDF, an archive, or over 1 MB.
    """
    if len(content) > MOST_BYTES:
        raise NotTextError("large")
    for signature, reason in _SIGNATURES:
        if content.startswith(signature):
            raise NotTextError(reason)
    text = content.decode(_encoding(content), errors="replace").removeprefix("\ufeff")
    return text.replace("\x00", "")


def _encoding(content: bytes) -> str:
    marked = (encoding for mark, encoding in _MARKS if content.startswith(mark))
    sample = content[:_SAMPLE]
    if found := next(marked, None) or _of_zeros(sample):
        return found
    if sum(byte < 32 and byte not in _IN_TEXTS for byte in sample) * 50 > len(sample):
        raise NotTextError("binary")
    try:
        content.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _of_zeros(sample: bytes) -> str | None:
    """UTF-16 without a mark: of an English text every other byte is zero; None for any other."""
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None
