"""A served site while PostgreSQL or Redis is stopped by a signal, and after it goes on.

A frozen server still accepts connections and acknowledges packets: only a clock of our own ends
the wait for it.
"""

from __future__ import annotations

import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from fakes.service_processes import Service, wait_for
from local.processes import Child, stop
from tests.settings_file import ROOT

pytestmark = pytest.mark.flow


class Site:
    """gunicorn as in production, one process, on stores of its own."""

    def __init__(self, service: Service) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        config = f"--config={ROOT / 'config' / 'gunicorn.py'}"
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", config]
        environ = {**service.environ, "PORT": str(self.port), "WEB_CONCURRENCY": "1"}
        environ["PAGE_CACHE_MB"] = "0"  # or "/" needs no store while it is fresh
        environ["TICK_SECONDS"] = "600"  # no beat runs here, and for this long that is no fault
        self.web = Child("web", command, environ, service.var / "log" / "web.log")

    def get(self, path: str) -> tuple[int, str, float]:
        """Status, body, and how many seconds it took."""
        begun = time.monotonic()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as got:
                status, body = got.status, got.read().decode()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read().decode()
        except OSError:
            return 0, "", time.monotonic() - begun
        return status, body, time.monotonic() - begun


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("frozen")) as running:
        yield running


@pytest.fixture(scope="module")
def site(service: Service) -> Iterator[Site]:
    site = Site(service)
    site.web.start()
    try:
        wait_for(lambda: site.get("/readyz")[0] == 200, "the site", site.web)
        yield site
    finally:
        stop([site.web], 20.0)


@contextmanager
def frozen(store: Child) -> Iterator[None]:
    """The server's processes, those of its connections too, are stopped for the block."""
    assert store.pid
    main = psutil.Process(store.pid)
    family = [main, *main.children(recursive=True)]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in [*main.children(recursive=True), main]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


def test_with_postgresql_frozen_pages_are_503_and_probes_answer_in_time(
    service: Service, site: Site
) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert {status for status, *_ in threads.map(site.get, ["/"] * 8)} == {200}
    with frozen(service.postgres), ThreadPoolExecutor(8) as threads:
        pages = [threads.submit(site.get, "/") for _ in range(3)]
        status, body, seconds = site.get("/readyz")
        assert (status, body.splitlines()[0]) == (503, "no database: no answer in 1.6 s")
        assert seconds < 2
        for page in pages:
            status, body, seconds = page.result()
            assert (status, seconds < 8) == (503, True)
            assert "We will be back in a moment" in body
        assert site.get("/")[0] == 503
        assert site.get("/api/daily_papers")[0] == 503
        assert site.get("/healthz")[:2] == (200, "ok\n")
    wait_for(lambda: site.get("/")[0] == 200, "the page after PostgreSQL goes on", site.web)
    wait_for(lambda: site.get("/readyz")[0] == 200, "the probe", site.web)


def test_many_visitors_of_a_frozen_database_leave_a_thread_for_the_probe(
    service: Service, site: Site
) -> None:
    with frozen(service.postgres), ThreadPoolExecutor(30) as threads:
        pages = [threads.submit(site.get, "/") for _ in range(30)]
        assert pages[0].result()[0] == 503
        status, _, seconds = site.get("/readyz")
        assert (status, seconds < 2) == (503, True)
        assert {page.result()[0] for page in pages} == {503}
    wait_for(lambda: site.get("/")[0] == 200, "the page after PostgreSQL goes on", site.web)


def test_with_redis_frozen_pages_are_served_and_the_probe_names_it(
    service: Service, site: Site
) -> None:
    with frozen(service.valkey):
        status, body, seconds = site.get("/readyz")
        assert status == 503
        assert seconds < 2
        assert "no redis: " in body
        assert "no broker: " in body
        assert site.get("/readyz?for=pages")[:2] == (200, "ok\n")
        assert site.get("/")[0] == 200
    wait_for(lambda: site.get("/readyz")[0] == 200, "the probe", site.web)


def test_no_traceback_is_written_for_an_outage(service: Service, site: Site) -> None:
    with frozen(service.postgres):
        assert site.get("/")[0] == 503
    written = Path(site.web.log).read_text()
    assert "Service Unavailable: /" in written
    assert "Traceback" not in written
    wait_for(lambda: site.get("/")[0] == 200, "the page after PostgreSQL goes on", site.web)
