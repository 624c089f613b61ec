"""An SMTP server that says what a test wants it to say, and remembers what it was sent."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

HANG_UP = "hang up"
SILENCE = "silence"


@dataclass
class Server:
    """`answers` maps a verb (`greeting`, EHLO, MAIL, RCPT, DATA, `body`, RSET …) to its reply."""

    answers: Mapping[str, str]
    port: int = 0
    verbs: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    connections: int = 0


_USUAL = {
    "greeting": "220 ready",
    "EHLO": "250-here\r\n250-SIZE 1000000\r\n250 8BITMIME",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "body": "250 2.0.0 queued as 4711",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class _Conversation(socketserver.StreamRequestHandler):
    server: _Listener

    def handle(self) -> None:
        told = self.server.told
        told.connections += 1
        going = self._say("greeting")
        while going and (line := self.rfile.readline()):
            told.verbs.append(line.decode().strip())
            verb = line.split()[0].decode().upper()
            going = self._say(verb) and verb != "QUIT"
            if going and verb == "DATA" and self._answer("DATA").startswith("354"):
                going = self._take_body()

    def _take_body(self) -> bool:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.told.mails.append(b"".join(lines))
        return self._say("body")

    def _answer(self, verb: str) -> str:
        return self.server.told.answers.get(verb, _USUAL.get(verb, "500 what?"))

    def _say(self, verb: str) -> bool:
        answer = self._answer(verb)
        if answer == SILENCE:
            time.sleep(0.6)  # longer than the patience of the tests' connections
        if answer in (SILENCE, HANG_UP):
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return not answer.startswith("421")


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = False  # wait for them: a test leaves no thread and no socket behind
    allow_reuse_address = True
    told: Server


@contextmanager
def serving(**answers: str) -> Iterator[Server]:
    """A server on a free port; pass `RCPT="550 no"` for an answer out of the usual."""
    with _Listener(("127.0.0.1", 0), _Conversation) as listener:
        listener.told = Server(answers, port=listener.server_address[1])
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield listener.told
        finally:
            listener.shutdown()
            thread.join()
