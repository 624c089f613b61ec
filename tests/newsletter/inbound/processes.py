"""`manage.py inbound --lmtp` in a process of its own, as an operator starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.service import ROOT


@contextmanager
def serving(**environ: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`manage.py inbound --lmtp` on a free port."""
    command = [sys.executable, "manage.py", "inbound", "--lmtp", "127.0.0.1:0"]
    env = os.environ | environ
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("Mail is accepted on port ")
            yield process, int(line.rsplit(" ", 1)[1])
        finally:
            process.kill()
