"""Atom feeds (RFC 4287): what all feeds of the site share.

Every id is a tag URI (RFC 4151), so an entry keeps its identity when its URL or its text
changes; every link is absolute, made from SITE_URL and not from the request's Host; texts are
plain, and only the content is HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit
from xml.sax.saxutils import XMLGenerator

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed, rfc3339_date

from web.conditional import revalidate
from web.page_cache.addresses import LISTS, PublicPage

if TYPE_CHECKING:
    _Feed = Feed[Any, Any]
else:
    _Feed = Feed

_SINCE: Final = "2026"  # a tag URI names a date at which the host belonged to its maker
# The date of a feed without entries: Atom requires one, and today's would change each day.
_NO_ENTRY_YET: Final = datetime(2026, 1, 1, tzinfo=UTC)
_CONTROL: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


@dataclass(frozen=True, slots=True)
class Term:
    """A category: its term in a scheme, and its label for people."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link in addition to that of the entry's own page."""

    url: str
    rel: str
    title: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `summary` and `text` are plain, `content` is HTML.

    `content` stands alone; else there is a `summary`, with `text` as the longer form if any.
    """

    id: str
    url: str
    title: str
    updated: datetime
    published: datetime
    authors: Sequence[str] = ()
    summary: str = ""
    text: str = ""
    content: str = ""
    terms: Sequence[Term] = ()
    links: Sequence[Link] = field(default=())


def tag(*parts: object) -> str:
    """`tag:papers.example.org,2026:paper/7`: an id that never changes."""
    host = urlsplit(settings.SITE_URL).hostname
    return f"tag:{host},{_SINCE}:{'/'.join(map(str, parts))}"


def absolute(path: str) -> str:
    """The absolute URL of a path of this site."""
    return f"{settings.SITE_URL}{path}"


class Atom(Atom1Feed):
    """Django's generator with all authors, with plain text marked as such, and with labels."""

    def latest_post_date(self) -> datetime:
        return max((item["entry"].updated for item in self.items), default=_NO_ENTRY_YET)

    def add_root_elements(self, handler: Any) -> None:
        plain = self.feed
        _add(handler, "title", plain["title"])
        _add(handler, "subtitle", plain["subtitle"])
        _add(handler, "id", plain["id"])
        _add(handler, "updated", rfc3339_date(self.latest_post_date()))
        _add(handler, "link", rel="alternate", type="text/html", href=plain["link"])
        if plain["has_self"]:
            _add(handler, "link", rel="self", type="application/atom+xml", href=plain["feed_url"])
        for link in plain["page_links"]:
            _add(handler, "link", rel=link.rel, type="application/atom+xml", href=link.url)
        _add_authors(handler, [plain["author_name"]])

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        entry: Entry = item["entry"]
        _add(handler, "title", entry.title)
        _add(handler, "id", entry.id)
        _add(handler, "published", rfc3339_date(entry.published))
        _add(handler, "updated", rfc3339_date(entry.updated))
        _add(handler, "link", rel="alternate", type="text/html", href=entry.url)
        for link in entry.links:
            _add(handler, "link", rel=link.rel, href=link.url, title=link.title)
        _add_authors(handler, entry.authors)
        for term in entry.terms:
            _add(handler, "category", term=term.term, scheme=term.scheme, label=term.label)
        if entry.content:
            _add(handler, "content", entry.content, type="html")
            return
        _add(handler, "summary", entry.summary, type="text")
        if entry.text:
            _add(handler, "content", entry.text, type="text")


def _add_authors(handler: XMLGenerator, names: Iterable[str]) -> None:
    for name in names:
        handler.startElement("author", {})  # type: ignore[arg-type]  # a mapping is enough
        _add(handler, "name", name)
        handler.endElement("author")


def _add(handler: Any, element: str, text: str = "", **attributes: str) -> None:
    """Add an element, without the characters that XML cannot hold."""
    clean = {name: value.translate(_CONTROL) for name, value in attributes.items()}
    handler.addQuickElement(element, text.translate(_CONTROL), clean)


class AtomFeed(_Feed):
    """A feed of `Entry`s. A subclass gives its title, link, feed_url, feed_guid and items."""

    feed_type = Atom
    language = "en"
    author_name = "Trending Papers"
    description = ""
    has_self: ClassVar[bool] = True
    public_page: ClassVar[PublicPage | None] = PublicPage({"page": LISTS["page"]}, is_complete=True)
    item_pubdate = None  # Django sets Last-Modified only when this attribute exists

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        patch_cache_control(response, **self.cache_control())
        return revalidate(request, response)

    def cache_control(self) -> dict[str, Any]:
        """15 minutes in any cache: many feed readers, and each requests the feed every hour."""
        return {"public": True, "max_age": 900}

    def page_links(self, obj: Any) -> Sequence[Link]:
        """Links to the feed's other pages; most feeds have one page."""
        return ()

    def feed_extra_kwargs(self, obj: Any) -> dict[str, Any]:
        return {"has_self": self.has_self, "page_links": self.page_links(obj)}

    def item_extra_kwargs(self, item: Entry) -> dict[str, Any]:
        return {"entry": item}

    def item_title(self, item: Entry) -> Any:
        return item.title

    def item_description(self, item: Entry) -> str:
        return item.summary

    def item_link(self, item: Entry) -> str:
        return item.url
