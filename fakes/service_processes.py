"""The real service in processes that can be killed: stores, workers, beats, and a supervisor.

PostgreSQL and Valkey are the embedded ones, started here and not by their supervisor, so that
each can be stopped alone. Worker and beat are those of `make run`. All listen on
sockets or on 127.0.0.1, has a mark in its environment, and ends with the harness.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

import psutil
import redis
from celery import Celery

from config.redis_url import for_celery
from fakes.mail_receiver import MailReceiver
from fakes.service_database import Database, write_papers
from local import run, servers
from local.processes import MARK, Child, end_leftovers, stop

ROOT: Final = Path(__file__).resolve().parent.parent

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 40.0  # those that a worker has for the task in progress, and a few more
# The whole inherited environment: an operator's own settings and .env must not be used.
_INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


class ServiceError(Exception):
    """The service could not be started, so that the run has no result."""


class Service:
    """A database, a broker, servers that receive mail, and the processes that send it."""

    def __init__(self, var: Path) -> None:
        self.var = var.resolve()
        self._stack = ExitStack()
        self.receiver = MailReceiver(self.var / "received.txt")
        self.database = Database(servers.database_url(self.var))
        self.worker: Child
        self.senders: list[Child] = []
        self.environ: dict[str, str] = {}

    # ── start and stop ───────────────────────────────────────────────────────

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def _start(self) -> None:
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        servers.socket_folder(self.var).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stack.enter_context(_only_one(self.var))
        end_leftovers(str(self.var))
        self._stack.callback(end_leftovers, str(self.var))
        self._stack.enter_context(self.receiver.running())
        self.environ = self._environment()
        self.postgres = self._store("postgres", servers.postgres_command(self.var))
        self.valkey = self._store("valkey", servers.valkey_command(self.var))
        self._stack.callback(self._stop_stores)
        self.start_postgres()
        self.start_valkey()
        self._stack.callback(self.stop_senders)
        self.manage("migrate", "--verbosity=0")
        path, day = write_papers(self.var)
        self.manage("ingest", "listing", str(path), "--day", day)

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "LOCAL": "true",
            "VAR_DIR": str(self.var),
            "DATABASE_URL": servers.database_url(self.var),
            "REDIS_URL": servers.redis_url(self.var),
            "REDIS_PREFIX": "chaos:",
            "SITE_URL": "http://localhost:8000",
            "MAIL_FROM": "Chaos <digest@localhost>",
            "MAIL_PROVIDER": "smtp",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.receiver.smtp_port),
            "EMAIL_USE_TLS": "false",
            "EMAIL_USE_SSL": "false",
            "EMAIL_HOST_USER": "",
            "EMAIL_TIMEOUT": "2",
            "SOURCES": "",
            "TICK_SECONDS": "1",
            "LEASE_SECONDS": "3",
            "UNCERTAIN_POLICY": "hold",
            "WORKER_READY_FILE": str(self.var / "worker.ready"),
            MARK: str(self.var),
        }

    def manage(self, *words: str) -> None:
        """Run `manage.py` with these words, on this service's database."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=_START_SECONDS * 2,
            check=False,
        )
        if done.returncode:
            raise ServiceError(f"manage.py {words[0]}: {done.stderr}")

    # ── stores ───────────────────────────────────────────────────────────────

    def _store(self, name: str, command: list[str]) -> Child:
        return Child(name, command, self.environ, self.var / "log" / f"{name}.log")

    def start_postgres(self) -> None:
        self.postgres.start()
        wait_for(self.database.is_up, "PostgreSQL")

    def start_valkey(self) -> None:
        self.valkey.start()
        wait_for(self._is_valkey_up, "Valkey")

    def _is_valkey_up(self) -> bool:
        with suppress(redis.RedisError), self.broker() as broker:
            return bool(broker.ping())
        return False

    def bring_forward(self) -> None:
        """Make next attempts due now, and end the back-offs of all domains and of the server."""
        with self.broker() as broker:
            for key in broker.scan_iter(self._key("rates:*")):
                broker.delete(key)
            # Not what is known of the server: that it answers again is for the senders to see.
            broker.delete(self._key("relay:pause"))
        self.database.bring_forward()

    def relay_pauses(self) -> int:
        """How often the senders have begun to leave the mail server alone."""
        with self.broker() as broker:
            return int(broker.get(self._key("relay:pauses")) or 0)

    def domains_left_alone(self) -> int:
        """How many domains get no mail for now, because their own servers seem to defer it."""
        with self.broker() as broker:
            return sum(1 for _ in broker.scan_iter(self._key("rates:back-off:*")))

    def _key(self, name: str) -> str:
        return f"{self.environ['REDIS_PREFIX']}{name}"

    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(servers.redis_url(self.var))

    def _stop_stores(self) -> None:
        for store, how in ((self.valkey, signal.SIGTERM), (self.postgres, signal.SIGINT)):
            send_signal(store, how)
            store.wait(time.monotonic() + _STOP_SECONDS)

    def dump(self) -> Path:
        """Dump the database as a nightly backup does, while the service sends."""
        path = self.var / "backup.dump"
        database = servers.database_url(self.var)
        self._run_program("pg_dump", "--format=custom", f"--file={path}", database)
        return path

    def restore(self, dump: Path) -> None:
        """Replace the database by a dump, as an operator does: the senders stop before."""
        self.stop_senders()
        # Not `pg_restore --clean`: it cannot drop the constraints that partitions inherit.
        self.database.make_anew()
        database = servers.database_url(self.var)
        self._run_program("pg_restore", f"--dbname={database}", str(dump))

    def _run_program(self, name: str, *words: str) -> None:
        command = [servers.postgres_program(name), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise ServiceError(f"{name}: {done.stderr}")

    # ── senders ──────────────────────────────────────────────────────────────

    def start_senders(
        self,
        changes: Mapping[str, str],
        *,
        is_fresh: bool,
        words: Sequence[str] = (),
        program: str = "celery",
    ) -> None:
        """A worker and one beat with these settings: those that run already, or fresh ones.

        `words` are added to the worker's command, `program` is its module.
        """
        environ = {**self.environ, **changes}
        if self.senders and not is_fresh and self.worker.environ == environ:
            return
        self.stop_senders()
        self.worker = run.worker(self.var, environ)
        command = [program if word == "celery" else word for word in self.worker.command]
        self.worker.command = [*command, *words]
        self.senders = [self.worker, run.beat(self.var, environ)]
        for child in self.senders:
            child.start()
        wait_for((self.var / "worker.ready").exists, "the worker", self.worker)

    def add_beat(self) -> None:
        """A second beat, with a schedule file of its own, as on a second machine."""
        second = run.beat(self.var, self.environ)
        second.name, second.log = "beat-2", self.var / "log" / "beat-2.log"
        second.command = [word.replace("beat-schedule", "beat-2") for word in second.command]
        second.start()
        self.senders.append(second)

    def stop_senders(self) -> None:
        stop(self.senders, _STOP_SECONDS)
        self.senders = []

    def restart_dead(self) -> list[str]:
        """Restart the processes that have ended, as a supervisor does; returns their names."""
        return [child.name for child in self.senders if child.restart_if_dead()]

    def pool(self) -> list[psutil.Process]:
        """The worker's processes that run tasks; those with a connection to our servers first."""
        with suppress(psutil.Error):
            children = psutil.Process(self.worker.pid).children()
            return sorted(children, key=lambda child: not self._is_sending(child))
        return []

    def _is_sending(self, process: psutil.Process) -> bool:
        ports = {self.receiver.smtp_port, int(self.receiver.api_url.split(":")[2].split("/")[0])}
        with suppress(psutil.Error):
            return any(one.raddr and one.raddr.port in ports for one in process.net_connections())
        return False

    def enqueue(self, task: str, times: int, *args: str) -> None:
        """Put a task into the queue several times at once."""
        app = Celery(broker=for_celery(self.environ["REDIS_URL"]))
        app.conf.broker_transport_options = {"global_keyprefix": self.environ["REDIS_PREFIX"]}
        with app.connection_for_write() as connection:
            for _ in range(times):
                app.send_task(task, args, queue="default", connection=connection)
        app.close()


def send_signal(child: Child, how: signal.Signals) -> None:
    """Send a process a signal, if it runs."""
    if child.pid is not None and child.exit_status is None:
        os.kill(child.pid, how)


def wait_for(condition: Callable[[], Any], what: str, child: Child | None = None) -> None:
    """Until the condition holds.

    Raises:
        ServiceError: it does not, for a minute; or the process it is about has ended.
    """
    deadline = time.monotonic() + _START_SECONDS
    while not condition():
        if child and child.exit_status is not None:
            raise ServiceError(f"{what} ended with status {child.exit_status}:\n{child.log_tail()}")
        if time.monotonic() > deadline:
            raise ServiceError(f"waited in vain for {what}")
        time.sleep(0.02)


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    with (var / "service.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(f"another service runs in {var}") from None
        yield
