"""Peers that send or read slowly, or send too much: directly, and behind each proxy of the docs.

More of them than the site has threads hold on to it, and pages are served as if there were none.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest

from fakes.slow_peers import KINDS, Kind, slow_peers
from tests import web_server

pytestmark = pytest.mark.django_db
PEERS = 40  # five for each thread
PAGES = 3
LONGEST = 10.0  # seconds for a page; a page that waits for a slow peer takes longer


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with web_server.serving(tmp_path_factory.mktemp("site")) as port:
        yield port


@pytest.fixture(scope="module")
def caddy(site: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with web_server.caddy(tmp_path_factory.mktemp("caddy"), site) as port:
        yield port


@pytest.fixture(scope="module")
def nginx(site: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with web_server.nginx(tmp_path_factory.mktemp("nginx"), site) as port:
        yield port


@pytest.fixture
def port(request: pytest.FixtureRequest) -> int:
    """Where the peers and the pages go: the site or a proxy, by the parameter's name."""
    return int(request.getfixturevalue(request.param))


def page(port: int) -> int:
    connection = http.client.HTTPConnection("localhost", port, timeout=LONGEST)
    connection.request("GET", "/topics/agents/", headers={"Host": f"localhost:{port}"})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("port", ["site", "caddy", "nginx"], indirect=True)
def test_pages_are_served_while_slow_peers_hold_on(port: int, kind: Kind) -> None:
    with slow_peers(port, kind, PEERS, host=f"localhost:{port}") as peers:
        assert peers.arrived.is_set()
        assert [page(port) for _ in range(PAGES)] == [200] * PAGES


def upload(port: int, head: str, part: bytes, size: int) -> tuple[bytes, int]:
    """The status of an upload, and how many bytes the server let us send until then."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=15) as peer:
        peer.sendall(
            f"POST /subscribe/ HTTP/1.1\r\nHost: localhost:{port}\r\n{head}\r\n\r\n".encode()
        )
        peer.settimeout(0.05)
        while sent < size:
            try:
                return peer.recv(12), sent
            except TimeoutError:
                peer.settimeout(15)
                peer.sendall(part)
                sent += len(part)
                peer.settimeout(0.001)
    raise AssertionError(f"{sent} bytes were taken, and none was refused")


MB = 1024 * 1024
DECLARED = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 629145600"
CHUNKED = "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked"


@pytest.mark.parametrize("head", [DECLARED, CHUNKED], ids=["declared", "chunked"])
@pytest.mark.parametrize("port", ["site", "caddy", "nginx"], indirect=True)
def test_an_upload_of_600_megabytes_is_refused_at_its_beginning(port: int, head: str) -> None:
    part = b"10000\r\n" + b"x" * 65536 + b"\r\n" if head == CHUNKED else b"x" * 65536
    status, sent = upload(port, head, part, 600 * MB)
    assert status == b"HTTP/1.1 413"
    assert sent < 40 * MB  # what the kernel and a proxy keep before they say so
