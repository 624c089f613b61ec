"""What mails use that a mail program does not know, and that nothing excuses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from tests.emails.accepted import Accepted
from tests.emails.features import Use
from tests.emails.support import WORD, Support, features, support


class Findings(NamedTuple):
    """Both empty when all is well."""

    refused: list[str]  # "css-padding on p, `padding: 4px`: outlook windows: …"
    stale: list[str]  # lines of the tables that no mail needs


def findings(
    used: Collection[Use], accepted: Collection[Accepted], untested: Mapping[str, str]
) -> Findings:
    """What is not supported and not accepted, and what is accepted and not used."""
    refused, needed, known = set[str](), set[Accepted](), set[str]()
    for use in used:
        if use.feature not in features():
            known.add(use.feature)
            if use.feature not in untested:
                refused.add(f"{use.feature} on {use.element}: caniemail.com has no test of it")
            continue
        bare = []
        for lack in lacks(use):
            excuses = [one for one in accepted if _excuses(one, use, lack)]
            needed.update(excuses)
            bare += [] if excuses else [lack]
        if bare:
            refused.add(_sentence(use, bare))
    stale = [f"{one.feature}: {one.reason}" for one in accepted if one not in needed]
    return Findings(sorted(refused), [*stale, *sorted(untested.keys() - known)])


def lacks(use: Use) -> Iterator[Support]:
    """The clients that read a part and do not know a feature in it, or not all of it."""
    for found in support(use.feature):
        if found.answer != "y" and _reads(found.client, use):
            yield found


def _reads(client: str, use: Use) -> bool:
    """Whether a client gets as far as a use: it reads that part and what is around it."""
    if use.readers == ("not word" if client in WORD else "word"):
        return False
    answers = [
        found.answer for slug in use.within for found in support(slug) if found.client == client
    ]
    return "n" not in answers


def _excuses(accepted: Accepted, use: Use, lack: Support) -> bool:
    clients = accepted.clients.split(", ")
    return (
        accepted.feature == use.feature
        and any(fnmatchcase(lack.client, pattern) for pattern in clients)
        and bool(re.search(accepted.only, f"{use.element} | {use.example}"))
    )


def _sentence(use: Use, lacking: Sequence[Support]) -> str:
    """Where it stands, which programs lack it, and what the data says of them."""
    said = {"n": "no", "a": "in part", "u": "untested"}
    clients = ", ".join(f"{one.client} ({said[one.answer]})" for one in lacking)
    notes = sorted({note for one in lacking for note in one.notes})
    return " ".join([f"{use.feature} on {use.element}, `{use.example}`: {clients}.", *notes])
