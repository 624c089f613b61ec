"""The LMTP server of this service: it takes mail in from Postfix or another mail server."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from mail.receiving.lmtp import LmtpServer
from newsletter.inbound.hand_over import hand_over

THREADS: Final = 4  # each with a connection to the database


def serve(host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until SIGTERM or SIGINT; the mails in hand are finished.

    Args:
        port: 0 for any that is free.
        ready: called with the port once mail is accepted.
    """
    asyncio.run(_serve(host, port, ready))


async def _serve(host: str, port: int, ready: Callable[[int], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="lmtp") as threads:

        async def take_in(raw: bytes, recipient: str) -> bool:
            return await loop.run_in_executor(threads, _take_in, raw, recipient)

        server = await LmtpServer(take_in, settings.EHLO_NAME or "localhost").listen(host, port)
        ready(server.sockets[0].getsockname()[1])
        await stopped.wait()
        server.close()


def _take_in(raw: bytes, recipient: str) -> bool:
    close_old_connections()  # one that broke is opened again
    try:
        return hand_over(raw, recipient, source="lmtp", now=timezone.now())
    finally:
        close_old_connections()
