"""`make run`: the whole service on one machine, with real servers.

Starts PostgreSQL and Valkey (unless DATABASE_URL and REDIS_URL name others), the SMTP catcher
(unless MAIL_PROVIDER or EMAIL_HOST is set), the web server, a Celery worker and beat, and starts
again those that end. Ctrl-C or SIGTERM stops web, beat and worker first, with time to finish
their burst, then the catcher, then Valkey, then PostgreSQL.
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

import django
import redis
from django.core.exceptions import ImproperlyConfigured

from local import servers
from local.processes import MARK, Child, end_leftovers, stop

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 40.0  # a worker finishes its burst in up to 30 s; a margin on top
READY_SECONDS = 60.0
FIRST_EDITION_SECONDS = 90.0


class Refusal(Exception):
    """The service cannot start; the message is one line that says what to do."""


class Stopped(Exception):
    """A signal ended the run."""


def main() -> int:
    signal.signal(signal.SIGTERM, _on_stop_signal)
    signal.signal(signal.SIGHUP, _on_stop_signal)
    signal.signal(signal.SIGINT, _on_stop_signal)
    if os.environ.get("MAKELEVEL"):
        # Without it a killed `make` would leave this process running.
        servers.die_with_parent(signal.SIGTERM)
    var = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()
    try:
        with ExitStack() as stack:
            _run(var, stack)
    except Stopped:
        return 0
    except (Refusal, servers.EmbeddedError) as refusal:
        print(refusal, file=sys.stderr, flush=True)
        return 1
    except ImproperlyConfigured as refusal:
        print(f"Trending Papers cannot start. {refusal}", file=sys.stderr, flush=True)
        return 1
    return 0


def _on_stop_signal(_signal: int, _frame: FrameType | None) -> NoReturn:
    # A second Ctrl-C must not interrupt the orderly stop.
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    raise Stopped


def _run(var: Path, stack: ExitStack) -> None:
    stack.enter_context(_run_lock(var))
    end_leftovers(str(var))  # before the port is tested: a killed run's web server may hold it
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
        from local.startup import send_first_edition  # noqa: PLC0415 (it imports models)

        send_first_edition(FIRST_EDITION_SECONDS)
    _print_addresses(var, port, environ)
    _restart_ended([*service, *([catcher] if catcher else [])])


# ── before anything starts ───────────────────────────────────────────────────


@contextmanager
def _run_lock(var: Path) -> Iterator[None]:
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
    """The environment of every child: this process's own, and defaults for what it does not set."""
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
    try:
        redis.Redis.from_url(environ["REDIS_URL"], socket_connect_timeout=5).ping()
    except ValueError:  # its text may hold a part of the password
        raise Refusal("REDIS_URL cannot be read. See docs/settings.md, or unset it.") from None
    except redis.RedisError as error:
        raise Refusal(
            f"REDIS_URL cannot be reached ({error}). Start it, or unset REDIS_URL."
        ) from None


# ── the processes ────────────────────────────────────────────────────────────────


def _child(name: str, var: Path, environ: dict[str, str], *command: str) -> Child:
    return Child(name, [sys.executable, "-m", *command], environ, var / "log" / f"{name}.log")


def _catcher(var: Path, environ: dict[str, str]) -> Child | None:
    """The SMTP catcher, unless the environment names a provider or a mail server."""
    if environ.get("MAIL_PROVIDER") or environ.get("EMAIL_HOST"):
        return None
    options = [f"--maildir={var / 'mail'}", f"--announce={var / 'catcher.port'}"]
    if environ.get("CATCHER_PORT"):
        options.append(f"--port={environ['CATCHER_PORT']}")
    return _child("catcher", var, environ, "local.smtp_catcher", *options)


def _start_catcher(catcher: Child, var: Path, environ: dict[str, str]) -> None:
    announced = var / "catcher.port"
    announced.unlink(missing_ok=True)
    catcher.start()
    _wait_for(announced.exists, [catcher], "the SMTP catcher")
    # A restarted catcher must listen on the same port: the other processes have it in EMAIL_PORT.
    port = announced.read_text().strip()
    catcher.command = [*catcher.command, f"--port={port}"]
    environ |= {
        "MAIL_PROVIDER": "smtp",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "MAILBOX_DIR": str(var / "mail"),
    }


def worker(var: Path, environ: dict[str, str]) -> Child:
    """The Celery worker, two processes; it creates WORKER_READY_FILE when it takes tasks."""
    (var / "worker.ready").unlink(missing_ok=True)
    options = ["--queues=default,confirm,send", "--concurrency=2", "--loglevel=INFO"]
    quiet = ["--without-gossip", "--without-mingle"]
    return _child("worker", var, environ, "celery", "--app=config", "worker", *options, *quiet)


def beat(var: Path, environ: dict[str, str]) -> Child:
    """Celery beat: it enqueues the periodic tasks every TICK_SECONDS."""
    schedule = f"--schedule={var / 'beat-schedule'}"
    return _child("beat", var, environ, "celery", "--app=config", "beat", schedule, "--pidfile=")


def _web(var: Path, environ: dict[str, str], port: int) -> Child:
    options = [f"--config={ROOT / 'config' / 'gunicorn.py'}", f"--bind=127.0.0.1:{port}"]
    return _child("web", var, environ, "gunicorn", "config.wsgi", *options)


# ── until Ready ─────────────────────────────────────────────────────────


def _prepare(var: Path) -> bool:
    """Bring the database up to date; True at the first start with the sample."""
    django.setup()
    from local import startup  # noqa: PLC0415 (it imports models: Django must be set up)

    try:
        return startup.prepare(var)
    except startup.UnreachableError as error:
        raise Refusal(str(error)) from None


def _wait_until_ready(service: list[Child], var: Path, port: int) -> None:
    _wait_for(lambda: _answers(port), service, "the web server")
    _wait_for((var / "worker.ready").exists, service, "the worker")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # URLError is one: not listening yet, or not answering in full
        return False


def _wait_for(condition: Callable[[], bool], children: list[Child], what: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        for child in children:
            if child.exit_status is not None:
                raise Refusal(
                    f"{child.name} ended with status {child.exit_status}:\n{child.log_tail()}"
                )
        if time.monotonic() > deadline:
            raise Refusal(
                f"{what} is not ready after {READY_SECONDS:.0f} s; see {children[0].log.parent}"
            )
        time.sleep(0.05)


def _print_addresses(var: Path, port: int, environ: dict[str, str]) -> None:
    site = f"http://localhost:{port}/"
    password = var / "admin_password"
    login = f"  (admin / {password.read_text()})" if password.exists() else ""
    print(f"Trending Papers\n  site      {site}\n  admin     {site}admin/{login}")
    if environ.get("MAILBOX_DIR"):
        print(f"  mailbox   {site}mailbox/")
    print(f"  logs      {var / 'log'}\nCtrl-C stops everything.")
    print(f"Ready: {site}", flush=True)


def _restart_ended(children: list[Child]) -> NoReturn:
    while True:
        time.sleep(0.5)
        for child in children:
            status = child.exit_status
            if child.restart_if_dead():
                print(f"{child.name} ended with status {status}; started again", flush=True)


if __name__ == "__main__":
    sys.exit(main())
