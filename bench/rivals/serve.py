"""Runs one rival: python serve.py MODULE ORDER.json, with the Python of its own environment.

The module has a `Sender(order)` with `mail_bytes`, `prepare(mails)` and `send(mails)`. This one
says a line of JSON when it is there, and answers every line that it reads with another one.
It imports nothing of ours: a rival may live on other packages, and of the same names.
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
    _say({"mail_bytes": sender.mail_bytes})
    for line in sys.stdin:
        told = json.loads(line)
        before = time.process_time()
        if "prepare" in told:
            sender.prepare(told["prepare"])
        else:
            sender.send(told["send"])
        _say({"cpu_seconds": time.process_time() - before})


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
