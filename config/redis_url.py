"""REDIS_URL, parsed once for all who use Redis: the cache, the locks, the limits and Celery.

redis-py, kombu (Celery's transport) and `limits` each read a URL in their own way: one drops the
password of a unix socket, another the database number in `?db=3`, and kombu does not check the
certificate of a `rediss://` server unless it is asked to. So each gets a URL that is written here,
from the same parts, and a URL that would not mean the same to all of them is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TCP: Final = ("redis", "rediss")
_SOCKET: Final = ("unix", "redis+unix", "redis+socket")
_TLS_OPTIONS: Final = {
    "ssl_cert_reqs": re.compile("required|optional|none"),
    "ssl_ca_certs": re.compile(".+"),
    "ssl_certfile": re.compile(".+"),
    "ssl_keyfile": re.compile(".+"),
    "ssl_check_hostname": re.compile("true|false"),
}
_ENCODE: Final = (
    "Percent-encode the signs of its password that are no letters or digits "
    "(/ is %2F, # is %23, ? is %3F, % is %25)"
)


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """The parts of a REDIS_URL, decoded. `path` is the socket's, or empty for a network server."""

    database: int
    username: str = ""
    password: str = ""
    path: str = ""
    host: str = ""
    port: int = 6379
    tls: tuple[tuple[str, str], ...] = ()

    @property
    def for_redis(self) -> str:
        """For redis-py: `unix://user:password@/path?db=0`, `redis://user:password@host:6379/0`."""
        if self.path:
            return f"unix://{self._login}{quote(self.path)}?db={self.database}"
        return self._network

    @property
    def for_celery(self) -> str:
        """For kombu: `redis+socket://user:password@/path?virtual_host=0`, or as for redis-py."""
        if self.path:
            return f"redis+socket://{self._login}{quote(self.path)}?virtual_host={self.database}"
        return self._network

    @property
    def for_limits(self) -> str:
        """For `limits`: `redis+unix://user:password@/path?db=0`, or as for redis-py."""
        return f"redis+{self.for_redis}" if self.path else self.for_redis

    @property
    def _login(self) -> str:
        # Without safe characters: kombu splits a URL at each ";", even inside a password.
        if not (self.username or self.password):
            return ""
        return f"{quote(self.username, safe='')}:{quote(self.password, safe='')}@"

    @property
    def _network(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme, options = ("rediss", f"?{urlencode(self.tls)}") if self.tls else ("redis", "")
        return f"{scheme}://{self._login}{host}:{self.port}/{self.database}{options}"


def parse(url: str) -> RedisAddress:
    """The parts of a REDIS_URL.

    Raises:
        ImproperlyConfigured: one line that says what is wrong and holds nothing of the URL but
            its scheme and the names of its options: the rest may be a password.
    """
    scheme = url.partition("://")[0].lower()
    if scheme not in (*_TCP, *_SOCKET):
        raise _refusal(_why_not(scheme if "://" in url else ""))
    parts = _split(url)
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    options = _options(parts.query)
    if scheme in _SOCKET:
        database = _database("", options)
        _refuse_rest(options)
        path = unquote(parts.path)
        return RedisAddress(database, username, password, path=path)
    database = _database(parts.path.strip("/"), options)
    host, port = parts.hostname or "localhost", parts.port or 6379
    tls = _tls(options) if scheme == "rediss" else ()
    _refuse_rest(options)
    return RedisAddress(database, username, password, host=unquote(host), port=port, tls=tls)


def for_celery(url: str) -> str:
    """A REDIS_URL in the form for kombu, Celery's transport."""
    return parse(url).for_celery


def _why_not(scheme: str) -> str:
    if "sentinel" in scheme or "cluster" in scheme:
        return "must name one server: Sentinel and Redis Cluster are not supported"
    named = scheme if re.fullmatch(r"[a-z][a-z0-9+.-]{0,20}", scheme) else "something else"
    return (
        "must name a Redis server, redis://host:6379/0, rediss://host:6379/0 or "
        f"unix:///path/to/socket?db=0, not {named!r}"
    )


def _split(url: str) -> SplitResult:
    """The URL in pieces, when it can be read in one way only."""
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        raise _refusal("contains white space")
    if re.search(r"%(?![0-9A-Fa-f]{2})", url):
        raise _refusal(f"has a % without two hexadecimal digits. {_ENCODE}")
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number, which may be half of a password
    except ValueError:
        raise _refusal(
            f"cannot be read: its host or port is malformed (IPv6 is written [::1]). {_ENCODE}"
        ) from None
    is_socket = parts.scheme in _SOCKET
    host = parts.netloc.rpartition("@")[2]
    if "#" in url or "@" in parts.query or ("@" in parts.path and not is_socket):
        raise _refusal(f"has a password that cannot be told from the rest. {_ENCODE}")
    if is_socket and (host or len(parts.path) < 2):
        raise _refusal(f"must give a socket's path after three slashes, unix:///path. {_ENCODE}")
    if "," in host or (host.count(":") > 1 and not host.startswith("[")):
        raise _refusal("must name one server, and an IPv6 address in brackets, [::1]")
    return parts


def _options(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    if len(options) < len(pairs):
        raise _refusal("gives an option twice")
    return options


def _database(path: str, options: dict[str, str]) -> int:
    """The number in the path, in `?db=` or in kombu's `?virtual_host=`; 0 without any."""
    numbers = {path, options.pop("db", ""), options.pop("virtual_host", "").lstrip("/")} - {""}
    if len(numbers) > 1:
        raise _refusal("names two databases: one in its path, one in its options")
    number = numbers.pop() if numbers else "0"
    if not re.fullmatch(r"[0-9]{1,6}", number):
        raise _refusal(f"must name its database by a number, /0 or ?db=0. {_ENCODE}")
    return int(number)


def _tls(options: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The options of TLS; by default the certificate is checked, which kombu alone would not."""
    given = {name: options.pop(name) for name in _TLS_OPTIONS if name in options}
    given["ssl_cert_reqs"] = given.get("ssl_cert_reqs", "required").lower().removeprefix("cert_")
    if "ssl_check_hostname" in given:
        given["ssl_check_hostname"] = given["ssl_check_hostname"].lower()
    for name, value in given.items():
        if not _TLS_OPTIONS[name].fullmatch(value):
            raise _refusal(f"has a value that {name} does not know")
    return tuple(sorted(given.items()))


def _refuse_rest(options: dict[str, str]) -> None:
    for name in options:
        if name in _TLS_OPTIONS:
            raise _refusal(f"has the option {name}, which only rediss:// has")
        named = f" {name}" if re.fullmatch(r"[a-z_]{1,30}", name) else ""
        raise _refusal(f"has an option{named} that not every user of Redis knows")


def _refusal(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"REDIS_URL {reason}.")
