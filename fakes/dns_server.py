"""A fake DNS server on this machine: it answers questions for MX, and counts them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

SILENT = "silent"  # in place of the exchangers of a domain: the question gets no answer
BROKEN = "broken"  # the server fails


@dataclass
class DnsServer:
    """The exchangers of each domain ("10 mx.example.org."), and what was asked."""

    exchangers: Mapping[str, Sequence[str] | str]
    questions: list[str] = field(default_factory=list)
    port: int = 0

    def resolver(self) -> dns.resolver.Resolver:
        """A resolver that asks this server only."""
        made = dns.resolver.Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self.port
        return made

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text().rstrip(".")
        self.questions.append(name)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        found = self.exchangers.get(name)
        if found == SILENT:
            return None
        if found is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif found == BROKEN:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            reply.answer.append(dns.rrset.from_text_list(f"{name}.", 300, "IN", "MX", list(found)))
        return reply.to_wire()


@contextmanager
def serving_dns(exchangers: Mapping[str, Sequence[str] | str]) -> Iterator[DnsServer]:
    """A server on a free port, for as long as the block runs."""
    server = DnsServer(exchangers)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(server, listener), name="dns")
        thread.start()
        yield server
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", server.port))
        thread.join(10)


def _serve(server: DnsServer, listener: socket.socket) -> None:
    while True:
        wire, client = listener.recvfrom(4096)
        if not wire:
            return
        reply = server.answer(wire)
        if reply:
            listener.sendto(reply, client)
