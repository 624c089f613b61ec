"""arXiv: metadata of papers by their ids, and the announcements of each weekday.

The rule of arXiv is one request every three seconds and one connection at a time, from all our
machines together and over all its services: each request waits for its turn in Redis, and
closes its connection before the turn ends. Ids and metadata are free to use; we link to its
pages and fetch no documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from papers.fetched import FetchedPaper
from papers.sources import SourceError
from papers.sources.arxiv_xml import Entry, ParsedFeed, parse_announcements, parse_query
from papers.sources.http import Clock, Http, Limits, Response, Service
from papers.sources.links import code_url, project_url
from papers.sources.pacing import turn

SOURCE: Final = "arxiv"
BATCH: Final = 100  # ids in one request: an address of about 1,300 characters
_PATIENCE: Final = 60.0  # seconds to wait for a turn
_HOST: Final = "arxiv.org"


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for the query API, built from the settings.

    Raises:
        SourceError: the address is not one of arXiv's, or the rest is too short for it.
    """
    return _http(settings.ARXIV_URL, limits, clock)


def connect_authors(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for the pages of authors. It shares its turns with the API."""
    return _http(settings.ARXIV_AUTHOR_URL, limits, clock)


def connect_feeds(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for the announcement feeds. It shares its turns with the API."""
    return _http(settings.ARXIV_FEED_URL, limits, clock)


def papers_by_id(http: Http, ids: Sequence[str]) -> ParsedFeed:
    """The metadata of these papers, at most `BATCH`; ids unknown to arXiv are left out.

    Raises:
        SourceError: no readable response, or arXiv refuses one of the ids (`refused_id`).
    """
    if not 0 < len(ids) <= BATCH:
        raise ValueError(f"between 1 and {BATCH} ids can be asked for, not {len(ids)}")
    params: dict[str, str | int] = {"id_list": ",".join(ids), "max_results": len(ids)}
    # A refusal has a status of 400, and an entry with the reason.
    response = http.get("api/query", params, expect=(400,), check=_is_query)
    return parse_query(response.body)


def ids_of_author(http: Http, author: str) -> list[str] | None:
    """The arXiv ids on the page of an author, in its order: newest first; None: no such author.

    Args:
        author: the name of the page ("warner_s_1"), or the ORCID iD of the author.

    Raises:
        SourceError: no readable response.
    """
    response = http.get(f"a/{author}.atom2", expect=(404,), check=_is_author_feed)
    if response.status == 404:
        return None
    return [entry.arxiv_id for entry in parse_query(response.body).entries]


def refused_id(error: SourceError, ids: Sequence[str]) -> str | None:
    """Which of `ids` arXiv refused, by the last word of its reason; None: it is another error."""
    words = error.reason.split()
    return next((one for one in ids if error.permanent and words[-1:] == [one]), None)


def announced(http: Http, categories: Sequence[str]) -> tuple[ParsedFeed, Response] | None:
    """The newest announcements in these categories; None when they have not changed.

    Weekends and holidays have no announcements: an empty response, or the same as before. Give
    the second value to `http.remember` once the first is stored.

    Raises:
        SourceError: no readable response.
    """
    path = f"atom/{'+'.join(categories)}"
    response = http.get(path, if_changed=True, check=_is_feed)
    return None if response.status == 304 else (parse_announcements(response.body), response)


def fetched(entry: Entry, listed_on: date, *, is_unlisted: bool = False) -> FetchedPaper:
    """An entry in the form of all sources: no list, and no signals, since arXiv counts nothing."""
    return FetchedPaper(
        title=entry.title,
        arxiv_id=entry.arxiv_id,
        authors=entry.authors,
        summary=entry.abstract,
        categories=entry.categories,
        published_on=entry.published_on,
        listed_on=listed_on,
        is_listing=False,
        is_unlisted=is_unlisted,
        code_url=code_url(entry.comment, entry.abstract),
        project_url=project_url(entry.comment, entry.abstract),
        is_withdrawn=_is_withdrawn(entry),
        withdrawn_on=entry.updated_on or entry.announced_on,
        version=entry.version,
        revised_on=entry.updated_on,
        raw=entry.raw,
        left_out=entry.left_out,
    )


def _is_withdrawn(entry: Entry) -> bool | None:
    """None: a feed has no comment, so an entry of it without a notice proves nothing."""
    has_comment = entry.published_on is not None and not entry.announced
    return entry.is_withdrawn or (False if has_comment else None)


def without_links(
    paper: FetchedPaper, *, has_code: bool = True, has_project: bool = True
) -> FetchedPaper:
    """The same without its links: those found in prose must not replace a source's own.

    A paper whose code is known gets no link to a project either: prose names those of others too.
    """
    if has_code:
        return replace(paper, code_url="", project_url="")
    return replace(paper, project_url="") if has_project else paper


def wrong_address(url: str, rest: float) -> str:
    """What is wrong with an address of arXiv; empty when nothing is wrong.

    Our turns are for arXiv, so no other host may be used under its name, except this machine,
    for tests. Only there the rest may be shorter than three seconds.
    """
    try:
        parts = urlsplit(url)
        host, is_plain = parts.hostname or "", "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return "it is no address"
    if _is_loopback(host):
        return ""
    is_arxiv = is_plain and (host == _HOST or host.endswith(f".{_HOST}"))
    if parts.scheme != "https" or not is_arxiv:
        return "it is no https address of arXiv"  # and it may hold a password
    if rest < 3.0:
        return f"arXiv asks for three seconds between two requests, and {rest:g} is less"
    return ""


def _http(base_url: str, limits: Limits | None, clock: Clock | None) -> Http:
    if wrong := wrong_address(base_url, settings.ARXIV_REST_SECONDS):
        raise SourceError(f"the address of arXiv cannot be used: {wrong}")
    limits = limits or Limits()

    def around() -> AbstractContextManager[object]:
        rest = settings.ARXIV_REST_SECONDS
        return turn(SOURCE, rest=rest, longest=limits.answer, patience=_PATIENCE)

    service = Service(base_url, headers={"connection": "close"}, around=around)
    return Http(service, limits, clock)


def _is_query(response: Response) -> object:
    answer = parse_query(response.body)
    if answer.missing and not (answer.entries or answer.unreadable):
        # It happens for moments; what came of a longer answer is used instead (`missing`).
        reason = f"{answer.missing} papers were promised and none came"
        raise SourceError(reason, permanent=False)
    return answer


def _is_author_feed(response: Response) -> object:
    return parse_query(response.body)


def _is_feed(response: Response) -> object:
    return parse_announcements(response.body)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
