"""The embedded servers as several processes use them: one pair, for as long as one runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from local import servers
from local.servers import EmbeddedError

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys, pathlib
from local import servers
with servers.running(pathlib.Path(sys.argv[1])):
    print("running", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def user(var: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the servers of `var` until its standard input ends."""
    command = [sys.executable, "-c", USER, str(var)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        yield process


def answers(var: Path) -> tuple[int, str]:
    """One answer of each server: PostgreSQL's major version, and Valkey's eviction policy."""
    with psycopg.connect(servers.database_url(var)) as connection:
        [version] = connection.execute("SELECT current_setting('server_version_num')").fetchall()
    with redis.Redis.from_url(servers.redis_url(var)) as client:
        policy = client.config_get("maxmemory-policy")
    return int(version[0]) // 10_000, str(policy["maxmemory-policy"])


# ── addresses ────────────────────────────────────────────────────────────────


def test_both_servers_listen_in_one_folder_of_sockets(tmp_path: Path) -> None:
    var = Path("/srv/trending/var")
    assert servers.database_url(var) == (
        "postgres://postgres@/postgres?host=/srv/trending/var/sockets"
    )
    assert servers.redis_url(var) == "unix:///srv/trending/var/sockets/valkey.sock?db=0"


def test_a_path_too_long_for_a_socket_gets_a_short_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    folder = servers.socket_folder(deep)
    assert len(str(folder)) <= 87
    assert folder == servers.socket_folder(deep)
    assert folder != servers.socket_folder(tmp_path / ("e" * 90))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"DATABASE_URL": "postgres://a/b", "REDIS_URL": "redis://c"}, True),
        ({"DATABASE_URL": "postgres://a/b", "REDIS_URL": ""}, False),
        ({"DATABASE_URL": "", "REDIS_URL": "redis://c"}, False),
    ],
)
def test_servers_are_needed_unless_both_are_named(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], expected: bool
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert servers.not_needed() is expected


# ── users ────────────────────────────────────────────────────────────────────


def test_two_users_share_the_servers_and_the_last_one_stops_them(tmp_path: Path) -> None:
    with user(tmp_path) as other:
        with servers.running(tmp_path):
            assert answers(tmp_path) == (18, "noeviction")
            other.communicate("\n")
            assert answers(tmp_path) == (18, "noeviction")
            assert not servers.wait_until_stopped(tmp_path, 0.1)
        assert servers.wait_until_stopped(tmp_path, 20)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(servers.database_url(tmp_path))


def test_a_killed_user_leaves_no_server_running(tmp_path: Path) -> None:
    with user(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert servers.wait_until_stopped(tmp_path, 20)
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_data_stays_from_one_start_to_the_next(tmp_path: Path) -> None:
    with servers.running(tmp_path), psycopg.connect(servers.database_url(tmp_path)) as connection:
        connection.execute("CREATE TABLE leaf AS SELECT 7 AS number")
    assert servers.wait_until_stopped(tmp_path, 20)
    with servers.running(tmp_path), psycopg.connect(servers.database_url(tmp_path)) as connection:
        assert connection.execute("SELECT number FROM leaf").fetchall() == [(7,)]
    assert servers.wait_until_stopped(tmp_path, 20)


def test_a_server_that_cannot_start_is_an_error_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("7\n")
    with pytest.raises(EmbeddedError) as raised, servers.running(tmp_path):
        pytest.fail("it started")
    log = tmp_path / "log" / "servers.log"
    assert str(raised.value) == f"The embedded PostgreSQL did not start. See {log}"
    assert servers.wait_until_stopped(tmp_path, 20)


def test_without_the_wheels_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(EmbeddedError, match=r"requirements-local\.txt"), servers.running(tmp_path):
        pytest.fail("it started")
    assert not (tmp_path / "log").exists()
