"""A name of the program that renders: pages of another release are other pages.

Redis keeps pages while the site is updated, and the two releases may even run side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.crypto import salted_hmac

_FOLDERS: Final = (
    "config", "local", "locale", "mail", "newsletter", "papers", "static", "subscribers",
    "templates", "web",
)  # fmt: skip
_ENDINGS: Final = {".py", ".html", ".mo", ".css", ".js", ".svg"}
_PLAIN: Final = (str, int, float, Path)


@cache
def release() -> str:
    """A hash of the code, the templates and the settings, which it does not reveal."""
    digest = blake2b(digest_size=16)
    for path in _files(Path(settings.BASE_DIR)):
        digest.update(path.name.encode() + path.read_bytes())
    for name in dir(settings):
        if name.isupper() and _is_plain(value := getattr(settings, name)):
            digest.update(f"{name}={value!r}".encode())
    # With the secret key: the name of the field that only machines fill in is made of it.
    return salted_hmac("web.page_cache", digest.hexdigest()).hexdigest()[:16]


def _is_plain(value: object) -> bool:
    """Whether a setting is a value of the environment; what else there is stands in the code."""
    parts = value if isinstance(value, list | tuple) else [value]
    return all(isinstance(part, _PLAIN) for part in parts)


def _files(root: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        found = (path for path in (root / folder).rglob("*") if path.suffix in _ENDINGS)
        yield from sorted(found)
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists():
        yield manifest
