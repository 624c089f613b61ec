"""The pages of a list that is longer than one."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,4}")


class NoSuchPage(LookupError):
    """There is no page of this number."""


def page_number(text: str) -> int:
    """The number of a page as an address has it; 1 if it has none.

    Raises:
        NoSuchPage: it is no number, or is not written as ours are (`page=02`).
    """
    if not text:
        return 1
    if not _NUMBER.fullmatch(text):
        raise NoSuchPage(_("Pages are counted 1, 2, 3 and so on."))
    return int(text)


def page_count(total: int, size: int) -> int:
    """How many pages of `size` rows a list of `total` rows has; an empty list has one."""
    return max(1, -(-total // size))


def require_page(number: int, pages: int) -> None:
    """Refuse the number of a page after the last one.

    Raises:
        NoSuchPage: with the number of pages that there are.
    """
    if number > pages:
        text = ngettext("This list has %(pages)d page.", "This list has %(pages)d pages.", pages)
        raise NoSuchPage(text % {"pages": pages})
