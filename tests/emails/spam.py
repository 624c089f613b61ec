"""What SpamAssassin says of a mail: Debian's package and its own rules, without the network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import pytest

from tests.emails.mails import Mail

RULES: Final = Path("/usr/share/spamassassin")  # not those that sa-update brought to this machine
OWN: Final = Path(__file__).parent / "spamassassin"
# A mail that no server has received would be judged for that.
_RECEIVED: Final = (
    "Return-Path: <digest@papers.example.org>\r\n"
    "Received: from mail.papers.example.org (mail.papers.example.org [198.18.0.25])\r\n"
    "\tby mx.example.com (Postfix) with ESMTPS id 4ZABCD1234z9;\r\n"
    "\t{date}\r\n"
)
_OF_CONTENT: Final = ("content-type", "content-transfer-encoding", "mime-version")
_PLAIN: Final = "Hello,\n\nthe tea is ready, and it is in the kitchen.\n\nAda\n"


def scores(mails: Mapping[str, bytes], folder: Path) -> dict[str, dict[str, float]]:
    """The rules that each mail hits, with their points. Skips the test without SpamAssassin."""
    program = shutil.which("spamassassin")
    if not program or not RULES.is_dir():
        if os.environ.get("CI"):
            pytest.fail("spamassassin is missing, and in CI it must be there")
        pytest.skip("needs spamassassin (apt-get install spamassassin)")
    paths = [folder / f"{number:03}.eml" for number in range(len(mails))]
    for path, raw in zip(paths, mails.values(), strict=True):
        path.write_bytes(raw)
    places = ["-C", str(RULES), "--siteconfigpath", str(OWN), "-p", os.devnull]
    done = subprocess.run(
        [program, "--local", "--nocreate-prefs", *places, *paths],
        capture_output=True, check=True, timeout=120, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    found = re.findall(rb"^X-Spam-Scores: (.*)$", done.stdout, re.MULTILINE)
    return {name: _rules(line.decode()) for name, line in zip(mails, found, strict=True)}


def _rules(line: str) -> dict[str, float]:
    """`NO_RELAYS=-0.001,HTML_MESSAGE=0.001` as numbers by name."""
    pairs = (part.split("=") for part in line.split(",") if "=" in part)
    return {name.strip(): float(points) for name, points in pairs}


def received(mail: Mail) -> bytes:
    """The mail as a mailbox has it: with the header of a server that received it."""
    return _RECEIVED.format(date=mail.message["Date"]).encode() + mail.raw


def control(mail: Mail) -> bytes:
    """A plain mail of a few words with the same headers, received by the same server."""
    plain = EmailMessage()
    plain.set_content(_PLAIN)
    for name, value in mail.message.items():
        if name.lower() not in _OF_CONTENT:
            plain[name] = str(value)
    return _RECEIVED.format(date=mail.message["Date"]).encode() + plain.as_bytes()
