"""The site in gunicorn, as production runs it, and the proxies of docs/proxy in front of it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.servers import ROOT, with_database

EXAMPLES = ROOT / "docs" / "proxy"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """gunicorn with the database of the tests; gives its port."""
    port = free_port()
    database = with_database(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    environ = os.environ | {"DATABASE_URL": database, "TMPDIR": str(folder), "LOCAL": "true"}
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
    command += ["--bind", f"127.0.0.1:{port}", "config.wsgi"]
    with running(command, folder / "gunicorn.log", port, environ):
        yield port


@contextmanager
def caddy(folder: Path, site: int) -> Iterator[int]:
    """Caddy with the example, without TLS."""
    port = free_port()
    example = (EXAMPLES / "Caddyfile").read_text()
    example = example.replace("\nservers", "\nadmin off\nservers")
    example = example.replace("papers.example.org", f"http://localhost:{port}")
    path = folder / "Caddyfile"
    path.write_text(example.replace("127.0.0.1:8000", f"127.0.0.1:{site}"))
    environ = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    command = [program("caddy"), "run", "--config", str(path), "--adapter", "caddyfile"]
    with running(command, folder / "caddy.log", port, environ):
        yield port


@contextmanager
def nginx(folder: Path, site: int) -> Iterator[int]:
    """nginx with the example, without TLS."""
    port = free_port()
    example = (EXAMPLES / "nginx.conf").read_text().partition("\n}\n")[0] + "\n}\n"
    example = example.replace("    listen [::]:443 ssl;\n", "")
    example = re.sub(r"^ +(?:ssl_|error_log|access_log).*\n", "", example, flags=re.MULTILINE)
    example = example.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    example = example.replace("127.0.0.1:8000", f"127.0.0.1:{site}")
    example = example.replace("X-Forwarded-Proto https", "X-Forwarded-Proto http")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    path = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder of the test is root's own
    path.write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}{example}}}\n"
    )
    command = [program("nginx"), "-c", str(path), "-p", str(folder), "-e", "stderr"]
    with running(command, folder / "nginx.log", port, dict(os.environ)):
        yield port


def program(name: str) -> str:
    """The path of a proxy's program; the test is skipped where it is not installed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing, and in CI it must be there")
        pytest.skip(f"needs {name}: apt-get install {name}")
    return found


@contextmanager
def running(command: list[str], log: Path, port: int, environ: dict[str, str]) -> Iterator[None]:
    """A server that listens on `port` while the block runs."""
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
    try:
        wait_until_it_listens(process, log, port)
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def wait_until_it_listens(process: subprocess.Popen[bytes], log: Path, port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
