"""Returned mails in forms of their own, and what is to be read in each."""

from __future__ import annotations

from tests.mail.inbound.corpus.mails import ORIGINAL, READER, plain

_RETURNED = f"""
--- Below this line is a copy of the message.

{ORIGINAL}
Hello
"""

# Of each name: the mail, its kind, hardness and recipient.
FREE_FORMS: dict[str, tuple[bytes, str, str, str]] = {
    "qmail": (
        plain(
            f"""
Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bob@example.net>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 <bob@example.net>: User unknown
Giving up on 192.0.2.7.
{_RETURNED}"""
        ),
        "bounce", "hard", READER,
    ),
    "qmail, no mailbox here": (
        plain(
            f"""
Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<bob@example.net>:
Sorry, no mailbox here by that name. (#5.1.1)
{_RETURNED}"""
        ),
        "bounce", "hard", READER,
    ),
    "Exim": (
        plain(
            f"""
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bob@example.net
    host mx.example.net [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<bob@example.net>:
    550 5.1.1 <bob@example.net> User unknown

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}""",
            sender="Mail Delivery System <Mailer-Daemon@mx.example.net>",
            subject="Mail delivery failed: returning message to sender",
            head="X-Failed-Recipients: bob@example.net\nAuto-Submitted: auto-replied",
        ),
        "bounce", "hard", READER,
    ),
    "Exim, retry time exceeded": (
        plain(
            f"""
A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bob@example.net
    retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}""",
            head="X-Failed-Recipients: bob@example.net",
        ),
        "bounce", "soft", READER,
    ),
    "Yahoo": (
        plain(
            f"""
Message from  yahoo.example.
Unable to deliver message to the following address(es).

<bob@example.net>:
This user doesn't have a yahoo.example account (bob@example.net) [0]

--- Original message follows.

{ORIGINAL}""",
            sender="MAILER-DAEMON@yahoo.com",
        ),
        "bounce", "hard", READER,
    ),
    "Japan, a mobile carrier": (
        plain(
            f"""
The user(s) account is disabled.
Your message was not delivered to the following recipients:

<bob@example.net>: 550 Unknown user bob@example.net

{ORIGINAL}""",
            subject="=?ISO-2022-JP?B?GyRCJSglaSE8GyhC?=",
            sender="Postmaster@docomo.example",
        ),
        "bounce", "hard", "",
    ),
    "Exchange 5.5": (
        plain(
            f"""
Your message

  To:      bob@example.net
  Subject: Sparse attention and two more
  Sent:    Fri, 14 Mar 2025 09:00:00 -0000

did not reach the following recipient(s):

bob@example.net on Fri, 14 Mar 2025 09:00:03 -0000
    The recipient name is not recognized
    The MTS-ID of the original message is: c=de;a= ;p=example;l=EX01
    550 5.1.1 unknown recipient

{ORIGINAL}""",
            sender="System Administrator <postmaster@example.net>",
            subject="Undeliverable: Sparse attention",
        ),
        "bounce", "hard", READER,
    ),
    "A server of its own form at our return path": (
        plain(
            f"""
We could not place your mail.

Reason: 552 5.2.2 The mailbox is over quota

{ORIGINAL}""",
            sender="mailgate@example.net",
            subject="Nondeliverable mail",
        ),
        "bounce", "soft", "",
    ),
    "A warning in no form": (
        plain(
            """
The address to which the message has not yet been delivered is:

  bob@example.net
    Delay reason: 451 4.7.1 Greylisted, try again later

No action is required on your part.
""",
            subject="Warning: message delayed 24 hours",
        ),
        "delay", "", READER,
    ),
}  # fmt: skip
