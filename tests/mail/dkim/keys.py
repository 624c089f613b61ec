"""Keys that are made for a test run by `openssl`, and the DNS that publishes one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from typing import Final

from mail.dkim.keys import DkimKey, read_key

DOMAIN: Final = "papers.example.org"
SELECTOR: Final = "tp2025"


def pem(algorithm: str = "rsa", bits: int = 2048) -> str:
    """A private key, PKCS#8: the same one in a test run."""
    return _made(algorithm, bits)


@cache
def _made(algorithm: str, bits: int) -> str:
    options = ["-pkeyopt", f"rsa_keygen_bits:{bits}"] if algorithm == "rsa" else []
    command = ["openssl", "genpkey", "-algorithm", algorithm, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def openssl(*arguments: str, given: str) -> str:
    command = ["openssl", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=given).stdout


def make_key(algorithm: str = "rsa", bits: int = 2048) -> DkimKey:
    """The same, read."""
    return read_key(DOMAIN, SELECTOR, pem(algorithm, bits))


def publishing(*keys: DkimKey) -> Callable[..., bytes]:
    """What dkimpy asks in place of the DNS."""
    records = {f"{key.name}.".encode(): key.record.encode() for key in keys}

    def txt(name: bytes, timeout: int = 5) -> bytes:
        return records.get(name, b"")

    return txt
