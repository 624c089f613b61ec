"""A fake DNS server on this machine: it answers questions, and counts them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

SILENT = "silent"  # in place of the exchangers of a domain: the question gets no answer
BROKEN = "broken"  # the server fails


@dataclass
class DnsServer:
    """The exchangers of each domain ("10 mx.example.org."), and what was asked.

    Other records are in `records`, under their kind and name: "TXT example.org".
    """

    exchangers: Mapping[str, Sequence[str] | str]
    records: Mapping[str, Sequence[str] | str] = field(default_factory=dict)
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
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        found = self.records.get(f"{kind} {name}")
        if found is None and (kind == "MX" or not self.records):
            found = self.exchangers.get(name)
            kind = "MX"
        if found == SILENT:
            return None
        if found is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif found == BROKEN:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            texts = [_as_text(kind, one) for one in ([found] if isinstance(found, str) else found)]
            reply.answer.append(dns.rrset.from_text_list(f"{name}.", 300, "IN", kind, texts))
        return reply.to_wire()


def _as_text(kind: str, value: str) -> str:
    """A record as a zone file has it: a text in strings of at most 255 characters."""
    if kind != "TXT":
        return value
    parts = [value[start : start + 255] for start in range(0, len(value), 255)] or [""]
    return " ".join('"{}"'.format(part.replace("\\", "\\\\").replace('"', '\\"')) for part in parts)


@contextmanager
def serving_dns(
    exchangers: Mapping[str, Sequence[str] | str],
    records: Mapping[str, Sequence[str] | str] | None = None,
) -> Iterator[DnsServer]:
    """A server on a free port, for as long as the block runs."""
    server = DnsServer(exchangers, records or {})
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
