"""Fixtures that many tests share."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from fakes.dovecot import Dovecot, dovecot
from fakes.dovecot import missing as dovecot_missing
from mail.relay import process_relay
from mail.sites import process_sites
from papers.similarity.nearest import forget as forget_signs
from tests.mail.smtp.certificates import make_certificate
from tests.mail_servers import Mailbox, require
from web.page_cache.by_version import forget
from web.page_cache.serve import page_cache

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of recorded data beside the project; a user's clone does not have it."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail("../shared is missing, and in CI it must be there")
        pytest.skip("needs ../shared, which a user's clone does not have")
    return SHARED


@pytest.fixture(scope="session")
def dovecot_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    """Dovecot of Debian's packages: each test takes a mailbox of its own."""
    require(dovecot_missing())
    with dovecot(make_certificate(tmp_path_factory.mktemp("certificate"))) as found:
        yield found


@pytest.fixture
def mailbox(dovecot_server: Dovecot) -> Mailbox:
    """An empty mailbox, read over IMAP and filled over LMTP."""
    return Mailbox(dovecot_server, f"reply{secrets.token_hex(4)}")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Delete rate limits and caches before each test.

    Only this process's own keys: `cache.clear()` would empty Redis for parallel workers too.
    """
    client = redis.Redis.from_url(settings.REDIS_URL)
    if keys := list(client.scan_iter(f"{os.environ['REDIS_PREFIX']}*", count=1000)):
        client.delete(*keys)
    client.close()
    process_relay.cache_clear()
    process_sites.cache_clear()
    page_cache.cache_clear()
    forget()
    forget_signs()
    yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, with all other connections closed before it is dropped.

    A thread of the test server keeps its connection for a moment after a browser's last request.
    """
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """After a test that commits, every table is emptied: store the seeded topics again."""
    yield
    if nextitem and _commits(item):  # after the last test the database is gone
        with item.config.stash[blocking_manager_key].unblock():
            import_module("papers.migrations.0003_seed_topics").seed(apps, None)
            import_module("papers.migrations.0020_seed_families").set_families(apps, None)


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        fixtures & {"transactional_db", "live_server"}
    )
