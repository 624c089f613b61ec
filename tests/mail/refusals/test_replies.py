"""What real servers' replies are about: their wordings, with invented names and addresses."""

from __future__ import annotations

import pytest

from mail.refusals.meanings import (
    ACCOUNT,
    BUSY,
    LISTED,
    LOGIN,
    MAILBOX,
    MESSAGE,
    MISSING,
    NAME,
    PROOF,
    RATE,
    RELAY,
    REVERSE,
    SENDER,
    SERVER,
    SPAM,
    TLS,
    UNCLEAR,
    Meaning,
)
from mail.refusals.replies import meaning_of, read

# The reply with its code, and what it is about.
REPLIES = [
    # Postfix
    ("504 5.5.2 <web-1>: Helo command rejected: need fully-qualified hostname", NAME),
    ("450 4.7.1 <papers.internal>: Helo command rejected: Host not found", NAME),
    ("501 5.5.2 <a_b>: Helo command rejected: Invalid name", NAME),
    ("554 5.7.1 <ada@example.com>: Relay access denied", RELAY),
    ("454 4.7.1 <ada@example.com>: Relay access denied", RELAY),
    (
        ("554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; "
        "https://www.spamhaus.org/query/ip/192.0.2.7"),
        LISTED,
    ),
    ("554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied", LISTED),
    (
        "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]",
        REVERSE,
    ),
    ("450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]", REVERSE),
    ("550 5.1.8 <digest@a.test>: Sender address rejected: Domain not found", SENDER),
    ("553 5.7.1 <digest@a.test>: Sender address rejected: not owned by user digest", SENDER),
    ("550 5.1.0 <digest@a.test>: Sender address rejected: User unknown in table", SENDER),
    ("550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown in table", MISSING),
    (
        ("550 5.1.1 <ada@example.com>: Recipient address rejected: "
        "User unknown in relay recipient table"),
        MISSING,
    ),
    ("550 5.7.1 <ada@example.com>: Recipient address rejected: Access denied", UNCLEAR),
    ("450 4.2.0 <ada@example.com>: Recipient address rejected: Greylisted", MAILBOX),
    ("530 5.7.0 Must issue a STARTTLS command first", TLS),
    ("552 5.3.4 Message size exceeds fixed limit", MESSAGE),
    ("452 4.3.1 Insufficient system storage", SERVER),
    ("421 4.7.0 mx.example.com Error: too many connections from 192.0.2.7", RATE),
    ("550 5.7.1 Session encryption is required", TLS),
    ("554 5.7.1 <END-OF-MESSAGE>: End-of-data rejected: Access denied", UNCLEAR),
    ("550 5.7.23 Message rejected due to: SPF fail - not authorized", PROOF),
    ("554 5.7.1 Spam message rejected", SPAM),
    # Exim
    ("550 relay not permitted", RELAY),
    ("550 Relaying not allowed: authentication required", RELAY),
    ("550 Administrative prohibition", UNCLEAR),
    ("550 Sender verify failed", SENDER),
    ("550-Verification failed for <digest@a.test> 550 Sender verify failed", SENDER),
    ("550 Unrouteable address", MISSING),
    ("550 No such user here", MISSING),
    ("550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", NAME),
    ("550 X-Blocked: host 192.0.2.7 is listed at bl.spamcop.net", LISTED),
    ("550 This message was classified as SPAM and may not be delivered", SPAM),
    ("550 reverse DNS lookup failed for host 192.0.2.7", REVERSE),
    ("550 maximum allowed line length is 998 octets", MESSAGE),
    # Exchange and Outlook
    ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", RELAY),
    ("550 5.7.1 Unable to relay", RELAY),
    ("530 5.7.57 SMTP; Client was not authenticated to send anonymous mail", LOGIN),
    (
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        SENDER,
    ),
    ("550 5.7.64 TenantAttribution; Relay Access Denied [x.prod.outlook.com]", RELAY),
    ("550 5.7.606 Access denied, banned sending IP [192.0.2.7]", LISTED),
    ("550 5.7.708 Access denied, traffic not accepted from this IP", LISTED),
    ("550 5.7.511 Access denied, banned sender[192.0.2.7]", LISTED),
    ("550 5.7.515 Access denied, sending domain does not meet the level", PROOF),
    (
        ("550 5.7.515 Access denied, sending domain A.TEST doesn't meet the required "
        "authentication level"),
        PROOF,
    ),
    (
        ("550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus. "
        "To request removal from this list see https://www.spamhaus.org (AS3140)"),
        LISTED,
    ),
    (
        ("550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your "
        "Internet service provider since part of their network is on our block list (S3140)."),
        LISTED,
    ),
    ("550 5.7.1 RESOLVER.RST.AuthenticationRequired; authentication required", MAILBOX),
    ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup", MAILBOX),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP lookup", MISSING),
    ("550 5.4.1 Recipient address rejected: Access denied. [x.protection.outlook.com]", MISSING),
    ("550 5.2.2 mailbox full", MAILBOX),
    ("550 5.7.509 Access denied, sending domain a.test does not pass DMARC verification", PROOF),
    ("550 5.7.705 Access denied, tenant has exceeded threshold", ACCOUNT),
    ("451 4.7.500 Server busy. Please try again later from [192.0.2.7].", UNCLEAR),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", LOGIN),
    # Gmail
    (
        ("550-5.7.26 This mail has been blocked because the sender is unauthenticated. "
        "550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM."),
        PROOF,
    ),
    ("550-5.7.26 Unauthenticated email from a.test is not accepted due to domain's DMARC", PROOF),
    ("550 5.7.25 The IP address sending this message does not have a PTR record setup", REVERSE),
    ("550-5.7.1 Our system has detected an unusual rate of unsolicited mail", RATE),
    (
        ("550-5.7.1 [192.0.2.7] The IP you're using to send mail is not authorized to send email "
        "directly to our servers."),
        LISTED,
    ),
    (
        ("550-5.7.1 Gmail has detected that this message is likely unsolicited mail. To reduce "
        "the amount of spam sent to Gmail, this message has been blocked."),
        SPAM,
    ),
    ("550-5.7.1 very low reputation of the sending domain", LISTED),
    ("550-5.1.1 The email account that you tried to reach does not exist.", MISSING),
    ("550-5.2.1 The email account that you tried to reach is disabled.", MISSING),
    (
        ("550-5.2.1 The user you are trying to contact is receiving mail at a rate that "
        "prevents additional messages from being delivered."),
        BUSY,
    ),
    ("552-5.2.2 The recipient's inbox is out of storage space", MAILBOX),
    ("550 5.4.5 Daily user sending limit exceeded", RATE),
    ("550-5.7.1 Invalid credentials for relay [192.0.2.7]", RELAY),
    ("552-5.7.0 This message was blocked because its content presents a risk", SPAM),
    ("421-4.7.28 Gmail has detected an unusual rate of email originating from your IP", RATE),
    ("530-5.7.0 Authentication Required. For more information, go to", LOGIN),
    # Yahoo and AOL
    ("553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, ... Spamhaus", LISTED),
    ("554 5.7.9 Message not accepted for policy reasons.", LOGIN),
    (("421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume "
     "or user complaints"), RATE),
    ("554 delivery error: dd This user doesn't have a yahoo.example account", MISSING),
    ("554 5.7.9 Message not accepted due to domain owner DMARC policy", PROOF),
    # Amazon SES
    ("554 Message rejected: Email address is not verified. These identities failed", SENDER),
    ("454 Throttling failure: Maximum sending rate exceeded.", RATE),
    ("454 Throttling failure: Daily message quota exceeded.", RATE),
    ("554 Access denied: User `arn` is not authorized to perform `ses:SendRawEmail'", ACCOUNT),
    ("554 Message rejected: Sending suspended for this account.", ACCOUNT),
    ("530 Authentication required", LOGIN),
    ("554 Transaction failed: Invalid domain name: 'x'", UNCLEAR),
    # Sendmail
    ("550 5.7.1 <ada@example.com>... Relaying denied. Proper authentication required.", RELAY),
    ("550 5.7.1 <ada@example.com>... Relaying denied. IP name lookup failed [192.0.2.7]", RELAY),
    ("553 5.1.8 <digest@a.test>... Domain of sender address digest@a.test does not exist", SENDER),
    ("550 5.1.1 <ada@example.com>... User unknown", MISSING),
    ("550 5.0.0 Access denied", UNCLEAR),
    ("554 5.0.0 Service unavailable", UNCLEAR),
    ("550 5.7.1 Access denied. IP name lookup failed [192.0.2.7]", REVERSE),
    # qmail, netqmail
    ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", RELAY),
    ("550 sorry, no mailbox here by that name (#5.1.1)", MISSING),
    ("553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)", SENDER),
    ("552 sorry, that message size exceeds my databytes limit (#5.3.4)", MESSAGE),
    # OpenSMTPD, Haraka, Rspamd
    ("550 Invalid recipient: <ada@example.com>", MISSING),
    ("550 5.7.1 Delivery not authorized, message refused: relaying denied", RELAY),
    ("550 I cannot deliver mail for <ada@example.com>", RELAY),
    ("550 Mail from [192.0.2.7] rejected: listed in DNSBL", LISTED),
    ("550 HELO name web-1 is not a FQDN", NAME),
    ("554 5.7.1 Matched map: bad words", UNCLEAR),
    ("554 5.7.1 DMARC policy", PROOF),
    # Mimecast, Proofpoint, Barracuda, and others
    ("550 Rejected by header based manually Blocked Senders: digest@a.test", UNCLEAR),
    ("554 Email rejected due to security policies", UNCLEAR),
    ("550 csi.mimecast.org Poor Reputation Sender.", LISTED),
    ("550 Envelope blocked - User Entry", UNCLEAR),
    ("554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7", LISTED),
    ("550 5.7.0 Local Policy Violation", UNCLEAR),
    ("550 permanent failure for one or more recipients (ada@example.com:blocked)", UNCLEAR),
    (("554 Service unavailable; Client host [mail.a.test] blocked using Barracuda Reputation; "
     "http://www.barracudanetworks.example/reputation/"), LISTED),
    ("550 5.7.1 You have been blocked by the recipient", MAILBOX),
    ("550 5.7.1 message refused due to recipient preferences", MAILBOX),
    ("554 5.7.1 Blacklisted URL in message. (links.example) in [black]", SPAM),
    ("550 5.7.1 URL listed in URIBL", SPAM),
    ("550 5.7.1 You are not allowed to post to this mailing list", MAILBOX),
    ("550 5.2.1 mailbox disabled", MISSING),
    ("550 Your account has been suspended", ACCOUNT),
    ("550 account is suspended", MAILBOX),
    ("554 5.7.1 no", UNCLEAR),
    ("552 quota exceeded", MAILBOX),
    ("551 user not local; please try elsewhere", MAILBOX),
    ("550 5.6.0 Lone CR or LF in headers", MESSAGE),
    ("550 5.7.1 Bad or missing RFC 5322 From header", MESSAGE),
    ("571 5.7.1 You are not permitted to relay through this server", RELAY),
    ("550 Connection frequency limited", RATE),
    ("550 Maximum credits exceeded", RATE),
    ("550 5.2.122 The recipient has exceeded the number of messages they can receive", BUSY),
    ("550 Please turn on SMTP Authentication in your mail client", LOGIN),
    ("550 HELO should be a FQDN or address literal", NAME),
    ("501 Syntactically invalid HELO argument(s)", NAME),
    ("554 5.7.1 You are not allowed to connect", LISTED),
    ("550 The sending IP is not in the allow list", LISTED),
    ("554 IP=192.0.2.7 - None/bad reputation. Ask your postmaster for help", LISTED),
    ("554 5.5.4 Host name lookup failed", REVERSE),
    ("550 5.7.1 The sender domain has no MX", SENDER),
    ("554 5.2.252 SendAsDenied; digest not allowed to send as", SENDER),
    ("550 The from address does not match a verified Sender Identity", SENDER),
    ("550 5.7.0 Message Size Violation", MESSAGE),
    ("550 5.7.1 Message rejected due to content restrictions", SPAM),
    ("554 Message contains NUL characters", MESSAGE),
    ("550 5.7.1 Rejected by user-specified block list", MAILBOX),
    ("550 5.7.1 Sender blocked by recipient's policy", MAILBOX),
    ("550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized", MAILBOX),
    ("550 5.4.6 Hop count exceeded - possible mail loop", MAILBOX),
    ("550 5.7.232 Your message can't be sent: your trial tenant has exceeded its limit", ACCOUNT),
    ("451 4.3.5 Server configuration problem", SERVER),
    ("554-Reject due to policy restrictions.", UNCLEAR),
    ("503 5.5.1 Error: send HELO/EHLO first", UNCLEAR),
    ("550 Requested action not taken: mailbox unavailable", UNCLEAR),
    ("554 Transaction failed", UNCLEAR),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "meaning"), REPLIES)
def test_a_reply_is_about(reply: str, meaning: Meaning) -> None:
    code, text = int(reply[:3]), reply[4:]
    assert meaning_of(code, text) == meaning


@pytest.mark.parametrize(
    "address", ["spamhaus@example.com", "relay.denied@example.com", "spf@helo.example"]
)
def test_words_of_an_address_count_for_nothing(address: str) -> None:
    text = f"5.7.1 <{address}>: Recipient address rejected: Access denied"
    assert meaning_of(550, text) == UNCLEAR


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        ("550 5.1.1 User unknown, see https://www.spamhaus.org/query/192.0.2.7", LISTED),
        ("550 5.1.1 Sender verify failed", SENDER),
        ("550 5.1.1 Your IP has a poor reputation", LISTED),
        ("550 5.1.1 too many messages from your host", RATE),
        ("550 5.1.1 the mailbox is full", MAILBOX),
        ("550 5.1.1 no such user, temporarily", MAILBOX),
        ("550 5.1.1 no such user, try again later", MAILBOX),
        ("550 5.1.1 refused by our policy", UNCLEAR),
        ("550 5.7.1 no such user", UNCLEAR),
        ("550 5.7.1 5.1.1 no such user", UNCLEAR),
        ("450 4.1.1 no such user", MAILBOX),
        ("550 no such user (450 4.1.1 in reply to RCPT TO)", MAILBOX),
        ("550 The sender's mailbox does not exist", UNCLEAR),
        ("550 mailbox closed for maintenance", MAILBOX),
        ("550 The email address could not be found", MISSING),
        ("550 account locked", MAILBOX),
        ("550 account closed", MISSING),
        ("550 spam", SPAM),
        ("550 5.2.0 something else", MAILBOX),
        ("550 5.2.2 something else", MAILBOX),
        ("550 the mail server's version is 5.1.1.2", UNCLEAR),
    ],
)  # fmt: skip
def test_a_mailbox_is_not_missing_in_doubt(reply: str, meaning: Meaning) -> None:
    assert meaning_of(int(reply[:3]), reply[4:]) == meaning


@pytest.mark.parametrize(
    "link",
    ["https://help.example/spf-and-relay-denied", "http://user-unknown.example/mailbox-full"],
)
def test_words_of_a_link_count_for_nothing(link: str) -> None:
    assert meaning_of(554, f"refused, see {link}") == UNCLEAR


def test_words_in_brackets_count_for_nothing() -> None:
    assert meaning_of(550, "<spf.relay>: User unknown") == MISSING


def test_a_reply_over_several_lines_is_read_as_one() -> None:
    reply = "The account that you tried\r\n550 to reach does\nnot exist"
    assert meaning_of(550, reply) == MISSING


def test_a_reading_says_what_it_was_found_by() -> None:
    reading = read(550, "5.1.1 <ada@example.com>: blocked by policy")
    assert (reading.by_words, reading.codes) == (None, ("1.1",))
    assert (reading.is_policy, reading.is_for_now) == (True, False)


def test_of_a_long_reply_only_the_beginning_is_read() -> None:
    assert meaning_of(550, f"{'- ' * 400}no such user") == MISSING
    assert meaning_of(550, f"{'- ' * 600}no such user") == UNCLEAR
