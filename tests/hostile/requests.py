"""One hostile request: built from a seed, sent through every middleware, and undone."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import sys
from base64 import b64encode
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from traceback import extract_tb
from typing import Any, Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from django.core.signals import got_request_exception, request_finished
from django.db import close_old_connections, transaction
from django.test import override_settings
from django.test.client import ClientHandler

from config.server.content_type import without_charset
from tests.hostile import webhooks
from tests.hostile.parameters import actions, field_names, query_names
from tests.hostile.routes import Route, path_of
from tests.hostile.values import DAYS, NUMBERS, RAW_BYTES, TEXTS, any_text, spoiled, spoiled_json
from tests.hostile.world import World

METHODS: Final = ("GET",) * 12 + ("POST",) * 8 + (
    "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "",
)  # fmt: skip
TYPES: Final = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=ISO-8859-1",
    "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data; boundary=b",
    "application/x-www-form-urlencoded; charset=nonsense", "multipart/form-data",
    "application/json",
    "multipart/form-data; boundary=" + "b" * 300, "multipart/form-data; boundary=\xff",
    "text/plain", "",
    *(
        f"application/x-www-form-urlencoded; charset={charset}"
        for charset in (
            "base64", "rot13", "hex", "zip", "undefined", "idna", "punycode", "unicode_escape",
            "utf-7",
            "utf-32", "utf-8-sig", "cp037", "mbcs", "\xff", "utf_8_sig ", "uu",
            "raw_unicode_escape",
        )
    ),
    *(f"multipart/form-data; boundary=b; charset={name}" for name in ("base64", "idna", "cp037")),
    "multipart/form-data; charset=utf-16; boundary=b", "a" * 500, ";;;",
    "application/json; charset=utf-7", "multipart/mixed; boundary=b", "application/octet-stream",
)  # fmt: skip
HEADERS: Final = {
    "ACCEPT": ("*/*", "text/html;q=a", ",", "application/json", "a/b;q=1e400", "text/markdown"),
    "ACCEPT_ENCODING": ("gzip", "br", "gzip;q=-1", "*;q=0"),
    "ACCEPT_LANGUAGE": ("en", "de-DE,de;q=0.9", "x" * 600, "*;q=1e9", "en-" + "a-" * 200),
    "IF_NONE_MATCH": ("*", '"a"', 'W/"a"', '"', "a" * 3000, '"a", ' * 200),
    "IF_MODIFIED_SINCE": (
        "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "yesterday",
        "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 99 Feb 2026 25:61:61 GMT", "9" * 400,
    ),
    "IF_UNMODIFIED_SINCE": ("Thu, 01 Jan 1970 00:00:00 GMT",),
    "IF_MATCH": ("*", '"a"'),
    "RANGE": ("bytes=0-1", "bytes=-1", "bytes=9-1", "bytes=" + "9" * 400 + "-", "x=1-"),
    "REFERER": ("http://[", "https://elsewhere.example/", "\xff", "about:blank"),
    "ORIGIN": ("null", "http://[", "https://elsewhere.example"),
    "USER_AGENT": ("", "x" * 5000, "\x00", "\xff"),
    "X_FORWARDED_FOR": ("198.51.100.7:4711", "[2001:db8::1]:443", "::ffff:1.2.3.4", "x", ",,,"),
    "X_FORWARDED_PROTO": ("http", "https", "https,http", "\x00"),
    "X_FORWARDED_HOST": ("evil.example", "\x00"),
    "X_HTTP_METHOD_OVERRIDE": ("DELETE",),
    "HOST": (
        "evil.example", "localhost:0", "localhost:99999", "[::1]:80",
        "[::1", "", "a" * 3000, "\xff", "local host",
        "localhost.", "LOCALHOST", "localhost:80:80", "localhost\x00", "127.0.0.1",
        "xn--bcher-kva.example",
    ),
    "AUTHORIZATION": ("Basic", "Basic !!!", "Bearer x", "Basic /w==", "Bearer \xff"),
    "EXPECT": ("100-continue",),
    "CONTENT_ENCODING": ("gzip", "deflate"),
    "HX_REQUEST": ("true",),
    "X_REQUESTED_WITH": ("XMLHttpRequest",),
}  # fmt: skip
COOKIES: Final = (
    "sessionid=\x00", "csrftoken=\xff", "messages=[[]]", "sessionid=" + "a" * 4000, "=", ";;;",
    "a=b; a=c",
    "messages=W1siX19qc29uX21lc3NhZ2UiXV0:1:x", "sessionid=../../x", "django_language=xx",
)  # fmt: skip
FILES: Final = (
    '; filename="../x"', '; filename=""', "; filename*=nonsense''x", "; filename*=base64''x",
    '; filename="x"\r\nContent-Transfer-Encoding: base64', '; filename="\x00"',
    "; name*=undefined''x",
)  # fmt: skip
_HANDLER: Final = ClientHandler(enforce_csrf_checks=False)


@dataclass
class Hostile:
    """A request as a server passes it on."""

    route: Route
    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.method} {self.path}?{self.query} {self.headers} "
            f"{self.content_type!r} {self.body[:600]!r} {self.settings.get('MAIL_PROVIDER', '')}"
        )


def make(route: Route, world: World, random: Random) -> Hostile:
    """A request to the route: a part of it is hostile, and the rest leads to the code behind it."""
    if route.pattern.startswith("anymail/") and random.random() < 0.95:
        return _webhook(route, random)
    made = Hostile(
        route,
        method=random.choice(METHODS),
        path=path_of(route, world, random, share=random.choice((0, 0, 0.5, 1))),
        query=_query(route, world, random) if random.random() < 0.7 else "",
        headers=_headers(random) if random.random() < 0.4 else {},
    )
    if route.pattern.startswith("admin/") and random.random() < 0.95:
        made.headers["HTTP_COOKIE"] = f"sessionid={world.cookie}"
    if made.method in ("POST", "PUT", "PATCH", "DELETE"):
        made.content_type, made.body = _body(route, world, random)
    return made


def send(request: Hostile) -> tuple[int, str]:
    """Its status, and where an error was raised. What it changed in the database is undone."""
    errors: list[str] = []

    def note(**_: object) -> None:
        errors.append(_place_of_error())

    got_request_exception.connect(note)
    try:
        return _send(request), " / ".join(errors)
    finally:
        got_request_exception.disconnect(note)


def _place_of_error() -> str:
    kind, error, traceback = sys.exc_info()
    frames = extract_tb(traceback)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in (ours[-1], frames[-1])]
    return f"{kind and kind.__name__}: {str(error)[:200]!r} at {' … '.join(places)}"


def _send(request: Hostile) -> int:
    # The cache of pages answers nothing in a transaction, and what only reads changes nothing.
    reads = request.method in ("GET", "HEAD")
    undone = nullcontext() if reads else transaction.atomic()
    with undone, override_settings(**request.settings):
        response = _HANDLER(_environ(request))
        if response.streaming:
            b"".join(response.streaming_content)  # type: ignore[attr-defined]
        request_finished.disconnect(close_old_connections)  # as Django's own test client does
        response.close()
        request_finished.connect(close_old_connections)
        if not reads:
            transaction.set_rollback(True)
    return int(response.status_code)


# ── its parts ────────────────────────────────────────────────────────────────


def _query(route: Route, world: World, random: Random) -> str:
    names = query_names(route)
    parts = []
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        name = random.choice(names) if random.random() < 0.97 else any_text(random)
        parts.append(f"{_escaped(name, random)}={_escaped(_value(name, world, random), random)}")
    return random.choice(("&", "&", "&", ";", "&&")).join(parts)


def _value(name: str, world: World, random: Random) -> str:
    good = random.choice(world.values(name.partition("__")[0]))
    lists = (DAYS, NUMBERS, TEXTS)
    return spoiled(random, good) if random.random() < 0.5 else random.choice(random.choice(lists))


def _escaped(text: str, random: Random) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.03:
        return (raw + random.choice(RAW_BYTES)).decode("latin-1")
    return quote_from_bytes(raw)


def _headers(random: Random) -> dict[str, str]:
    found = {}
    for name in random.sample(list(HEADERS), random.choice((1, 1, 2, 4))):
        value = random.choice(HEADERS[name])
        found[f"HTTP_{name}"] = spoiled(random, value) if random.random() < 0.2 else value
    if random.random() < 0.2:
        found["HTTP_COOKIE"] = random.choice(COOKIES)
    return {name: _as_header(value) for name, value in found.items()}


def _as_header(value: str) -> str:
    """As a server passes it on: bytes as Latin-1. gunicorn refuses NUL and line ends with 400."""
    passed = "".join(letter for letter in value if letter not in "\0\r\n")
    return passed.strip().encode("utf-8", "surrogatepass").decode("latin-1")


def _body(route: Route, world: World, random: Random) -> tuple[str, bytes]:
    content_type = random.choice(TYPES) if random.random() < 0.4 else TYPES[0]
    pairs = [(name, _field(route, name, world, random)) for name in _some_fields(route, random)]
    if "multipart" in content_type:
        parts = [
            f'--b\r\nContent-Disposition: form-data; name="{name}"{_file(random)}'
            f"\r\n\r\n{value}\r\n"
            for name, value in pairs
        ]
        body = ("".join(parts) + "--b--\r\n").encode("utf-8", "surrogatepass")
    elif "json" in content_type:
        body = json.dumps(spoiled_json(random, dict(pairs))).encode()
    else:
        body = "&".join(f"{_escaped(n, random)}={_escaped(v, random)}" for n, v in pairs).encode(
            "latin-1"
        )
    if random.random() < 0.1:
        body = body[: random.randrange(len(body) + 1)] + random.choice(
            (b"", b"\x00", b"\xff\xfe", b"%")
        )
    return content_type, body


def _file(random: Random) -> str:
    return random.choice(FILES) if random.random() < 0.2 else ""


def _some_fields(route: Route, random: Random) -> list[str]:
    names = field_names(route)
    if random.random() < 0.5:
        return list(names)  # a whole form, of which most fields are right
    return random.choices(names, k=random.choice((1, 2, 5)))


def _field(route: Route, name: str, world: World, random: Random) -> str:
    good = {
        "action": random.choice(actions(route)),
        "_selected_action": world.ids.get(route.model._meta.label_lower, "1")
        if route.model
        else "1",
        "List-Unsubscribe": "One-Click",
        "email": "new@example.com",
        "post": "yes",
    }.get(name, "1")
    return spoiled(random, good) if random.random() < 0.4 else good


def _webhook(route: Route, random: Random) -> Hostile:
    provider = random.choice(list(webhooks.REQUESTS))
    payload = spoiled_json(random, webhooks.REQUESTS[provider], random.choice((0, 0.05, 0.3)))
    if provider in webhooks.WRAPPED and isinstance(payload, dict):
        name, inner = webhooks.WRAPPED[provider]
        payload[name] = json.dumps(spoiled_json(random, inner, random.choice((0, 0.05, 0.3))))
    _sign_inside(payload, provider)
    text = json.dumps(payload)
    if provider == "unisender_go":
        proof = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        text = text.replace('"auth": "x"', f'"auth": "{proof}"')
    body = (spoiled(random, text) if random.random() < 0.1 else text).encode(
        "utf-8", "surrogatepass"
    )
    content_type = random.choice(TYPES) if random.random() < 0.1 else "application/json"
    made = Hostile(
        route, "POST", f"/anymail/{provider}/tracking/", "", body=body, content_type=content_type
    )
    secret = b64encode(webhooks.SETTINGS["WEBHOOK_SECRET"].encode()).decode()
    made.headers["HTTP_AUTHORIZATION"] = f"Basic {secret}"
    _sign(made, provider, text)
    made.settings = {"MAIL_PROVIDER": provider, "ANYMAIL": webhooks.SETTINGS}
    return made


def _sign_inside(payload: Any, provider: str) -> None:
    """Mailgun's signature, if the place for it is not spoiled."""
    signature = payload.get("signature") if isinstance(payload, dict) else None
    if provider == "mailgun" and isinstance(signature, dict):
        signed = f"{signature.get('timestamp')}{signature.get('token')}".encode("utf-8", "replace")
        signature["signature"] = hmac.new(b"key", signed, hashlib.sha256).hexdigest()


def _sign(made: Hostile, provider: str, text: str) -> None:
    """Some providers sign what they send."""
    made.headers["HTTP_X_AMZ_SNS_MESSAGE_TYPE"] = "Notification"
    if provider == "mailersend":
        made.headers["HTTP_SIGNATURE"] = hmac.new(b"key", made.body, hashlib.sha256).hexdigest()
    if provider == "mandrill":  # a form, signed with its address
        signed = f"http://localhost{made.path}mandrill_events{text}"
        digest = hmac.new(b"key", signed.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
        made.headers["HTTP_X_MANDRILL_SIGNATURE"] = b64encode(digest).decode()
        made.content_type = TYPES[0]
        made.body = f"mandrill_events={quote_from_bytes(text.encode())}".encode()


def _environ(request: Hostile) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": without_charset(_as_header(request.content_type)),  # as config/wsgi.py
    }
    return environ | request.headers
