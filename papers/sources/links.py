"""A paper's code and its page, as its authors name them: links in a comment or an abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from papers.fetched import web_url
from papers.text.addresses import undo_tex_in_addresses

# An address begins where no other host and no path goes on: gist.github.com is no repository.
_BEGIN: Final = r"(?:https?:\s?/{1,3}|(?<![\w.@/-]))(?:www\.)?"
_REPOSITORY: Final = re.compile(
    rf"(?:{_BEGIN}|(?<![\w.-])git@)"
    r"(?P<host>github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)"
    r"[/:]/?(?P<owner>[A-Za-z0-9_.-]{1,100})/(?P<name>[A-Za-z0-9_.%-]{1,100})",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(
    rf"{_BEGIN}(?P<host>[a-z0-9-]{{1,100}}\.(?:github|gitlab)\.io)"
    r"(?P<path>(?:/[A-Za-z0-9_.~%-]+)*/?)",
    re.IGNORECASE,
)
# GitLab has groups within groups. What follows "-" and the others is inside of a repository.
_WITHIN_GROUPS: Final = re.compile(
    r"(?:/(?!(?:-|tree|blob|raw|issues|wikis|merge_requests|commits?|releases)(?![\w-]))"
    r"[A-Za-z0-9_.%-]{1,100})*"
)
# What follows an address that is cut off, or spelled in a way that we cannot undo. What is left of
# the name would be the repository of others.
_MANGLED: Final = re.compile(
    r"\\(?!\\|[ ,;:)\]]|(?:footnote|cite|quad|newline|par|xspace|thanks|item|end)\b)"
    r"|\{(?![^{}]*\}(?:[\s.,;)}$]|\Z))"  # a label in braces follows a whole address
    r"|\$(?![\s.,;:)]|\Z)"
    r"|[A-Za-z0-9_^…%+-]|\s+_\w"
)
_NAME: Final = re.compile(r"(?!.*---)[A-Za-z0-9_.-]+")  # a dash of TeX goes on in prose
# First parts of addresses on these hosts that are not owners of a repository.
_NO_OWNERS: Final = frozenset(
    ("about", "apps", "collections", "enterprise", "explore", "features", "login", "marketplace",
     "orgs", "search", "settings", "site", "solutions", "sponsors", "stars", "topics", "trending",
     "user-attachments", "users")
)  # fmt: skip


def code_url(comment: str, abstract: str) -> str:
    """The repository of a paper; empty when no link names one.

    A comment is about the paper itself: its first link counts. An abstract may link to the
    work of others too, so it counts only if all its links name a single repository. A link
    that is cut off counts as one that we do not know.
    """
    if first := next(_repositories(comment), ""):
        return first
    found = list(_repositories(abstract))
    return found[0] if len({url.lower() for url in found}) == 1 else ""


def project_url(comment: str, abstract: str) -> str:
    """The first page on GitHub's or GitLab's own hosts for pages; empty when there is none."""
    for text in map(undo_tex_in_addresses, (comment, abstract)):
        found = _PAGE.search(text)
        if found and not _MANGLED.match(text, found.end()):
            path = found["path"].rstrip(".")
            return web_url(f"https://{found['host'].lower()}{path}")
    return ""


def _repositories(text: str) -> Iterator[str]:
    """The repositories that `text` names; an empty one where an address is mangled."""
    text = undo_tex_in_addresses(text)
    for found in _REPOSITORY.finditer(text):
        if found["owner"].lower() not in _NO_OWNERS:
            host, (parts, end) = found["host"].lower(), _parts(text, found)
            is_mangled = parts[-1].endswith(("-", "_", "...")) or _MANGLED.match(text, end)
            parts[-1] = parts[-1].rstrip(".").removesuffix(".git")
            is_known = not is_mangled and all(map(_NAME.fullmatch, parts))
            yield web_url("/".join([f"https://{host}", found["owner"], *parts])) if is_known else ""


def _parts(text: str, found: re.Match[str]) -> tuple[list[str], int]:
    """The name of a repository, with the groups before it at GitLab, and the place after it."""
    deeper = (
        _WITHIN_GROUPS.match(text, found.end()) if found["host"].lower() == "gitlab.com" else None
    )
    parts = [found["name"], *(deeper[0].split("/")[1:] if deeper else ())]
    return [unquote(part) for part in parts], deeper.end() if deeper else found.end()
