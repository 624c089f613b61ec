"""The wordings of common servers' refusals, and what their codes mean: the one table of both.

Each list of patterns belongs to one meaning. `replies.py` looks a reply up here; whoever adds a
wording adds the reply to tests/mail/refusals/test_replies.py.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

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
    Meaning,
)


class Rule(NamedTuple):
    """What a text that one of these patterns finds is about."""

    meaning: Meaning
    words: re.Pattern[str]


def _rule(meaning: Meaning, *words: str) -> Rule:
    return Rule(meaning, re.compile("|".join(words)))


_DENIED: Final = (
    r"(?:is |are |was |has been )?(?:denied|not (?:permitted|allowed)|prohibited|"
    r"disabled|refused|rejected|forbidden)"
)

_BLOCK_LISTS: Final = (
    r"spamhaus|spamcop|barracudacentral|\bsorbs\b|uceprotect|abuseat|abusix|invaluement|mailspike|"
    r"\bpsbl\b|dnsbl|\brbls?\b|\bsbl\b|\bxbl\b|\bpbl\b|\bdbl\b|senderbase|senderscore|"
    r"cloudmark|ipcheck\.proofpoint|talosintelligence|cloudfilter"
)
_OF_MAILBOX: Final = (
    r"(?:user|recipient|mail ?box|address(?:ee)?|account|rcpt|person|member|adresse|destinataire|"
    r"utilisateur)"
)

# The first rule that fits decides, so what looks like another comes before it. The words are in
# lower case, without addresses and links, with single blanks.
WORDS: Final = (
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
        r"members?[- ]only|(?<!your )mailing list|post to (?:this|the) (?:list|group)|"
        r"not subscribed",
        r"(?:mailbox|inbox|account|user|recipient|quota|disk)[^.;]{0,30}\bfull\b|\bfull mailbox",
        r"over (?:the )?(?:disk )?quota|(?:mailbox|disk|storage|user|account)[^.;]{0,40} quota",
        r"storage (?:exceeded|limit)|out of storage|insufficient storage|\b(?:is|over) full\b",
        r"exceed[^.;]{0,30} (?:storage|mailbox|disk)|mailbox exceed|"
        r"(?<!message )(?<!sending )(?<!daily )(?<!hourly )(?<!smtp )\bquota (?:exceeded|violat)",
        r"\bexceed(?:s|ed|ing)?(?: the| its| his)? (?:mailbox |disk |storage )?quota",
        # It may be opened again; one that is closed or disabled is missing, below.
        r"(?:mailbox|account|recipient|user)[^.;]{0,40} (?:suspended|locked)",
    ),
    # What the message contains. A block list of links is about the links.
    _rule(
        SPAM,
        r"(?:url|uri|links?|web ?site)s?\b[^.;]{0,60}(?:list|block|black|reject|reput)",
        r"\b(?:uribl|surbl)\b|blacklisted (?:url|link)",
        r"virus|malware|infected|phish|attachment|executable",
        r"(?:message|mail|email|content|this|it)[^.;]{0,60}(?:is|as|like|be|contains?|for|"
        r"considered)"
        r" (?:an? |possible |probable |probably |suspected |likely )?(?:spam|junk|bulk|"
        r"unsolicited)",
        r"looks? like spam|appears to be spam",
        r"spam (?:message|content|score|detected|mail|email|points|probability)|probable spam",
        r"probability of (?:being )?spam|high spam|content (?:filter|reject|denied|"
        r"is not allowed)",
        r"(?:message|mail|its|banned|unacceptable|forbidden) content|rejecting (?:banned|"
        r"mail) content|content restriction",
    ),
    _rule(
        MESSAGE,
        r"(?:message|mail|size|body|content|data)[^.;]{0,40}\b(?:too (?:big|large|long)|"
        r"size limit)",
        r"exceed[^.;]{0,40} (?:size|message length)|(?:size|length)[^.;]{0,30} exceed",
        r"(?:larger|bigger) than|maximum (?:message |mail )?size|max(?:imum)? length",
        r"message (?:is )?not (?:rfc|compliant)|rfc ?(?:2822|5322)|line length|(?:header|mime|"
        r"bare lf|line)[^.;]{0,40}"
        r"(?:invalid|malformed|missing|too long|error|not (?:allowed|accepted))",
        r"duplicate header|message size|nul char|missing[^.;]{0,20} header|not rfc",
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
        _BLOCK_LISTS,
        r"\bpdr\b|\bs3140\b|\bs3150\b",
        r"(?:block|black|deny|reject|drop)[- ]?list|blacklisted|blocklisted|blocked using|"
        r"(?<!not )listed (?:at|in|on|by)\b",
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
    _rule(SPAM, r"\bspam(?:my)?\b|\bunsolicited\b"),
    _rule(SERVER, r"insufficient system (?:storage|resources)"),
    # Last: what is about the sender often says "unknown" or "not found" too.
    _rule(
        MISSING,
        _OF_MAILBOX + r"(?: address)?(?: rejected)?[^.;]{0,40}?"
        r"(?:unknown|not known|not found|n[o']t be found|n[o']t exist|not exist|nonexist|"
        r"non-exist|invalid|"
        r"is inexist|inconnu|not listed|not a valid|not a known|"
        r"no longer (?:valid|exist|available))",
        r"(?:user|recipient|mail ?box|address(?:ee)?|account|alias|e-?mail|local ?part) (?:\S+ )?"
        r"(?:name |account |address )?(?:is |was |has been )?"
        r"(?:unknown|invalid|not found|not known|inactive|disabled|deactivated|closed|deleted|"
        r"removed|terminated|expired|discontinued|"
        r"not (?:active|valid|available here))\b",
        r"(?:mailbox|account|recipient|user)[^.;]{0,40} "
        r"(?:disabled|inactive|not active|closed|expired|discontinued|deactivated)\b",
        r"\b(?:unknown|no such|invalid|non-?existent|inactive|disabled|undeliverable|illegal|"
        r"incorrect|bad|no|not a (?:known|valid|local)) (?:virtual |local |destination |mail )?"
        r"(?:e-?mail )?(?:user|recipient|mail ?box|address|account|alias|person|destination|rcpt|"
        r"local[- ]?part)s?\b",
        r"unrout[e]?able address|user ?unknown|badrcptto|nosuchuser|recip(?:ient)? ?not ?found",
        r"(?:doesn't|does not|do not|don't) have (?:an?|any)[^;]{0,30} account|no mailbox|"
        r"does not exist here|no one at this address|address not present",
        r"\bno (?:\S+ )?(?:mailbox|account|user|recipient)s? (?:here|found|with|by|exists?|of)\b",
        r"\bnot (?:our|a) customer\b|not found by smtp address",
        r"\bno longer (?:available|in use|valid|active|exists?|accept(?:s|ing)?|with|employed|used|"
        r"on (?:this )?server|has an? account)\b",
        r"\bis not (?:a )?(?:valid|known) (?:at|here|on|in|user|recipient|mailbox)\b",
        r"cannot find (?:\S+ ){0,2}?(?:user|recipient|mailbox)\b|mailbox (?:name )?not allowed\b",
        # Of the reader's domain: ours has its own words, above.
        r"\b(?:unknown|no such|invalid|unresolvable) "
        r"(?:destination|recipient|mailbox|e-?mail) domain\b",
        r"\b(?:host|domain)(?: or domain)?(?: name)? (?:is |was )?not found\b|\bnxdomain\b",
        r"\b(?:domain|host) (?:\S+ ){0,2}?(?:does not|doesn't) (?:exist|resolve)",
        r"unknown (?:or illegal )?(?:alias|destination|host)\b",
    ),
)  # fmt: skip
# What a link names, of which only its address is read.
LINKS: Final = (_rule(SPAM, r"uribl|surbl"), _rule(LISTED, _BLOCK_LISTS))
# Exchange Online writes this, and nothing more, of a recipient whom it does not know.
UNKNOWN_AT_EDGE: Final = re.compile(r"recipient address rejected: access denied")

# Beside "unknown user" these leave a doubt: the mailbox may only be closed for now, ...
FOR_NOW: Final = re.compile(
    r"\bgr[ea]y-?list|\btry (?:it )?(?:again )?in \d|\blater\b|\bmaintenance\b|\bfor now\b|"
    r"\bat (?:this|the) moment\b|\btemporar(?:y|ily)\b|\bdeferred\b|"
    r"\btoo (?:many|quickly|fast|large|big)\b|\bat a rate\b|\brate.?limit|\bthrottl"
)
# ... or the server refuses who sends, and hides what it knows of the mailbox.
POLICY: Final = re.compile(
    r"\bblock(?:ed|ing)\b|\bbanned\b|\bpolic(?:y|ies)\b|\bauthenticat|\bmail from\b|"
    r"\bfrom address\b|\breturn[ -]path\b|\bclient host\b|\bhelo\b|\behlo\b|\breputation\b|"
    r"\byour (?:ip|server|host|network|domain|mail ?server|organi[sz]ation)\b|"
    r"\bsenders?\b"
)

# By enhanced code, without its class. Ranges are of Microsoft: banned networks, and limits.
CODES: Final[dict[str, Meaning]] = {
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"), MISSING),
    **dict.fromkeys(("1.7", "1.8", "7.27", "7.60"), SENDER),
    **dict.fromkeys(("3.4", "2.3", "7.7"), MESSAGE),
    "2.2": MAILBOX,
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
BY_SUBJECT: Final = {"1": MAILBOX, "2": MAILBOX, "4": MAILBOX, "6": MESSAGE}
BY_REPLY_CODE: Final = {551: MAILBOX, 552: MAILBOX, 553: MAILBOX, 556: MAILBOX, 521: MAILBOX}
