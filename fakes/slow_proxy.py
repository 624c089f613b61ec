"""A proxy that delays every byte in each direction: a server that is far away.

python -m fakes.slow_proxy 2525 0.015      # to port 2525 of this machine, 15 ms each way
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

HOST: Final = "127.0.0.1"


@contextmanager
def delayed(port: int, seconds: float) -> Iterator[int]:
    """A port that forwards to `port`, `seconds` later each way; in a process of its own."""
    command = [sys.executable, "-m", "fakes.slow_proxy", str(port), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout
        try:
            yield int(proxy.stdout.readline())
        finally:
            proxy.terminate()


class _Half(asyncio.Protocol):
    """One of the two connections; what it receives is sent on the other one, later."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._other: _Half | None = None
        self._transport: asyncio.Transport | None = None
        self._held: deque[tuple[float, bytes]] = deque()  # when it is due; empty bytes: the end
        self._loop = asyncio.get_running_loop()

    def join(self, other: _Half) -> None:
        self._other, other._other = other, self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        due = self._loop.time() + self._seconds
        self._held.append((due, data))
        if len(self._held) == 1:
            self._loop.call_at(due, self._pass_on)

    def connection_lost(self, exc: Exception | None) -> None:
        self.data_received(b"")

    def _pass_on(self) -> None:
        while self._held and self._held[0][0] <= self._loop.time():
            self._give(self._held.popleft()[1])
        if self._held:
            self._loop.call_at(self._held[0][0], self._pass_on)

    def _give(self, data: bytes) -> None:
        other = self._other and self._other._transport  # noqa: SLF001 (the same class)
        if other and not other.is_closing():
            other.write(data) if data else other.close()


class _Entrance(_Half):
    """The client's side: it connects to the server as soon as the client has connected."""

    def __init__(self, port: int, seconds: float) -> None:
        super().__init__(seconds)
        self._port = port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._calling = self._loop.create_task(self._call())

    async def _call(self) -> None:
        other = _Half(self._seconds)
        self.join(other)
        with contextlib.suppress(OSError):
            await self._loop.create_connection(lambda: other, HOST, self._port)
            return
        cast("asyncio.Transport", self._transport).close()


async def _serve(port: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Entrance(port, seconds), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
