"""Connections with a deadline each, none of which leads into our own network.

httpcore2 applies a timeout between any two bytes, so a server that sends one byte now and then
could hold a worker for days. And a name that a stranger controls may resolve to 127.0.0.1.
Both are prevented here, where bytes are read and names become addresses.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore2
import httpx2

from web.ip_addresses import is_public


class Refused(Exception):
    """The address is not one that a source may connect to."""


def guarded_client(network: GuardedNetwork, timeout: httpx2.Timeout) -> httpx2.Client:
    """A client on `network`, without cookies, and without proxies from the environment.

    It follows no redirect: `Http` decides about each.
    """
    return httpx2.Client(
        transport=_GuardedTransport(network),
        timeout=timeout,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        trust_env=False,
    )


def may_redirect(source: httpx2.URL, target: httpx2.URL, named_hosts: frozenset[str]) -> bool:
    """Whether a redirect stays on its host and port, or goes to this or a named host over TLS."""
    is_same = (target.scheme, target.netloc) == (source.scheme, source.netloc)
    is_named = target.scheme == "https" and target.port is None
    is_named = is_named and target.host in {source.host, *named_hosts}
    return (is_same or is_named) and not target.userinfo


class _GuardedTransport(httpx2.HTTPTransport):
    """httpx2's transport on a network of ours: it has no argument for one."""

    def __init__(self, network: GuardedNetwork) -> None:
        tls = httpx2.create_ssl_context()
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls, network_backend=network, max_connections=1, keepalive_expiry=30
        )


class GuardedNetwork(httpcore2.NetworkBackend):
    """TCP for one source at a time. Set `deadline`, an instant of `clock`, before each request.

    `trusted` hosts come from our own settings and may be anywhere, this machine included.
    Any other must have public addresses only, and the connection goes to the very address
    that was checked: a second lookup of the name may give another one.
    """

    def __init__(self, trusted: frozenset[str], clock: Callable[[], float]) -> None:
        self.deadline = float("inf")
        self._trusted = trusted
        self._clock = clock
        self._tcp = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = [host] if host in self._trusted else _public_addresses(host, port)
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except httpcore2.ConnectError:
                continue  # a machine without IPv6 still has IPv4
        return self._connect(addresses[-1], port, timeout, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore2.NetworkStream:
        stream = self._tcp.connect_tcp(
            address, port, self.left(timeout), local_address, socket_options
        )
        return _TimedStream(stream, self)

    def left(self, timeout: float | None) -> float:
        """The seconds that a step may take: its own timeout, or less near the deadline.

        Raises:
            httpcore2.ReadTimeout: the deadline has passed.
        """
        left = self.deadline - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return left if timeout is None else min(left, timeout)


class _TimedStream(httpcore2.NetworkStream):
    """A stream in which every step ends by the deadline of its network."""

    def __init__(self, stream: httpcore2.NetworkStream, network: GuardedNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._network.left(timeout))
        return _TimedStream(secured, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _public_addresses(host: str, port: int) -> list[str]:
    """The addresses of `host`. One private address among public ones is an attack: all refused."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
    addresses = [str(address[0]) for *_, address in found]
    if not addresses or not all(map(is_public, addresses)):
        raise Refused(f"{host} has an address that is not on the public internet")
    return addresses
