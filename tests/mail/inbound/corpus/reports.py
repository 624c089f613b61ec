"""Reports of servers with a standard form, and what is to be read in each."""

from __future__ import annotations

from tests.mail.inbound.corpus.mails import READER, dsn, postfix

# Of each name: the mail, its kind, hardness, status and recipient.
REPORTS: dict[str, tuple[bytes, str, str, str, str]] = {
    "Postfix, unknown user": (
        postfix("5.1.1", "smtp; 550 5.1.1 <bob@example.net>: Recipient address rejected: "
                "User unknown in virtual mailbox table"),
        "bounce", "hard", "5.1.1", READER,
    ),
    "Postfix, folded diagnostic": (
        postfix("5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does\n"
                "    not exist. Please try double-checking the recipient's email address"),
        "bounce", "hard", "5.1.1", READER,
    ),
    "Postfix, expired after five days": (
        postfix("4.4.1", "smtp; connect to mx.example.net[192.0.2.7]:25: Connection timed out"),
        "bounce", "soft", "4.4.1", READER,
    ),
    "Postfix, full mailbox": (
        postfix("5.2.2", "smtp; 552 5.2.2 <bob@example.net>: Mailbox full"),
        "bounce", "soft", "5.2.2", READER,
    ),
    "Postfix, delayed": (
        postfix("4.4.1", "X-Postfix; connect to mx.example.net: Connection refused", "delayed"),
        "delay", "", "4.4.1", READER,
    ),
    "Postfix, host not found": (
        postfix("5.4.4", "X-Postfix; Host or domain name not found. Name service error for "
                "name=example.net type=AAAA: Host not found"),
        "bounce", "hard", "5.4.4", READER,
    ),
    "Postfix, block list": (
        postfix("5.7.1", "smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked "
                "using zen.spamhaus.org"),
        "bounce", "us", "5.7.1", READER,
    ),
    "Postfix, block list with the code of an unknown user": (
        postfix("5.1.1", "smtp; 550 5.1.1 <bob@example.net> blocked using Spamhaus; see "
                "https://check.spamhaus.org"),
        "bounce", "us", "5.1.1", READER,
    ),
    "Postfix, delivered": (
        postfix("2.0.0", "smtp; 250 2.0.0 Ok: queued as 77", "delivered"),
        "delivered", "", "2.0.0", READER,
    ),
    "Postfix, relayed": (
        postfix("2.0.0", "smtp; 250 Ok", "relayed"), "delivered", "", "2.0.0", READER,
    ),
    "Gmail": (
        dsn(
            "** Address not found **\n\nYour message wasn't delivered to bob@example.net.",
            """
            Reporting-MTA: dns; googlemail.com
            Received-From-MTA: dns; digest@papers.example.org
            Arrival-Date: Fri, 14 Mar 2025 02:00:01 -0700 (PDT)
            X-Original-Message-ID: <digest.4711.0123456789abcdef0123@papers.example.org>

            Final-Recipient: rfc822; bob@example.net
            Action: failed
            Status: 5.1.1
            Remote-MTA: dns; mx.example.net. (192.0.2.7, the server for the domain example.net.)
            Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not
             exist. Please try 550-5.1.1 double-checking the recipient's email address for typos
            Last-Attempt-Date: Fri, 14 Mar 2025 02:00:03 -0700 (PDT)
            """,
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Failure)",
            head="Auto-Submitted: auto-replied\nX-Failed-Recipients: bob@example.net",
        ),
        "bounce", "hard", "5.1.1", READER,
    ),
    "Gmail, delayed": (
        dsn(
            "There was a temporary problem delivering your message. Gmail will retry.",
            """
            Reporting-MTA: dns; googlemail.com

            Final-Recipient: rfc822; bob@example.net
            Action: delayed
            Status: 4.4.1
            Will-Retry-Until: Mon, 17 Mar 2025 02:00:03 -0700 (PDT)
            """,
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Delay)",
            kind="text/rfc822-headers",
        ),
        "delay", "", "4.4.1", READER,
    ),
    "Exchange Online": (
        dsn(
            "Your message to bob@example.net couldn't be delivered.",
            """
            Reporting-MTA: dns;AM0PR01.prod.outlook.example
            Received-From-MTA: dns;papers.example.org
            Arrival-Date: Fri, 14 Mar 2025 09:00:01 +0000

            Final-Recipient: rfc822;bob@example.net
            Action: failed
            Status: 5.1.10
            Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by
             SMTP address lookup
            """,
            sender="Microsoft Outlook <MicrosoftExchange329e71ec@example.net>",
            subject="Undeliverable: Sparse attention and two more",
            head="X-MS-Exchange-Message-Is-Ndr:\nAuto-Submitted: auto-replied",
        ),
        "bounce", "hard", "5.1.10", READER,
    ),
    "Exchange on its own server, restricted group": (
        dsn(
            "Your message wasn't delivered because of security policies.",
            """
            Reporting-MTA: dns;ex01.example.net

            Final-Recipient: RFC822;bob@example.net
            Action: failed
            Status: 5.7.1
            Diagnostic-Code: smtp;550 5.7.1 RESOLVER.RST.AuthRequired; authentication required
            """,
            sender="postmaster@example.net",
            subject="Undeliverable: Sparse attention",
        ),
        "bounce", "soft", "5.7.1", READER,
    ),
    "Exim with a report": (
        dsn(
            "A message that you sent could not be delivered to one or more of its recipients.",
            """
            Reporting-MTA: dns; mx.example.net

            Action: failed
            Final-Recipient: rfc822;bob@example.net
            Status: 5.0.0
            Remote-MTA: dns; mx2.example.net
            Diagnostic-Code: smtp; 550 No such user here
            """,
            head="X-Failed-Recipients: bob@example.net\nAuto-Submitted: auto-replied",
        ),
        "bounce", "hard", "5.0.0", READER,
    ),
    "Sendmail": (
        dsn(
            """
               ----- The following addresses had permanent fatal errors -----
            <bob@example.net>
                (reason: 550 5.1.1 <bob@example.net>... User unknown)
            """,
            """
            Reporting-MTA: dns; smtp.example.com
            Received-From-MTA: DNS; papers.example.org
            Arrival-Date: Fri, 14 Mar 2025 09:00:01 GMT

            Final-Recipient: RFC822; bob@example.net
            Action: failed
            Status: 5.1.1
            Remote-MTA: DNS; mx.example.net
            Diagnostic-Code: SMTP; 550 5.1.1 <bob@example.net>... User unknown
            """,
            sender="Mail Delivery Subsystem <MAILER-DAEMON@smtp.example.com>",
            subject="Returned mail: see transcript for details",
            head="Auto-Submitted: auto-generated (failure)",
        ),
        "bounce", "hard", "5.1.1", READER,
    ),
    "Sendmail, warning": (
        dsn(
            "** THIS IS A WARNING MESSAGE ONLY **\nYou do not need to resend your message.",
            """
            Reporting-MTA: dns; smtp.example.com

            Final-Recipient: RFC822; bob@example.net
            Action: delayed
            Status: 4.4.1
            """,
            subject="Warning: could not send message for past 4 hours",
            head="Auto-Submitted: auto-generated (warning-timeout)",
        ),
        "delay", "", "4.4.1", READER,
    ),
    "OpenSMTPD, which says error": (
        dsn(
            "Hi! This is the MAILER-DAEMON, please DO NOT REPLY to this email.",
            """
            Reporting-MTA: dns; mx.example.net

            Final-Recipient: rfc822; bob@example.net
            Action: error
            Status: 5.1.1
            """,
            subject="Delivery status notification: error",
        ),
        "bounce", "hard", "5.1.1", READER,
    ),
    "PowerMTA, bad mailbox": (
        dsn(
            "This message was undeliverable.",
            """
            Reporting-MTA: dns;mta.example.com
            Arrival-Date: Fri, 14 Mar 2025 09:00:01 +0000

            Original-Recipient: rfc822;bob@example.net
            Final-Recipient: rfc822;bob@example.net
            Action: failed
            Status: 5.1.1 (bad destination mailbox address)
            Remote-MTA: dns;mx.example.net (192.0.2.7)
            Diagnostic-Code: smtp;550 5.1.1 unknown or illegal alias: bob@example.net
            X-PowerMTA-BounceCategory: bad-mailbox
            """,
        ),
        "bounce", "hard", "5.1.1", READER,
    ),
    "Amazon": (
        dsn(
            "An error occurred while trying to deliver the mail to the following recipients:",
            """
            Reporting-MTA: dns; a8-50.smtp-out.amazonses.example

            Action: failed
            Final-Recipient: rfc822; bob@example.net
            Diagnostic-Code: smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.
            Status: 4.4.7
            """,
        ),
        "bounce", "soft", "4.4.7", READER,
    ),
    "Lotus Domino": (
        dsn(
            "Your message was not delivered.",
            """
            Reporting-MTA: dns;domino.example.net

            Final-Recipient: rfc822;bob@example.net
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: X-Notes; User bob (bob@example.net) not listed in Domino Directory
            """,
            subject="DELIVERY FAILURE: User bob not listed in Domino Directory",
        ),
        "bounce", "hard", "5.1.1", READER,
    ),
    "Zimbra, with a list behind the address": (
        dsn(
            "One of two failed.",
            """
            Reporting-MTA: dns; zimbra.example.net

            Final-Recipient: rfc822; carol@example.net
            Action: delivered
            Status: 2.0.0

            Final-Recipient: rfc822; dan@example.net
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 User unknown
            """,
        ),
        "delivered", "hard", "2.0.0", "carol@example.net",
    ),
    "Proofpoint, with the address in brackets and no type": (
        dsn(
            "Delivery failed.",
            """
            Reporting-MTA: dns; pp.example.net

            Final-Recipient: <bob@example.net>
            Action: Failed
            Status: 550 5.1.1
            """,
        ),
        "bounce", "hard", "5.1.1", READER,
    ),
    "Office with UTF-8 in its report": (
        dsn(
            "Ihre Nachricht wurde nicht zugestellt.",
            """
            Reporting-MTA: dns; mx.example.net

            Final-Recipient: rfc822; bob@example.net
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 Empfänger unbekannt (user unknown)
            """,
            sender="=?utf-8?q?Zustellung_f=C3=BCr_Alle?= <postmaster@example.net>",
        ),
        "bounce", "hard", "5.1.1", READER,
    ),
    "A report with no group for the server": (
        dsn(
            "Failed.",
            """
            Final-Recipient: rfc822; bob@example.net
            Action: failed
            Status: 5.1.1
            """,
        ),
        "bounce", "hard", "5.1.1", READER,
    ),
    "Cyrus, over its quota for now": (
        dsn(
            "Over quota.",
            """
            Reporting-MTA: dns; imap.example.net

            Final-Recipient: rfc822; bob@example.net
            Action: failed
            Status: 5.2.2
            Diagnostic-Code: X-UNIX; Over quota
            """,
        ),
        "bounce", "soft", "5.2.2", READER,
    ),
    "Sender address refused": (
        postfix("5.7.27", "smtp; 550 5.7.27 Sender domain has no SPF record"),
        "bounce", "us", "5.7.27", READER,
    ),
    "Spam filter": (
        postfix("5.7.1", "smtp; 554 5.7.1 Message rejected: looks like spam"),
        "bounce", "us", "5.7.1", READER,
    ),
    "Greylisting until the end": (
        postfix("4.2.0", "smtp; 450 4.2.0 <bob@example.net>: Recipient address: Greylisted"),
        "bounce", "soft", "4.2.0", READER,
    ),
}  # fmt: skip
