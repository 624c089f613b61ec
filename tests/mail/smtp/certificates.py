"""Certificates for servers on this machine, made by the openssl command."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

Files = tuple[Path, Path]  # a certificate and its key

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def make_certificate(folder: Path, host: str = "localhost", days: int = 2) -> Files:
    """A self-signed certificate of a host, so it is its own CA. With `days` below 0: expired."""
    made, key, request, names = (folder / name for name in ("cert.pem", "key.pem", "csr", "names"))
    names.write_text(f"subjectAltName=DNS:{host}\n")
    _openssl(
        "req", "-new", *_KEY, "-subj", f"/CN={host}", "-keyout", str(key), "-out", str(request)
    )
    signing = ["-in", str(request), "-signkey", str(key), "-extfile", str(names)]
    _openssl("x509", "-req", *signing, "-days", str(days), "-out", str(made))
    return made, key


def server_context(files: Files) -> ssl.SSLContext:
    """The context of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
