"""Runs one rival: python serve.py MODULE CONTENT.json, with the Python of its own environment.

The module has a `Sender(order)` with `mail_bytes`, `prepare(mails)` and `send(mails)`. It writes a
line of JSON once it has started, and then writes one for every line that it reads. It
imports nothing of ours: a rival may need other packages, of the same names.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any


def main(module: str, order: str) -> None:
    sender = importlib.import_module(module).Sender(json.loads(Path(order).read_text()))
    _reply({"mail_bytes": sender.mail_bytes})
    for line in sys.stdin:
        request = json.loads(line)
        before = time.process_time()
        if "prepare" in request:
            sender.prepare(request["prepare"])
        else:
            sender.send(request["send"])
        _reply({"cpu_seconds": time.process_time() - before})


def _reply(reply: dict[str, Any]) -> None:
    print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
