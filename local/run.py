"""`make run`: the whole service on one machine, out of real parts.

Starts PostgreSQL and Valkey (unless DATABASE_URL and REDIS_URL name others), a local SMTP
catcher (unless MAIL_PROVIDER or EMAIL_HOST names a way out), the web server, a Celery worker
and beat, and watches over them. Ctrl-C or SIGTERM stops web, beat and worker first, with
time to finish their burst, then the catcher, then Valkey, then PostgreSQL.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from local import servers
from local.processes import MARK, Child, end_leftovers, stop

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 40.0  # a worker finishes the mails in its hands: 30 s, and a little more
READY_SECONDS = 60.0
FIRST_EDITION_SECONDS = 90.0


class Refusal(Exception):
    """The service cannot run like this; the message is one line that says what to do."""


class Stopped(Exception):
    """Somebody asked us to stop."""


def main() -> int:
    signal.signal(signal.SIGTERM, _stop_asked)
    signal.signal(signal.SIGHUP, _stop_asked)
    signal.signal(signal.SIGINT, _stop_asked)
    if os.environ.get("MAKELEVEL"):
        servers.die_with_parent(signal.SIGTERM)  # `make` killed: nobody would stop us
    var = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()
    try:
        with ExitStack() as stack:
            _run(var, stack)
    except Stopped:
        return 0
    except (Refusal, servers.EmbeddedError) as refusal:
        print(refusal, file=sys.stderr, flush=True)
        return 1
    return 0


def _stop_asked(_signal: int, _frame: FrameType | None) -> NoReturn:
    # Once is enough: a second Ctrl-C must not break the orderly end.
    for asked in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(asked, signal.SIG_IGN)
    raise Stopped


def _run(var: Path, stack: ExitStack) -> None:
    stack.enter_context(_only_one(var))
    end_leftovers(str(var))  # before the port: a killed run's web server may still hold it
    port = _free_port()
    environ = _environment(var, port)
    _start_stores(var, environ, stack)
    catcher = _catcher(var, environ)
    if catcher:
        stack.callback(stop, [catcher], 5.0)
        _start_catcher(catcher, var, environ)
    os.environ.update(environ)
    first_start = _prepare(var)
    service = [worker(var, environ), beat(var, environ), _web(var, environ, port)]
    stack.callback(stop, service, STOP_SECONDS)
    for child in service:
        child.start()
    _wait_until_ready(service, var, port)
    if first_start:
        from local.prepare import send_first_edition

        send_first_edition(FIRST_EDITION_SECONDS)
    _say_where(var, port, environ)
    _watch([*service, *([catcher] if catcher else [])])


# ── before anything starts ───────────────────────────────────────────────────


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    var.mkdir(parents=True, exist_ok=True)
    (var / "log").mkdir(exist_ok=True)
    with (var / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(f"already running (pid {_read(lock)})") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _read(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip() or "unknown"


def _free_port() -> int:
    try:
        port = int(os.environ.get("PORT", "8000"))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except ValueError:
        raise Refusal(f"PORT must be a number, not {os.environ['PORT']!r}.") from None
    except (OSError, OverflowError) as error:
        raise Refusal(
            f"Port {port} cannot be used ({error}). Choose another: PORT=8001 make run"
        ) from None
    return port


def _environment(var: Path, port: int) -> dict[str, str]:
    """What every child gets: the environment, and what it left open."""
    return {
        "DATABASE_URL": servers.database_url(var),
        "REDIS_URL": servers.redis_url(var),
        "SITE_URL": f"http://localhost:{port}",
        **os.environ,
        "LOCAL": "true",
        "VAR_DIR": str(var),
        "WORKER_READY_FILE": str(var / "worker.ready"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        MARK: str(var),
    }


def _start_stores(var: Path, environ: dict[str, str], stack: ExitStack) -> None:
    if not servers.not_needed():
        stack.callback(servers.wait_until_stopped, var, STOP_SECONDS)
        stack.enter_context(servers.running(var))
    import redis

    try:
        redis.Redis.from_url(environ["REDIS_URL"], socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise Refusal(
            f"REDIS_URL cannot be reached ({error}). Start it, or unset REDIS_URL."
        ) from None


# ── the parts ────────────────────────────────────────────────────────────────


def _child(name: str, var: Path, environ: dict[str, str], *command: str) -> Child:
    return Child(name, [sys.executable, "-m", *command], environ, var / "log" / f"{name}.log")


def _catcher(var: Path, environ: dict[str, str]) -> Child | None:
    """The local SMTP catcher, unless the environment names another way for mail."""
    if environ.get("MAIL_PROVIDER") or environ.get("EMAIL_HOST"):
        return None
    command = [
        "local.catcher",
        "--maildir",
        str(var / "mail"),
        "--announce",
        str(var / "catcher.port"),
    ]
    if environ.get("CATCHER_PORT"):
        command += ["--port", environ["CATCHER_PORT"]]
    return _child("catcher", var, environ, *command)


def _start_catcher(catcher: Child, var: Path, environ: dict[str, str]) -> None:
    announced = var / "catcher.port"
    announced.unlink(missing_ok=True)
    catcher.start()
    _wait_for(announced.exists, [catcher], "the SMTP catcher")
    # A restarted catcher must come back where everybody knows it.
    port = announced.read_text().strip()
    catcher.command = [*catcher.command, "--port", port]
    environ |= {
        "MAIL_PROVIDER": "smtp",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "MAILBOX_DIR": str(var / "mail"),
    }


def worker(var: Path, environ: dict[str, str]) -> Child:
    """What sends, two mails' bursts at a time; it says in WORKER_READY_FILE that it is up."""
    (var / "worker.ready").unlink(missing_ok=True)
    options = ["--queues=default,confirm,send", "--concurrency=2", "--loglevel=INFO"]
    quiet = ["--without-gossip", "--without-mingle"]
    return _child("worker", var, environ, "celery", "--app=config", "worker", *options, *quiet)


def beat(var: Path, environ: dict[str, str]) -> Child:
    """What rings, each TICK_SECONDS."""
    schedule = f"--schedule={var / 'beat-schedule'}"
    return _child("beat", var, environ, "celery", "--app=config", "beat", schedule, "--pidfile=")


def _web(var: Path, environ: dict[str, str], port: int) -> Child:
    options = [f"--config={ROOT / 'config' / 'gunicorn.py'}", f"--bind=127.0.0.1:{port}"]
    return _child("web", var, environ, "gunicorn", "config.wsgi", *options)


# ── the way to Ready ─────────────────────────────────────────────────────────


def _prepare(var: Path) -> bool:
    """Bring the database up to date; True at the very first start with the sample catalogue."""
    import django

    django.setup()
    from local import prepare

    try:
        return prepare.prepare(var)
    except prepare.UnreachableError as error:
        raise Refusal(str(error)) from None


def _wait_until_ready(service: list[Child], var: Path, port: int) -> None:
    _wait_for(lambda: _answers(port), service, "the web server")
    _wait_for((var / "worker.ready").exists, service, "the worker")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # URLError is one: nobody listens yet, or not in full
        return False


def _wait_for(condition: Callable[[], bool], children: list[Child], what: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        for child in children:
            if child.exit_status is not None:
                raise Refusal(
                    f"{child.name} ended with status {child.exit_status}:\n{child.last_words()}"
                )
        if time.monotonic() > deadline:
            raise Refusal(
                f"{what} is not ready after {READY_SECONDS:.0f} s; see {children[0].log.parent}"
            )
        time.sleep(0.05)


def _say_where(var: Path, port: int, environ: dict[str, str]) -> None:
    site = f"http://localhost:{port}/"
    password = var / "admin_password"
    login = f"  (admin / {password.read_text()})" if password.exists() else ""
    print(f"Trending Papers\n  site      {site}\n  admin     {site}admin/{login}")
    if environ.get("MAILBOX_DIR"):
        print(f"  mailbox   {site}mailbox/")
    print(f"  logs      {var / 'log'}\nCtrl-C stops everything.")
    print(f"Ready: {site}", flush=True)


def _watch(children: list[Child]) -> NoReturn:
    while True:
        time.sleep(0.5)
        for child in children:
            status = child.exit_status
            if child.restart_if_dead():
                print(f"{child.name} ended with status {status}; started again", flush=True)


if __name__ == "__main__":
    sys.exit(main())
