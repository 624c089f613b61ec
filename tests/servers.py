"""A pytest plugin, loaded by -p: it starts real servers before Django reads its settings.

With DATABASE_URL and REDIS_URL in the environment the tests use those; otherwise the embedded
servers run as long as the tests. Parallel workers inherit the URLs, and each has its own database
and its own Redis prefix.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local import servers

ROOT = Path(__file__).resolve().parent.parent
_stack = ExitStack()
_GIVEN = "TRENDING_PAPERS_TESTS_ON_GIVEN_SERVERS"  # parallel workers inherit it


def _start_missing_servers() -> None:
    var = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "test"
    if servers.not_needed():
        os.environ[_GIVEN] = "yes"
    else:
        _stack.enter_context(servers.running(var))
    os.environ.setdefault("DATABASE_URL", servers.database_url(var))
    os.environ.setdefault("REDIS_URL", servers.redis_url(var))
    os.environ["VAR_DIR"] = str(var)
    os.environ["LOCAL"] = "true"


_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if not _worker:
    _start_missing_servers()
# The servers that the environment named; empty when the embedded ones run.
GIVEN = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(_GIVEN)}
# A page shows a change at once: no test has to wait.
os.environ["PAGE_VERSION_SECONDS"] = "0"
os.environ["REDIS_PREFIX"] = f"test-{_worker or 'main'}-{os.getpid()}:"


def with_database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def pytest_unconfigure(config: pytest.Config) -> None:
    _stack.close()
