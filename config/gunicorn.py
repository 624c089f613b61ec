"""How the site is served: `gunicorn --config config/gunicorn.py config.wsgi`.

Every value is gunicorn's own setting of that name. A request is short (no page sends mail or
contacts another host), so a few threads in two processes are enough.
"""

import gc
import os
import subprocess
import sys
from pathlib import Path

# Without a limit a mistyped number starts processes until the machine has no memory left.
_MOST_WORKERS = 64


def _number(text: str, most: int) -> int | None:
    """A number up to `most`; the length first, since Python refuses thousands of digits."""
    is_number = len(text) <= 5 and text.isascii() and text.isdecimal()
    return int(text) if is_number and int(text) <= most else None


_given = os.environ.get("PORT") or "8000"
_port = _number(_given, 65535)
if _port is None:
    sys.exit(
        f"Trending Papers cannot start. PORT must be a number up to 65535, not {_given[:60]!r}."
    )
# This machine only, for a proxy beside it; a container says 0.0.0.0.
bind = f"{os.environ.get('BIND') or '127.0.0.1'}:{_port}"
_given = os.environ.get("WEB_CONCURRENCY", "").strip() or "2"
_workers = _number(_given, _MOST_WORKERS)
if not _workers:
    sys.exit(
        "Trending Papers cannot start. WEB_CONCURRENCY must be a number of processes from 1 to "
        f"{_MOST_WORKERS}, not {_given[:60]!r}."
    )
workers = _workers
# gunicorn's own threaded worker lets a slow peer keep a thread: docs/decisions/0023-own-worker.md.
worker_class = "config.server.worker.BufferingWorker"
threads = 4
# Of each process. Both together stay below 1,024, the usual limit of open files.
worker_connections = 400
timeout = 30
graceful_timeout = 30
keepalive = 5
# A proxy passes on what a client sends: a header SCRIPT_NAME would answer 500, or move every link.
forwarder_headers = ""
# A restart after so many requests limits a slow memory leak in any library; the jitter keeps the
# workers from restarting at the same time. Pages from the cache do not count: a busy site would
# restart every few seconds, and each new process begins without pages.
max_requests = 5000
max_requests_jitter = 500
# Heartbeats touch a file: on a disk they can stall, in memory they cannot.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Its control socket would be in the home folder: not writable in the image, shared by two clones.
control_socket_disable = True
# URLs hold tokens: neither the path nor the Referer is ever logged. See config/logs.py.
accesslog = "-"
access_log_format = "%(m)s %({route}e)s %(s)s %(B)sB %(M)sms"
logger_class = "config.logs.GunicornLogger"


def on_starting(_server: object) -> None:
    """Refuse wrong settings before there are workers, which would each fail with a traceback.

    In a process of its own: what this one imports would be what workers still run after a reload.
    """
    status = subprocess.run([sys.executable, "-m", "config.refusal"], check=False).returncode
    if status:
        sys.exit(status)


def post_worker_init(_worker: object) -> None:
    """Keep what is loaded by now out of garbage collection, which else visits it all again.

    A visit of all objects takes a tenth of a second, in which a process answers no request.
    """
    gc.collect()
    gc.freeze()
