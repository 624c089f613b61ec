"""What readers and their programs send: complaints, and automatic replies."""

from __future__ import annotations

from tests.mail.inbound.corpus.mails import ORIGINAL, READER, RETURN_PATH, feedback, raw, reply

_REDACTED = ORIGINAL.replace(READER, "redacted@example.net").replace(RETURN_PATH, "redacted")

# Of each name: the mail, its kind, and what it says that it is.
COMPLAINTS: dict[str, tuple[bytes, str, str]] = {
    "Yahoo": (
        feedback(
            """
            Feedback-Type: abuse
            User-Agent: Yahoo!-Mail-Feedback/2.0
            Version: 0.1
            Original-Mail-From: <reply+b-3mv-0123456789abcdef@in.example.org>
            Original-Rcpt-To: bob@example.net
            Received-Date: Fri, 14 Mar 2025 09:00:01 -0700
            Reported-Domain: papers.example.org
            """
        ),
        "complaint", "abuse",
    ),
    "AOL, with addresses redacted": (
        feedback(
            """
            Feedback-Type: abuse
            User-Agent: AOL SComp
            Version: 0.1
            """,
            _REDACTED,
        ),
        "complaint", "abuse",
    ),
    "Comcast, headers only": (
        feedback(
            """
            Feedback-Type: abuse
            User-Agent: ReturnPathFBL/1.0
            Version: 1
            """,
            kind="text/rfc822-headers",
        ),
        "complaint", "abuse",
    ),
    "A report of fraud": (feedback("Feedback-Type: fraud\nVersion: 1"), "complaint", "fraud"),
    "Capitals and an empty line": (
        feedback("FEEDBACK-TYPE: Abuse\n\nUser-Agent: x/1\nVersion: 1"), "complaint", "abuse",
    ),
    "Not spam": (feedback("Feedback-Type: not-spam\nVersion: 1"), "report", "not-spam"),
    "A failure of DMARC": (
        feedback("Feedback-Type: auth-failure\nAuth-Failure: dkim\nVersion: 1"),
        "report", "auth-failure",
    ),
    "A virus": (feedback("Feedback-Type: virus\nVersion: 1"), "report", "virus"),
    "Opt-out": (feedback("Feedback-Type: opt-out\nVersion: 1"), "unsubscribe", "opt-out"),
    "Opt-out of a list": (
        feedback("Feedback-Type: opt-out-list\nVersion: 1"), "unsubscribe", "opt-out-list",
    ),
    "Microsoft, without a report": (
        raw(
            """
            From: staff@hotmail.com
            To: fbl@example.org
            Subject: complaint about message from 192.0.2.9
            Content-Type: multipart/mixed; boundary="ms"

            --ms
            Content-Type: message/rfc822

            X-HmXmrOriginalRecipient: bob@example.net
            """
        )
        + ORIGINAL.replace("\n", "\r\n").encode()
        + b"\r\nHello\r\n--ms--\r\n",
        "complaint", "abuse",
    ),
}  # fmt: skip

AUTO_REPLIES: dict[str, bytes] = {
    "RFC 3834": reply(head="Auto-Submitted: auto-replied"),
    "RFC 3834 with a comment": reply(head="Auto-Submitted: auto-replied; owner-email=x"),
    "generated": reply(head="Auto-Submitted: auto-generated"),
    "X-Autoreply": reply(head="X-Autoreply: yes"),
    "X-Autorespond": reply(head="X-Autorespond: Sparse attention"),
    "Precedence auto_reply": reply(head="Precedence: auto_reply"),
    "Precedence bulk": reply(head="Precedence: bulk"),
    "Outlook": reply(subject="Automatic reply: Sparse", head="X-Auto-Response-Suppress: All"),
    "Exchange, a subject of the reader's own": reply(
        subject="Back in May", head="X-Auto-Response-Suppress: All"
    ),
    "Outlook, German": reply(subject="Automatische Antwort: Sparse attention"),
    "Outlook, French": reply(subject="=?utf-8?q?R=C3=A9ponse_automatique=C2=A0=3A_Sparse?="),
    "Outlook, Spanish": reply(subject="Respuesta automática: Sparse attention"),
    "Outlook, Polish": reply(subject="Odpowiedź automatyczna: Sparse attention"),
    "Outlook, Russian": reply(subject="Автоматический ответ: Sparse attention"),
    "Outlook, Japanese": reply(subject="=?iso-2022-jp?b?GyRCPCtGMDF+RXobKEI6IBskQklUOl8bKEI=?="),
    "Outlook, Chinese": reply(subject="自动回复: Sparse attention"),
    "Out of office": reply(subject="Out of Office: back on Monday"),
    "Out of the office": reply(subject="I am currently out of the office"),
    "Abwesenheitsnotiz": reply(subject="Abwesenheitsnotiz"),
    "vacation of BSD": reply(subject="away from my mail", head="Precedence: bulk"),
    "No return path": reply(head="Return-Path: <>"),
    "A ticket": reply(subject="[Ticket#2025031477] We received your message"),
    "A list": reply(head="List-Id: <lab.example.net>"),
    "No reply": reply(sender="no-reply@example.net"),
    "A challenge": reply(subject="Please confirm your message", sender="x@spamarrest.com"),
    "Our own digest": reply(sender="Trending Papers <digest@papers.example.org>"),
    "What we forwarded": reply(head="X-Loop: reply@in.example.org"),
    "A vacation at the return path": reply(
        subject="Abwesend", to=RETURN_PATH, head="Return-Path: <>"
    ),
}
