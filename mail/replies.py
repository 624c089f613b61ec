"""What a server's reply is about: this mailbox, this message, us, or the server itself.

Servers give the same code for different things: 550 5.7.1 is a spam filter's verdict on one
message, one reader's block list, or a network from which the server takes no mail at all. So the
words come first, then the enhanced code (RFC 3463, 5248, 7372, and Microsoft's own), then the code.
Words that no rule knows leave it open, and the replies to other messages decide: mail/run.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Stage = Literal["greeting", "sender", "recipient", "content"]
# missing: there is no such mailbox. mailbox: this one does not take it. message: its content or
# size. us: our settings, address or reputation. server: its own trouble. unclear: none of these.
Subject = Literal["missing", "mailbox", "message", "us", "server", "unclear"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reply is about, and for `us` what an operator can do, as a sentence."""

    subject: Subject
    advice: str = ""


LOGIN: Final = Meaning(
    "us", "the mail server wants a login: check EMAIL_HOST_USER and EMAIL_HOST_PASSWORD"
)
TLS: Final = Meaning(
    "us", "the mail server wants an encrypted connection: set EMAIL_USE_TLS or EMAIL_USE_SSL"
)
RELAY: Final = Meaning(
    "us",
    "the mail server does not send mail to other domains for this machine: "
    "log in to it, or allow this machine there",
)
NAME: Final = Meaning(
    "us", "the mail server does not accept the name of this machine: set EHLO_NAME"
)
PROOF: Final = Meaning(
    "us", "the mail fails SPF, DKIM or DMARC: correct the DNS records of the domain in MAIL_FROM"
)
REVERSE: Final = Meaning(
    "us", "the sending address has no reverse DNS (PTR) that fits: ask its network's operator"
)
LISTED: Final = Meaning(
    "us", "the sending address or domain is on a block list, or has a bad reputation"
)
SENDER: Final = Meaning("us", "the mail server does not accept the sender: check MAIL_FROM")
RATE: Final = Meaning(
    "us", "a sending limit of the mail server is reached: lower SEND_RATE, or raise the limit"
)
ACCOUNT: Final = Meaning("us", "the account at the mail server may not send: ask its operator")
MISSING: Final = Meaning("missing")
MAILBOX: Final = Meaning("mailbox")
BUSY: Final = Meaning("mailbox", "the mailbox gets too much mail at the moment")
MESSAGE: Final = Meaning("message")
SERVER: Final = Meaning("server")
UNCLEAR: Final = Meaning("unclear")


class _Rule(NamedTuple):
    meaning: Meaning
    words: re.Pattern[str]


def _rule(meaning: Meaning, *words: str) -> _Rule:
    return _Rule(meaning, re.compile("|".join(words)))


_DENIED: Final = (
    r"(?:is |are |was |has been )?(?:denied|not (?:permitted|allowed)|prohibited|"
    r"disabled|refused|rejected|forbidden)"
)

# The first rule that fits decides, so what looks like another comes before it. The words are in
# lower case, without addresses.
_WORDS: Final = (
    _rule(BUSY, r"receiving mail (?:at a rate|too quickly)|recipient (?:thread|receive) ?limit|"
        r"messages they can receive"),
    _rule(
        ACCOUNT,
        r"your (?:smtp |mail )?(?:account|subscription|plan)\b|not authorized to perform|"
        r"ability to send",
        r"sending (?:is |has been |was )?(?:suspended|disabled|paused)|\btenant\b(?! attribution)",
    ),
    # One reader's own choice, or the limits of one mailbox: it reads like a policy against us.
    _rule(
        MAILBOX,
        r"resolver\.rst",
        r"(?:blocked|rejected|refused|denied) by (?:the |this )?(?:recipient|user)",
        r"(?:recipient|user|mailbox)(?:'?s)? (?:personal )?(?:preferences|rules|block|black|"
        r"filter|settings)",
        r"(?:recipient|user|mailbox|account|group|list)[^.;]{0,40} only accept",
        r"(?:user|recipient)[^.;]{0,40} (?:refuses?|does not (?:accept|want|wish))",
        r"user reject",
        r"recipient's list of senders|sender not pre-approved",
        r"members?[- ]only|mailing list|post to (?:this|the) (?:list|group)|not subscribed",
        r"(?:mailbox|inbox|account|user|recipient|quota|disk)[^.;]{0,30}\bfull\b|\bfull mailbox",
        r"over (?:the )?(?:disk )?quota|(?:mailbox|disk|storage|user|account)[^.;]{0,40} quota",
        r"exceed[^.;]{0,30} (?:storage|mailbox|disk)|mailbox exceed|"
        r"(?<!message )(?<!sending )(?<!daily )(?<!hourly )(?<!smtp )\bquota (?:exceeded|violat)",
        r"\bexceed(?:s|ed|ing)?(?: the| its| his)? (?:mailbox |disk |storage )?quota",
        r"(?:mailbox|account|recipient|user)[^.;]{0,40} "
        r"(?:disabled|inactive|not active|suspended|locked|closed|expired|discontinued|"
        r"deactivated)",
    ),
    # What the message contains. A block list of links is about the links.
    _rule(
        MESSAGE,
        r"(?:url|uri|links?|web ?site)s?\b[^.;]{0,60}(?:list|block|black|reject|reput)",
        r"\b(?:uribl|surbl)\b|blacklisted (?:url|link)",
        r"virus|malware|infected|phish|attachment|executable",
        r"(?:message|mail|size|body|content|data)[^.;]{0,40}\b(?:too (?:big|large|long)|"
        r"size limit)",
        r"exceed[^.;]{0,40} (?:size|message length)|(?:size|length)[^.;]{0,30} exceed",
        r"(?:larger|bigger) than|maximum (?:message |mail )?size|max(?:imum)? length",
        r"(?:message|mail|email|content|this|it)[^.;]{0,60}(?:is|as|like|be|contains?|for|"
        r"considered)"
        r" (?:an? |possible |probable |probably |suspected |likely )?(?:spam|junk|bulk|"
        r"unsolicited)",
        r"looks? like spam|appears to be spam",
        r"spam (?:message|content|score|detected|mail|email|points|probability)|probable spam",
        r"probability of (?:being )?spam|high spam|content (?:filter|reject|denied|"
        r"is not allowed)",
        r"(?:message|mail|its|banned|unacceptable|forbidden) content|rejecting (?:banned|"
        r"mail) content",
        r"message (?:is )?not (?:rfc|compliant)|rfc ?(?:2822|5322)|line length|(?:header|mime|"
        r"bare lf|line)[^.;]{0,40}"
        r"(?:invalid|malformed|missing|too long|error|not (?:allowed|accepted))",
        r"duplicate header|message size|content restriction|nul char|missing[^.;]{0,20} header|"
        r"not rfc",
    ),
    _rule(
        PROOF,
        r"\b(?:spf|dkim|dmarc|domainkeys)\b|sender policy framework",
        r"(?:unauthenticated|not authenticated) (?:e?mail|message)|sender is unauthenticated",
        r"required authentication level|authentication (?:information|checks?|requirements)",
        r"not authorized to send (?:mail |messages )?(?:from|for|on behalf)|spoof",
    ),
    _rule(
        RELAY,
        r"relay(?:ing)?(?: access| mail| operation)? " + _DENIED,
        r"(?:denied|refused|prohibited)[^.;:]{0,12} relay",
        r"(?:unable|not (?:allowed|permitted|authorized|configured|able)|cannot|"
        r"refus\w+) to relay",
        r"(?:do|does|will|can) ?n[o']t (?:allow |permit )?relay|\bno relay|open relay|"
        r"relay denied",
        r"(?:relay|relaying) (?:to|for|from|through|by)\b[^;]{0,80}" + _DENIED,
        r"(?:invalid|bad) credentials for relay|isn't in my[^.;]{0,30} rcpthosts?",
        r"i cannot deliver mail for|we don't handle mail for|not a gateway",
        r"non-accepted domain|relay not|not (?:a )?local (?:host|domain)",
    ),
    _rule(TLS, r"starttls[^.;]{0,20}first|must (?:issue|use) (?:a )?(?:starttls|tls)",
          r"(?:tls|ssl|encryption|encrypted)[^.;]{0,40} (?:required|mandatory|needed)",
          r"requires? (?:tls|ssl|encryption|(?:an )?encrypted)"),
    _rule(
        NAME,
        r"(?:helo|ehlo)\b(?! first)(?!/ehlo first)[^;]{0,80}"
        r"(?:reject|invalid|denied|refus|need|requir|should|not |syntax|bad|resolv|block|listed|"
        r"polic|"
        r"match|forg)",
        r"(?:reject|invalid|bad|denied|forged|bogus|unacceptable|wrong)[^.;]{0,40}\b(?:helo|"
        r"ehlo)\b",
        r"need(?:s)? (?:a )?fully[- ]qualified (?:host ?name|domain)",
    ),
    _rule(
        LOGIN,
        r"authenticat\w+ (?:is )?(?:required|needed|first|failed|failure|unsuccessful|invalid|"
        r"credentials)",
        r"(?:must|should|need to|please|requires?|without|has to|have to) (?:smtp )?authenticat|"
        r"not authenticated",
        r"(?:log ?in|auth) (?:first|required|is required|failed)|unauthenticated senders?",
        r"\bsmtp auth(?:entication)?\b|invalid (?:login|credentials|password)|"
        r"credentials invalid|not logged in",
        r"anonymous (?:mail|users?)|(?:user ?name and )?password not accepted|bad password",
    ),
    _rule(
        REVERSE,
        r"reverse[- ](?:dns|lookup|host|address|name|record|ip)|\bptr\b|\br-?dns\b|fcrdns",
        r"(?:cannot|can't|could not|unable to) (?:find|resolve) your (?:reverse )?(?:host|"
        r"address|ip|name)",
        r"(?:ip|client) (?:address )?name lookup failed|unresolvable relay host|ip reverse",
        r"host ?name lookup failed|forward dns entry does not point|no (?:matching )?host ?name",
    ),
    _rule(
        RATE,
        r"too many (?:messages|mails?|e-?mails?|connections?|concurrent|sessions?|errors|requests|"
        r"commands|logins|bad|invalid|unknown)",
        r"(?:credits?|frequency) (?:limit|exceed)\w*|rate[- ]?limit|throttl|unusual rate|"
        r"(?:sending|send|message|mail|connection|"
        r"submission) rate",
        r"(?:sending|send|sent|daily|hourly|monthly|message|messages|outgoing|outbound)[^.;]{0,30}"
        r"(?:limit|quota|threshold)",
        r"e?mails? per (?:second|minute|hour|day)|per[- ](?:hour|day|minute|second)\b",
        r"(?:exceeded|over|reached)[^.;]{0,30} (?:threshold|rate|(?:connection|sending|"
        r"daily) limit)",
        r"(?:slow|slower) down|try again slower|unusually high|unexpected volume",
    ),
    _rule(
        LISTED,
        r"spamhaus|spamcop|barracudacentral|\bsorbs\b|uceprotect|abuseat|abusix|invaluement|"
        r"mailspike",
        r"\bpsbl\b|\bdnsbl\b|\brbls?\b|\bsbl\b|\bxbl\b|\bpbl\b|\bdbl\b|senderbase|senderscore|"
        r"cloudmark",
        r"ipcheck\.proofpoint|\bpdr\b|talosintelligence|\bs3140\b|\bs3150\b|cloudfilter",
        r"(?:block|black|deny|reject|drop)[- ]?list|blacklisted|blocklisted|blocked using|"
        r"listed (?:at|in|on|by)\b",
        r"reputation|banned sending|bad sender ip|dynamic ips?\b|dial-?up|residential",
        r"(?:your|this|the|sender|sending|source|from|client|access from|connecting)[^.;]{0,30}"
        r"\b(?:ip|ips|host|server|network|mta|isp|netblock)\b[^.;]{0,60}"
        r"(?:block|bann|reject|refus|denied|listed|not accept|not allow|prohibit|abus|forbidden|"
        r"suspicious)",
        r"(?:not|no longer|never)[^.;]{0,20} accept\w*[^.;]{0,40}(?:your|this|sending) (?:ip|"
        r"server|host|network)",
        r"(?:rejected|blocked|denied|refused|forbidden|banned)[^.;]{0,20}\b(?:your|the sending|"
        r"client|sending) "
        r"(?:ip|host|server|network)",
        r"unsolicited (?:mail|messages?|e-?mails?) (?:originating|from)|too many (?:spam|"
        r"unwanted)",
        r"client host rejected|client blocked|not allowed to connect|allow ?list|\bip=\d|"
        r"\bip\b[^.;]{0,20}(?:blocked|banned)|sending spam|"
        r"\bip\b[^.;]{0,40} not (?:authorized|permitted)",
    ),
    _rule(
        SENDER,
        r"sender (?:address |domain |e-?mail |id |host )*"
        r"(?:is |was |has |could |does |has been |be )*(?:not |un)?"
        r"(?:reject|denied|refus|verif|block|invalid|unknown|allow|accept|exist|found|valid|"
        r"empty|authori|resolv|permitted|match|own)",
        r"(?:invalid|bad|unknown|unroutable|unverified|unresolvable|illegal|forbidden|"
        r"bogus) sender",
        r"(?:mail from|mailfrom|from address|from:|envelope sender|envelope from|"
        r"return[- ]path)[^;]{0,60}"
        r"(?:reject|not |invalid|denied|refus|verif|unknown|mismatch|does)",
        r"permissions? to send as|send ?as ?denied|sendasdenied|not owned by user|"
        r"domain of sender",
        r"(?:address|identit|domain)\w* (?:is |are )?not verified|verification failed for|"
        r"call ?(?:back|out)",
        r"sender domain has no|does(?: not|n't) accept mail from|"
        r"not (?:allowed|permitted|authorized) to send|"
        r"your domain|badmailfrom",
    ),
    _rule(
        MISSING,
        r"(?:user|recipient|mailbox|address|account|rcpt|person|member|adresse|destinataire|"
        r"utilisateur)"
        r"(?: address)?(?: rejected)?[^.;]{0,40}?"
        r"(?:unknown|not known|not found|n[o']t exist|not exist|nonexist|invalid|is inexist|"
        r"inconnu|"
        r"not listed|not a valid|no longer (?:valid|exist|available))",
        r"(?:unknown|no such|invalid|non-?existent|bad|no|not a (?:known|valid)) (?:local[- ]part|"
        r"virtual |local )?(?:e-?mail )?(?:user|recipient|mailbox|address|account|person|"
        r"destination|rcpt)s?\b",
        r"unknown local[- ]part|unrouteable address|unroutable address|userunknown|badrcptto",
        r"(?:doesn't|does not) have (?:an?|any)[^;]{0,30} account|no mailbox|does not exist here",
        r"no one at this address|address not present|user doesn't exist",
    ),
)  # fmt: skip

# By enhanced code, without its class. Ranges are of Microsoft: banned networks, and limits.
_CODES: Final[dict[str, Meaning]] = {
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10", "2.1"), MISSING),
    **dict.fromkeys(("1.7", "1.8", "7.27", "7.60"), SENDER),
    **dict.fromkeys(("3.4", "2.3", "7.7"), MESSAGE),
    "3.1": SERVER,
    "3.2": SERVER,
    **dict.fromkeys(("4.5", "1.90", "7.28"), RATE),
    **dict.fromkeys(("7.8", "7.9", "7.11", "7.12", "7.13", "7.14", "7.57"), LOGIN),
    **dict.fromkeys(("7.10", "7.30"), TLS),
    **dict.fromkeys(("7.54", "7.64"), RELAY),
    **dict.fromkeys(
        ("7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.29", "7.509", "7.515"), PROOF
    ),
    "7.25": REVERSE,
    "7.506": NAME,
    **dict.fromkeys((f"7.{number}" for number in (501, 502, 503, 508, 511, 512)), LISTED),
    **dict.fromkeys((f"7.{number}" for number in range(606, 650)), LISTED),
    **dict.fromkeys((f"7.{number}" for number in range(700, 751)), LISTED),
}
_BY_SUBJECT: Final = {"1": MAILBOX, "2": MAILBOX, "4": MAILBOX, "6": MESSAGE}
_BY_REPLY_CODE: Final = {551: MAILBOX, 552: MAILBOX, 553: MAILBOX, 556: MAILBOX, 521: MAILBOX}
_LONGEST: Final = 600
_AUTHENTICATION: Final = {530, 534, 535, 538}
_ENHANCED: Final = re.compile(r"(?:^|[ #(\[])[245]\.(\d{1,3}\.\d{1,3})(?=$|[ ;:,)\]<-])")
_PLAIN_ENHANCED: Final = re.compile(r"[245]\.\d+\.\d+")
_DETAIL: Final = re.compile(r"[@\d]|\w\.\w")
_ADDRESS: Final = re.compile(r"<?[^\s<>()\[\],;:]+@[^\s<>()\[\],;]+>?")


def meaning_of(stage: Stage, code: int, text: str) -> Meaning:
    """What a refusal is about. Pure; a tenth of a millisecond, and refusals are few.

    Only the beginning of a long text is read: a server can send as many words as it likes.
    """
    text = text[:_LONGEST]
    words = without_addresses(text).lower()
    found = _ENHANCED.search(text)
    enhanced = found[1] if found else ""
    # A code that says "no such mailbox" is more exact than words that may tell why it is asked.
    by_code = _CODES.get(enhanced)
    if by_code is MISSING and code >= 500:
        return _by_words(words, (BUSY, RELAY, NAME, PROOF, LISTED)) or by_code
    by_words = _by_words(words)
    if code in _AUTHENTICATION:
        return by_words if by_words in (TLS, RELAY, SENDER, ACCOUNT) else LOGIN
    if code < 500 and enhanced.startswith("3."):
        return SERVER
    found_meaning = by_words or by_code or _BY_SUBJECT.get(enhanced.partition(".")[0])
    if found_meaning:
        return found_meaning
    return UNCLEAR if enhanced else _BY_REPLY_CODE.get(code, UNCLEAR)


def _by_words(words: str, only: tuple[Meaning, ...] = ()) -> Meaning | None:
    for rule in _WORDS:
        if (not only or rule.meaning in only) and rule.words.search(words):
            return rule.meaning
    return None


def without_addresses(text: str) -> str:
    """The text with each mail address replaced by <address>."""
    return _ADDRESS.sub("<address>", text) if "@" in text else text


def without_details(text: str) -> str:
    """The words of a reply that stay the same for another message: no addresses, ids or hosts."""
    code, *words = text.split() or [""]
    kept = (word for word in words if not _DETAIL.search(word) or _PLAIN_ENHANCED.fullmatch(word))
    return " ".join([code, *kept]).lower()
