"""The papers that a reader pastes or uploads in a form: read, and matched with those that are here.

The form of a page that takes a file is multipart, and its view is wrapped in `takes_file`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from papers.models import Paper
from subscribers.models import Subscriber
from subscribers.seeds.decoded import MOST_BYTES, NotTextError, Reason, decoded
from subscribers.seeds.name import Matched, match
from subscribers.seeds.read import MOST_CHARACTERS, Reading, read
from web.rate_limit import hit_key

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Arguments = ParamSpec("Arguments")
_RATE: Final = "60/hour"  # lists that a reader may send: a large one takes a second to read
_SHOWN: Final = 5  # entries that name nothing, repeated on the page
_LONGEST_SHOWN_AGAIN: Final = 60_000  # characters of a text that goes back into its field
_ERRORS: Final[dict[Reason, _StrPromise]] = {
    "large": _(
        "This file is larger than 1 MB. Please export fewer papers, or paste their arXiv numbers."
    ),
    "archive": _(
        "This is a compressed file. Please unpack it, and choose the BibTeX, RIS, CSV or text file "
        "in it."
    ),
    "pdf": _("This is a PDF. Please paste the arXiv number of the paper, or its address."),
    "picture": _("This is a picture. Please choose a BibTeX, RIS, CSV or text file."),
    "binary": _("This file holds no text. Please choose a BibTeX, RIS, CSV or text file."),
}


@dataclass(frozen=True, slots=True)
class PastedPapers:
    """What a form named. `text` is for its field: of a file, the ids that were found in it.

    `error` says why the file could not be read.
    """

    text: str = ""
    matched: Matched = field(default_factory=Matched)
    is_empty: bool = True
    error: _StrPromise | str = ""

    @property
    def here(self) -> list[Paper]:
        """The papers that are here, in the order of the text."""
        return [paper for _, paper in self.matched.papers]

    @property
    def names_others(self) -> bool:
        """Whether it names more than those: what is to be looked up, or is not known here."""
        found = self.matched
        return bool(found.wanted or found.lists or found.unclear or found.not_looked_up)

    @property
    def unclear(self) -> list[tuple[int, str]]:
        """The first entries that name no paper, each with its line."""
        return [(one.line, one.shown) for one in self.matched.unclear[:_SHOWN]]

    @property
    def more_unclear(self) -> int:
        """How many further ones there are."""
        return max(0, len(self.matched.unclear) - _SHOWN)


def takes_file(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """A view whose form may hold a file, which stays in memory: the outermost decorator.

    All other pages skip files (FILE_UPLOAD_HANDLERS).
    """

    @wraps(view)
    def page(
        request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        request.upload_handlers = [MemoryFileUploadHandler(request)]
        return view(request, *args, **kwargs)

    return page


def is_too_often(subscriber: Subscriber) -> bool:
    """Count one list of a reader; True when it must not be read, after too many in an hour."""
    quota = hit_key("named papers", _RATE, str(subscriber.pk))
    return quota is not None and not quota.is_kept


def is_pasted(request: HttpRequest) -> bool:
    """Whether the form holds a list, or a file."""
    return bool(request.POST.get("pasted", "").strip() or request.FILES.get("file"))


def refused(request: HttpRequest) -> PastedPapers:
    """What was typed, unread, and why."""
    shown = request.POST.get("pasted", "")[:_LONGEST_SHOWN_AGAIN]
    why = _("That was too often. Please try again in an hour. Nothing was changed.")
    return PastedPapers(shown, is_empty=not shown.strip(), error=why)


def pasted_papers(request: HttpRequest, *, most: int = MOST_CHARACTERS) -> PastedPapers:
    """Read the fields `pasted` and `file` of a posted form. Two queries, none for empty ones.

    Args:
        most: characters of `pasted` that are read.
    """
    typed = request.POST.get("pasted", "")[:most]
    try:
        from_file = _file(request)
    except NotTextError as error:
        shown = typed[:_LONGEST_SHOWN_AGAIN]
        return PastedPapers(shown, is_empty=not typed.strip(), error=_ERRORS[error.reason])
    reading = read(typed) + read(from_file)
    if reading.is_empty:
        return PastedPapers(typed[:_LONGEST_SHOWN_AGAIN])
    text = "\n".join(filter(None, [typed.strip(), *_lines(read(from_file))]))
    return PastedPapers(text[:_LONGEST_SHOWN_AGAIN], match(reading), is_empty=False)


def _file(request: HttpRequest) -> str:
    """The text of the file; empty without one.

    Raises:
        NotTextError: it is no text, or too large.
    """
    uploaded = request.FILES.get("file")
    if uploaded is None:
        return ""
    return decoded(uploaded.read(MOST_BYTES + 1))


def _lines(reading: Reading) -> list[str]:
    """A file cannot be put into a form again: what it names goes into the field as lines."""
    ids = [one.identity.value for one in reading.papers if one.identity]
    titles = [one.titles[0] for one in reading.titles if one.titles]
    return [*ids, *titles, *(one.value for one in reading.lists)]
