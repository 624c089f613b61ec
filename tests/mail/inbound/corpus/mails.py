"""Mails as servers and programs write them, with invented names: what each form has.

The mail of ours that they return is of delivery 4711; its Message-ID and its tokens look like real
ones and prove nothing.
"""

from __future__ import annotations

from textwrap import dedent

MESSAGE_ID = "<digest.4711.0123456789abcdef0123@papers.example.org>"
RETURN_PATH = "reply+b-3mv-0123456789abcdef@in.example.org"
UNSUBSCRIBE_TOKEN = "AAAAABJnAAAAAAEAAAAAabcdefghijklmnop"
READER = "bob@example.net"
ORIGINAL = f"""\
Return-Path: <{RETURN_PATH}>
Received: from papers.example.org (localhost [127.0.0.1])
 by mail.example.org with ESMTP id 4F00A; Fri, 14 Mar 2025 09:00:01 +0000
From: Trending Papers <digest@papers.example.org>
To: {READER}
Subject: Sparse attention and two more
Message-ID: {MESSAGE_ID}
Date: Fri, 14 Mar 2025 09:00:00 +0000
List-Unsubscribe: <https://papers.example.org/u/{UNSUBSCRIBE_TOKEN}>
"""


def raw(text: str) -> bytes:
    """A mail for the wire; its text is indented as the test that holds it."""
    return dedent(text).lstrip("\n").replace("\n", "\r\n").encode()


def dsn(
    words: str,
    fields: str,
    *,
    sender: str = "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    returned: str = ORIGINAL,
    kind: str = "message/rfc822",
    head: str = "",
) -> bytes:
    """A report of three parts (RFC 3464): words for people, fields, the mail."""
    lines = [
        "Return-Path: <>",
        "Received: from mx.example.net (mx.example.net [192.0.2.7])",
        " by in.example.org with ESMTP id 77; Fri, 14 Mar 2025 09:10:00 +0000",
        f"From: {sender}",
        f"To: {RETURN_PATH}",
        f"Subject: {subject}",
        "Date: Fri, 14 Mar 2025 09:09:58 +0000",
        "Message-ID: <20250314090958.4F00B@mx.example.net>",
        *dedent(head).strip().splitlines(),
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="==b/1"',
        "",
        "This is a MIME-encapsulated message.",
        "",
        "--==b/1",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        *dedent(words).strip().splitlines(),
        "",
        "--==b/1",
        "Content-Type: message/delivery-status",
        "",
        *dedent(fields).strip().splitlines(),
        "",
        "--==b/1",
        f"Content-Type: {kind}",
        "",
        *returned.splitlines(),
        "",
        "Hello",
        "--==b/1--",
        "",
    ]
    return "\r\n".join(lines).encode()


def plain(
    body: str,
    *,
    sender: str = "MAILER-DAEMON@mx.example.net",
    to: str = RETURN_PATH,
    subject: str = "failure notice",
    head: str = "",
) -> bytes:
    """A mail of one text."""
    lines = [
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        *dedent(head).strip().split("\n"),
    ]
    lines += [
        "Date: Fri, 14 Mar 2025 09:09:58 +0000",
        "",
        *dedent(body).strip("\n").split("\n"),
        "",
    ]
    return "\r\n".join(line for n, line in enumerate(lines) if line or n > 3).encode()


_POSTFIX = """
    Reporting-MTA: dns; mail.example.org
    X-Postfix-Queue-ID: 4F00A
    X-Postfix-Sender: rfc822; digest@papers.example.org
    Arrival-Date: Fri, 14 Mar 2025 09:00:01 +0000 (UTC)

    Final-Recipient: rfc822; {recipient}
    Original-Recipient: rfc822;bob@example.net
    Action: {action}
    Status: {status}
    Remote-MTA: dns; mx.example.net
    Diagnostic-Code: {code}
"""


def postfix(status: str, code: str, action: str = "failed", recipient: str = READER) -> bytes:
    """Postfix's own form, of whatever server refused."""
    fields = dedent(_POSTFIX).format(recipient=recipient, action=action, status=status, code=code)
    return dsn(f"<{recipient}>: host mx.example.net said: {code}", fields)


def feedback(fields: str, returned: str = ORIGINAL, **values: str) -> bytes:
    """A report of a feedback loop (RFC 5965)."""
    mail = dsn("This is an email abuse report.", fields, returned=returned, **values)
    mail = mail.replace(b"report-type=delivery-status", b"report-type=feedback-report")
    return mail.replace(b"message/delivery-status", b"message/feedback-report")


def reply(
    text: str = "Thank you for this.",
    *,
    subject: str = "Re: Sparse attention and two more",
    head: str = "",
    sender: str = "Bob <bob@example.net>",
    to: str = "reply@in.example.org",
    message_id: str = "<77@example.net>",
) -> bytes:
    """What a reader answers to a digest."""
    lines = [
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Message-ID: {message_id}",
        f"In-Reply-To: {MESSAGE_ID}",
        "Date: Fri, 14 Mar 2025 10:00:00 +0000",
        *dedent(head).strip().splitlines(),
        "Content-Type: text/plain; charset=utf-8",
        "",
        *text.splitlines(),
        "",
    ]
    return "\r\n".join(lines).encode()
