"""A paper's code and its page, as its authors name them: links in a comment or an abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from papers.fetched import web_url

_REPOSITORY: Final = re.compile(
    r"(?:https?://)?(?:www\.)?(?P<host>github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)"
    r"/(?P<owner>[\w.-]{1,100})/(?P<name>[\w.-]{1,100})",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(
    r"(?:https?://)?(?P<host>[\w-]{1,100}\.(?:github|gitlab)\.io)(?P<path>(?:/[\w.~%-]+)*/?)",
    re.IGNORECASE,
)
# First parts of addresses on these hosts that are not owners of a repository.
_NO_OWNERS: Final = frozenset(
    ("about", "collections", "explore", "features", "marketplace", "orgs", "search", "settings",
     "sponsors", "topics", "users")
)  # fmt: skip


def code_url(comment: str, abstract: str) -> str:
    """The repository of a paper; empty when no link names one.

    A comment is about the paper itself: its first link counts. An abstract may link to the
    work of others too, so it counts only if all its links name a single repository.
    """
    for url in _repositories(comment):
        return url
    found = list(_repositories(abstract))
    return found[0] if len({url.lower() for url in found}) == 1 else ""


def project_url(comment: str, abstract: str) -> str:
    """The first page on GitHub's or GitLab's own hosts for pages; empty when there is none."""
    for text in (comment, abstract):
        if found := _PAGE.search(text):
            return web_url(f"https://{found['host'].lower()}{found['path'].rstrip('.')}")
    return ""


def _repositories(text: str) -> Iterator[str]:
    for found in _REPOSITORY.finditer(text):
        owner, name = found["owner"], found["name"].rstrip(".-").removesuffix(".git")
        if name and owner.lower() not in _NO_OWNERS:
            yield web_url(f"https://{found['host'].lower()}/{owner}/{name}")
