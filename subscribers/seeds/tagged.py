"""The entries of files with one tag a line: RIS, PubMed's format, and EndNote's `%T`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from subscribers.seeds.bibtex import Entry

# "TY  - JOUR" and "PMID- 123", and EndNote's "%0 Journal Article".
_TAG: Final = re.compile(
    r"^\ufeff?\s{0,3}(?:([A-Z][A-Z0-9]{1,3}) {0,2}-(?: |$)|%([0-9A-Z@!+^~#$]) )"
)
_BEGINS: Final = frozenset({"TY", "PMID", "0"})
_ENDS: Final = frozenset({"ER"})
_IS_TAGGED: Final = re.compile(r"^\ufeff?\s{0,3}(?:TY {0,2}- |PMID- |%0 [A-Z])", re.MULTILINE)


def is_tagged(text: str) -> bool:
    """Whether a text holds entries with a tag a line."""
    return bool(_IS_TAGGED.search(text))


def entries(text: str) -> Iterator[Entry]:
    """The entries of a text, by lower-case tag. A line without a tag goes on with the last one."""
    entry, last = Entry(0, {}), ""
    for number, line in enumerate(text.splitlines(), 1):
        found = _TAG.match(line)
        tag = (found[1] or found[2]) if found else ""
        if tag in _BEGINS:
            if entry.fields:
                yield entry
            entry = Entry(number, defaultdict(list))
        elif tag and not entry.line:
            continue  # before the first entry, or between two
        elif tag in _ENDS:
            yield entry
            entry = Entry(0, {})
        if not entry.line:
            continue
        if found:
            last = tag.lower()
            entry.fields.setdefault(last, []).append(line[found.end() :].strip())
        elif last and line.strip():
            entry.fields[last][-1] += f" {line.strip()}"
    if entry.fields:
        yield entry
