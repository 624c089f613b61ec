"""The service in real, separate processes, for the tests that need all of it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

import psutil
import psycopg
from bs4 import BeautifulSoup, Tag

from local import servers
from local.processes import MARK

ROOT = Path(__file__).resolve().parent.parent
SLOW = 120.0  # seconds, for a loaded machine of two cores
Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(look: Callable[[], Found], what: str, seconds: float = SLOW) -> Found:
    """The first true result of `look`, which is called every 50 ms."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}, which did not come"
        time.sleep(0.05)
    return found


class Service:
    """`python -m local.run`, as `make run` starts it, in a folder and on a port of its own."""

    def __init__(self, var: Path, **environ: str) -> None:
        self.var = var
        self.port = free_port()
        self.site = f"http://localhost:{self.port}"
        inherited = {k: v for k, v in os.environ.items() if k not in _SET_BY_TESTS}
        self.environ = inherited | {"VAR_DIR": str(var), "PORT": str(self.port)} | environ
        self._process: subprocess.Popen[str] | None = None

    # ── starting and stopping ────────────────────────────────────────────────

    def start(self) -> list[str]:
        """Start and wait for Ready; the lines that were printed until then."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.run"],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return list(self._until_ready(self._process))

    def _until_ready(self, process: subprocess.Popen[str]) -> Iterator[str]:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            yield line.rstrip("\n")
            if line.startswith("Ready: "):
                return
        process.stdout.close()
        raise AssertionError(f"ended with status {process.wait()}: {''.join(lines)}")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Signal it and wait for its end; the exit status."""
        assert self._process is not None
        self._process.send_signal(how)
        status = self._process.wait(SLOW)
        if self._process.stdout:
            self._process.stdout.close()
        return status

    def run_to_its_end(self) -> subprocess.CompletedProcess[str]:
        """Start the service where it must refuse to, and wait for its end."""
        return self.run_module("local.run")

    def run_module(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=SLOW,
            check=False,
        )

    def manage(self, *words: str) -> str:
        """A management command beside the service, with the service's database."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=SLOW,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def processes(self) -> list[psutil.Process]:
        """All processes of this folder: children of the service, and the embedded servers."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                return False
            return (
                process.environ().get(MARK) == str(self.var.resolve())
                or str(self.var.resolve()) in " ".join(process.cmdline())
                or process.cwd().startswith(str(self.var.resolve()))
            )
        except psutil.Error:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()

    # ── mail ─────────────────────────────────────────────────────────────────

    def mails(self, to: str = "") -> list[EmailMessage]:
        """The mails that arrived, oldest first; only those to one address if it is named."""
        paths = sorted((self.var / "mail" / "new").glob("*"), key=lambda path: path.stat().st_mtime)
        parsed = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
        return [mail for mail in parsed if to in ("", mail["To"])]

    # ── the database ─────────────────────────────────────────────────────────

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        url = self.environ.get("DATABASE_URL") or servers.database_url(self.var)
        with psycopg.connect(url, autocommit=True) as connection:
            result = connection.execute(sql, values or None)
            return result.fetchall() if result.description else []

    # ── the site ─────────────────────────────────────────────────────────────

    def get(self, path: str) -> Response:
        return self._open(Request(urljoin(self.site, path)))

    def post(self, path: str, values: Mapping[str, Any] | Sequence[tuple[str, str]]) -> Response:
        body = urlencode(values, doseq=True).encode()
        return self._open(Request(urljoin(self.site, path), data=body))

    def _open(self, request: Request) -> Response:
        try:
            with build_opener(_NoRedirect).open(request, timeout=30) as got:
                return Response(got.status, got.read().decode(), got.headers, got.url)
        except HTTPError as error:
            with error:
                return Response(error.code, error.read().decode(), error.headers, request.full_url)


_SET_BY_TESTS = {"DATABASE_URL", "REDIS_URL", "REDIS_PREFIX", "VAR_DIR", "LOCAL", "MAKELEVEL"}


class _NoRedirect(HTTPRedirectHandler):
    """Returns redirects instead of following them."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Response:
    """One response of the site, and the forms in it."""

    def __init__(self, status: int, text: str, headers: Any, url: str) -> None:
        self.status, self.text, self.headers, self.url = status, text, headers, url

    @property
    def location(self) -> str:
        return str(self.headers["Location"])

    @property
    def words(self) -> str:
        return " ".join(BeautifulSoup(self.text, "html.parser").get_text(" ").split())

    def form(self, holding: str = "") -> tuple[str, list[tuple[str, str]]]:
        """The URL of a form, and what a browser sends of it when nothing is changed.

        `holding` names a field that the form must have; default: the first form that POSTs.
        """
        for form in BeautifulSoup(self.text, "html.parser").select("form[method=post]"):
            if not holding or form.select_one(f"[name={holding}]"):
                return urljoin(self.url, str(form.get("action") or "")), list(_fields(form))
        raise AssertionError(f"no form with {holding!r} at {self.url}:\n{self.words}")


def _fields(form: Tag) -> Iterator[tuple[str, str]]:
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            assert chosen is not None
            yield name, str(chosen.get("value", ""))
        elif field.name == "textarea":
            yield name, field.get_text().strip()
        elif field.get("type") not in ("checkbox", "radio") or field.has_attr("checked"):
            yield name, str(field.get("value", ""))


def links(mail: EmailMessage) -> list[str]:
    """Every URL in the text part."""
    body = mail.get_body(["plain"])
    assert body is not None
    return re.findall(r"https?://\S+", body.get_content())
