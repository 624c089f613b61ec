"""GitHub: the stars of a paper's repository.

A request is conditional where a response is stored already: with a token an unchanged one does
not count against the quota. A redirect of a repository that moved is followed to its new name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from papers.sources import SourceError
from papers.sources.http import Clock, Http, Limits, Response, Service, is_json
from papers.sources.json_values import as_count

SOURCE: Final = "github"
_GONE: Final = (404, 410, 451)  # never there, or private; deleted; blocked by law
_OWNER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
# First parts of addresses on github.com that are pages and not owners.
_NO_OWNERS: Final = frozenset(
    ("about", "apps", "collections", "explore", "features", "login", "marketplace", "orgs",
     "search", "settings", "sponsors", "topics", "users")
)  # fmt: skip
# What is kept of a response: the rest is some eighty addresses of GitHub's own API.
_KEPT: Final = (
    "full_name", "stargazers_count", "forks_count", "open_issues_count", "created_at",
    "pushed_at", "archived", "fork", "language", "license", "topics",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on github.com, as its address names it."""

    owner: str
    name: str

    @property
    def key(self) -> str:
        """What two spellings of one repository share: GitHub ignores upper and lower case."""
        return f"{self.owner}/{self.name}".lower()

    @property
    def url(self) -> str:
        return f"https://github.com/{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True)
class Starred:
    """One read of a repository. `stars` is None when nothing changed since the last one.

    `repository` has its present name. Give `response` to `Http.remember` once it is stored.
    """

    repository: Repository
    stars: int | None
    raw: dict[str, Any]
    response: Response


def connect(limits: Limits | None = None, clock: Clock | None = None) -> Http:
    """The client for GitHub's API, built from the settings."""
    token = settings.GITHUB_TOKEN
    headers = {
        "accept": "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
    } | ({"authorization": f"Bearer {token}"} if token else {})
    return Http(Service(settings.GITHUB_URL, headers, [token]), limits, clock)


def repository(url: str) -> Repository | None:
    """The repository of an address on github.com; None for any other address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port in (None, 80, 443) and "@" not in parts.netloc else ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or host not in ("github.com", "www.github.com"):
        return None
    owner, _, rest = parts.path.removeprefix("/").partition("/")
    return _repository(owner, rest.partition("/")[0].removesuffix(".git"))


def starred(http: Http, repository: Repository, *, is_known: bool) -> Starred | None:
    """The stars of a repository; None when it does not exist, or is not public.

    `is_known`: an earlier read is stored, so that "unchanged" is enough.

    Raises:
        SourceError: no response, or one that cannot be read.
    """
    path = f"/repos/{repository.owner}/{repository.name}"
    response = http.get(path, expect=_GONE, check=is_json, if_changed=is_known)
    if response.status in _GONE:
        return None
    if response.status == 304:
        return Starred(repository, None, {}, response)
    return _starred(response)


def _starred(response: Response) -> Starred:
    found = response.json if isinstance(response.json, dict) else {}
    full_name = found.get("full_name")
    owner, _, name = (full_name if isinstance(full_name, str) else "").partition("/")
    now = _repository(owner, name)
    # Older installations have the same number under its first name only.
    stars = as_count(found.get("stargazers_count", found.get("watchers_count")))
    if now is None or stars is None:
        raise SourceError(f"{response.place} answered with no repository and its stars")
    return Starred(now, stars, {key: found[key] for key in _KEPT if key in found}, response)


def _repository(owner: str, name: str) -> Repository | None:
    is_owner = _OWNER.fullmatch(owner) and owner.lower() not in _NO_OWNERS
    if not is_owner or not _NAME.fullmatch(name) or name in (".", ".."):
        return None
    return Repository(owner, name)
