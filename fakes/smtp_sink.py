"""A fake SMTP server: it accepts mail, counts it, and misbehaves exactly as it is set to.

For tests (`with sinking(rule) as sink`), and as a program for benchmarks and for chaos:

    python -m fakes.smtp_sink --port 2525 --count received.txt --fault "RCPT=450 4.2.1 busy@0.05"

It is strict: a command in the wrong order goes into `faults`. A mail counts as received
when its final dot has arrived, unless the reply to the dot is a refusal; so a mail whose
reply is lost has been received, as with real servers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fakes.smtp_sink_rules import Rule, Sink, as_usual, rule_of
from fakes.smtp_sink_session import Session


async def listen(
    sink: Sink, host: str = "127.0.0.1", port: int = 0, bound: socket.socket | None = None
) -> asyncio.Server:
    """Serve connections by the sink's rules; its `port` is known afterwards.

    `bound`: a socket that has its address already, instead of `host` and `port`.
    """
    tls = sink.tls if sink.tls_at_once else None
    loop = asyncio.get_running_loop()
    where: dict[str, Any] = {"sock": bound} if bound else {"host": host, "port": port}
    server = await loop.create_server(lambda: Session(sink), **where, ssl=tls, backlog=512)
    sink.port = server.sockets[0].getsockname()[1]
    return server


@contextmanager
def sinking(rule: Rule = as_usual, *, bound: Any = None, **options: Any) -> Iterator[Sink]:
    """A sink in a thread, for as long as the block runs: on a free port, or the `bound` socket.

    The whole event loop runs there: an earlier browser test may have left one in this thread.
    """
    sink = Sink(rule, **options)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sink")
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(listen(sink, bound=bound), loop).result(30)
        try:
            yield sink
        finally:
            asyncio.run_coroutine_threadsafe(_end(sink, server), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(sink: Sink, server: asyncio.Server) -> None:
    await asyncio.sleep(0)  # so that bytes which have arrived are read
    server.close()
    for session in list(sink.open):
        session.abort()
    while sink.open:
        await asyncio.sleep(0.001)
    await server.wait_closed()


# ── as a program ─────────────────────────────────────────────────────────────


async def _serve(sink: Sink, host: str, port: int) -> None:
    server = await listen(sink, host, port)
    print(f"listening on {host}:{sink.port}", flush=True)
    async with server:
        await server.serve_forever()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m fakes.smtp_sink", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--count", type=Path, help="append Message-ID and recipient of each mail")
    parser.add_argument("--fault", action="append", default=[], metavar="VERB=REPLY@CHANCE")
    parser.add_argument("--refuse", action="append", default=[], metavar="ADDRESS[=REPLY]")
    parser.add_argument("--drop-after", type=int, default=0, metavar="MAILS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-pipelining", action="store_true")
    options = parser.parse_args(arguments)
    rule = rule_of(options.fault, options.refuse, options.drop_after, options.seed)
    count = options.count.open("a") if options.count else None
    sink = Sink(rule, pipelining=not options.no_pipelining, keep=False, count=count)
    with count or contextlib.nullcontext(), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(sink, options.host, options.port))


if __name__ == "__main__":
    main(sys.argv[1:])
