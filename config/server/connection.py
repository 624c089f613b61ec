"""One connection: read a request, let a thread work on it, send the response, and so on.

Each wait for the peer has a deadline for the whole of it, not for each byte: a peer that sends a
byte a second would otherwise never be late.
"""

from __future__ import annotations

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

from gunicorn.workers.base import Worker

from config.server.incoming import (
    Refused,
    declared_length,
    parse,
    read_body,
    read_head,
    refused,
    too_large,
)
from config.server.limits import (
    BODY_SECONDS,
    HEAD_SECONDS,
    KB,
    MB,
    is_unread,
    largest_body,
    seconds_to_read,
)
from config.server.respond import error_response, respond
from config.server.waiting import Waiting

_LINGER_SECONDS: Final = 2.0
_TOO_LATE: Final = "This request took too long to arrive.\n"


class Connection:
    def __init__(
        self,
        worker: Worker,
        threads: Executor,
        waiting: Waiting,
        stream: tuple[StreamReader, StreamWriter],
        server: Any,
    ) -> None:
        self._worker, self._threads, self._waiting = worker, threads, waiting
        self._reader, self._writer = stream
        self._client = self._writer.get_extra_info("peername")
        self._server = server
        self.is_idle = True  # no request has begun: a worker that stops may close it
        # A drain then waits until the kernel has all of it, so that its deadline counts.
        self._writer.transport.set_write_buffer_limits(high=0)

    async def serve(self) -> None:
        """Serve requests until one side closes the connection. Raises nothing about the peer."""
        seconds = HEAD_SECONDS
        try:
            while await self._exchange(await self._first_byte(seconds)):
                seconds, self.is_idle = self._worker.cfg.keepalive, True
            await self._linger()
        except (asyncio.IncompleteReadError, TimeoutError, OSError):
            pass  # the peer has closed it, or is too slow
        finally:
            self._waiting.end(self._writer.transport)
            self.close()

    def close(self) -> None:
        """Close it; what is not yet sent is dropped: the deadline for that is over."""
        self._writer.transport.abort() if self._is_unsent() else self._writer.close()

    def _is_unsent(self) -> bool:
        return self._writer.transport.get_write_buffer_size() > 0

    async def _first_byte(self, seconds: float) -> bytes:
        """The first byte of the next request, which ends the time without one."""
        async with self._waits(seconds):
            first = await self._reader.readexactly(1)
        self.is_idle = False
        return first

    async def _exchange(self, first: bytes) -> bool:
        """One request and its response; False when the connection is to be closed."""
        try:
            request, body = await self._receive(first)
        except Refused as refusal:
            self._writer.write(refusal.response)
            await self._sent()
            return False
        call = partial(respond, self._worker, request, body, self._client, self._server)
        response = await asyncio.get_running_loop().run_in_executor(self._threads, call)
        if not response.is_from_cache:
            self._worker.count_request()
        if (wait := response.not_before - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        stays_open = response.stays_open
        self._writer.write(response.data)
        del response  # the transport has its own copy of what the kernel does not take at once
        await self._sent()
        return stays_open

    async def _receive(self, first: bytes) -> tuple[Any, bytes]:
        """A request with its body.

        Raises:
            Refused: the request is malformed, too large, or too slow.
        """
        async with self._waits(HEAD_SECONDS):
            head = first + await read_head(self._reader)
        try:
            request = parse(self._worker.cfg, head, self._client)
        except Exception as error:  # noqa: BLE001 (gunicorn sorts its own errors)
            raise Refused(error_response(self._worker, None, self._client, error)) from None
        length, largest = declared_length(request), largest_body(request.path)
        if length == 0:
            return request, b""
        if is_unread(request.path):
            request.force_close()  # or the body would be taken for the next request
            return request, b""
        if length is not None and length > largest:
            raise too_large()
        if request._expected_100_continue:  # noqa: SLF001 (gunicorn has no other name for it)
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            async with self._waits(BODY_SECONDS):
                keep = partial(self._waiting.keep, self._writer.transport)
                return request, await read_body(self._reader, length, largest, keep)
        except TimeoutError:
            raise refused("408 Request Timeout", _TOO_LATE) from None

    async def _sent(self) -> None:
        """Wait until the kernel has everything that was written."""
        size = self._writer.transport.get_write_buffer_size()
        if size:
            async with self._waits(seconds_to_read(size), size):
                await self._writer.drain()

    async def _linger(self) -> None:
        """Read what the peer still sends, or the kernel would drop the response with a reset."""
        self._writer.write_eof()
        with suppress(TimeoutError):
            async with self._waits(_LINGER_SECONDS):
                left = MB
                while left > 0 and (data := await self._reader.read(64 * KB)):
                    left -= len(data)

    @asynccontextmanager
    async def _waits(self, seconds: float, size: int = 0) -> AsyncIterator[None]:
        """The block waits for the peer, for so long at most, with `size` bytes kept for it."""
        self._waiting.begin(self._writer.transport, size)
        try:
            async with asyncio.timeout(seconds):
                yield
        finally:
            self._waiting.end(self._writer.transport)
