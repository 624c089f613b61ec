"""What a receiving server's words say about a mailbox: that it does not exist, or only that it
refused. Pure.

An enhanced status code (RFC 3463) says it best. Many servers write none, so their usual wordings
are listed here too. A refusal that is about the sender says nothing about the mailbox, whatever
code or words come with it: block lists often answer with the code of an unknown user.
"""

from __future__ import annotations

import re
from typing import Final

# RFC 3463: bad mailbox or domain, moved without a forwarding address, disabled mailbox; and, for
# 5.4.4, a domain without a host that takes mail.
_MISSING: Final = re.compile(r"(?<![\d.])5\.(1\.(1|2|3|6|10)|2\.1|4\.4)(?![\d.]*\d)")
_ENHANCED: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_TEMPORARY: Final = re.compile(r"(?:^|[;:(])\s*4\d\d[ -]|(?<![\d.])4\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
# What an address or a link contains is not said by the server.
_ADDRESS: Final = re.compile(r"<[^<>\s]*>|[^\s<>()\"',;:]+@[^\s<>()\"',;]+")
_LINK: Final = re.compile(r"https?://\S+")

# About the sender: its network, its name, its reputation, its content. Not about the mailbox.
_BLOCK_LISTS: Final = re.compile(
    r"spamhaus|spamcop|barracudacentral|sorbs|uceprotect|\brbl\b|dnsbl|surbl|uribl", re.IGNORECASE
)
_ABOUT_SENDER: Final = re.compile(
    r"""(?<![\d.])5\.7\.\d                        # a policy; the mailbox exists
      | \b(?:black|block|deny|reject)[ -]?list(?:s|ed|ing)?\b | \bblock(?:ed|ing)\b | \bbanned\b
      | \b(?:is|are|was|been|ip|currently)\s+listed\b | (?<!not\s)\blisted\s+(?:in|on|at|by)\b
      | \breputation\b | \bspam(?:my)?\b | \bunsolicited\b | \bvirus\b | \bmalware\b | \bphish
      | \b(?:spf|dkim|dmarc|rdns|ptr|helo|ehlo)\b | \breverse\s+dns\b
      | \bsender(?:'s)?\s+(?:e-?mail|address|domain|verif\w+|reject\w+|denied|not|is|host|ip
            |polic\w+|unknown|invalid|does|could)\b
      | \b(?:unknown|invalid|bad|no\s+such)\s+sender\b
      | \bfrom\s+address\b | \bmail\s+from\b | \breturn[ -]path\b | \bclient\s+host\b
      | \byour\s+(?:ip|server|host|network|domain|mail\s?server|organi[sz]ation)\b
      | \brelay(?:ing)?\s+(?:access\s+)?(?:denied|not|prohibited)\b
      | \b(?:unable|permitted|allowed)\s+to\s+relay\b | \bauthenticat
      | \bpolicy\b | \bcontent\s+(?:rejected|denied)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The mailbox exists: it is full, or takes mail more slowly. Google and others write 5.2.1 for both.
_EXISTS: Final = re.compile(
    r"""\bquota\b | \b(?:mailbox|inbox|account|user|storage|is|over)\s+(?:is\s+)?(?:too\s+)?full\b
      | \bfull\s+(?:mail|in)box\b | \bmail\s*box\s+full\b | \binsufficient\s+(?:system\s+)?storage\b
      | \bstorage\s+(?:exceeded|limit)\b | \bsize\s+limit\b | \btoo\s+(?:large|big)\b
      | \btoo\s+(?:many|quickly|fast)\b | \bat\s+a\s+rate\b | \brate\s+limit | \bthrottl
      | \bgr[ea]y-?list | \btry\s+(?:it\s+)?(?:again\s+)?(?:later|in\s+\d)
      | \btemporar(?:y|ily)\b | \bdeferred\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MAILBOX: Final = r"(?:user|recipient|mail\s?box|address(?:ee)?|account|alias|e-?mail|local\s?part)"
_WORDS: Final = re.compile(
    rf"""\b(?:unknown|invalid|no\s+such|nonexistent|non-existent|inactive|unrouteable|unroutable
            |unresolvable|undeliverable|bad|illegal|disabled|incorrect)
         \s+(?:virtual\s+|local\s+|destination\s+|e-?mail\s+|mail\s+)?
         (?:{_MAILBOX}s?\b|person\b|(?:mailbox\s+)?domain\b)
      | \b{_MAILBOX}\s+(?:\S+\s+)?(?:name\s+|account\s+|address\s+)?(?:is\s+|was\s+|has\s+been\s+)?
         (?:unknown|invalid|inactive|disabled|deactivated|closed|deleted|removed|suspended
            |terminated|expired|discontinued|nonexistent|non-existent|not\s+(?:found|known|valid
            |active|exist(?:ing)?|available\s+here|a\s+valid|a\s+known|listed\s+in))\b
      | \b{_MAILBOX}\s+(?:\S+\s+){{0,6}}?(?:does\s+not|doesn'?t|do\s+not|don'?t|did\s+not)\s+exists?
      | \b(?:does\s+not|doesn'?t|do\s+not|don'?t)\s+have\s+an?\s+(?:\S+\s+){{0,3}}account\b
      | \bno\s+(?:\S+\s+)?(?:mailbox|account|user|recipient)s?\s+(?:here|found|with|by|exists?|of)\b
      | \bno\s+mailbox\b | \bnot\s+(?:our|a)\s+customer\b | \bnot\s+found\s+by\s+smtp\s+address\b
      | \bno\s+longer\s+(?:available|in\s+use|valid|active|exists?|accept(?:s|ing)?|with|employed
            |used|on\s+(?:this\s+)?server|has\s+an?\s+account)\b
      | \bnot\s+a\s+(?:valid|known|local)\s+(?:user|mailbox|recipient|address|account)\b
      | \bis\s+not\s+(?:a\s+)?(?:valid|known)\s+(?:at|here|on|in|user|recipient|mailbox)\b
      | \brecipient\s?not\s?found\b | \brecipnotfound\b | \bnosuchuser\b | \buserunknown\b
      | \bcannot\s+find\s+(?:\S+\s+){{0,2}}?(?:user|recipient|mailbox)\b
      | \b(?:host|domain)(?:\s+or\s+domain)?(?:\s+name)?\s+(?:is\s+|was\s+)?not\s+found\b
      | \b(?:domain|host)\s+(?:\S+\s+){{0,2}}?(?:does\s+not|doesn'?t)\s+(?:exist|resolve)
      | \bnxdomain\b | \bunknown\s+(?:or\s+illegal\s+)?(?:alias|destination|host)\b
      | \bmailbox\s+(?:name\s+)?not\s+allowed\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Exchange Online writes this, and nothing more, of a recipient whom it does not know.
_UNKNOWN_AT_EDGE: Final = re.compile(
    r"(?<![\d.])5\.4\.1\b.*recipient address rejected: access denied", re.IGNORECASE | re.DOTALL
)


def names_missing_mailbox(text: str) -> bool:
    """Whether a server's reply says that the mailbox does not exist (any more).

    False in doubt: a wrong True ends a reader's digests. A reply that begins with a code 4xx, or
    has an enhanced code 4.x.x, is about the moment. So is one about a full mailbox.
    """
    words = _said(text)
    if _TEMPORARY.search(words) or _EXISTS.search(words):
        return False
    if _UNKNOWN_AT_EDGE.search(words):
        return True
    if is_about_sender(text):
        return False
    return bool(_MISSING.search(words) or _WORDS.search(words))


def has_code_of_missing_mailbox(text: str) -> bool:
    """Whether it says so by an enhanced code, and not by its words alone."""
    return names_missing_mailbox(text) and bool(_MISSING.search(_said(text)))


def says_mailbox_exists(text: str) -> bool:
    """Whether a reply is about a mailbox that exists: it is full, or takes mail more slowly."""
    return bool(_EXISTS.search(_said(text)))


def is_about_sender(text: str) -> bool:
    """Whether a reply is about who sent the mail: a block list, a policy, a relay that refuses.

    What it says about the mailbox, if anything, is then worth nothing.
    """
    return bool(_BLOCK_LISTS.search(_ADDRESS.sub(" ", text)) or _ABOUT_SENDER.search(_said(text)))


def _said(text: str) -> str:
    """The reply without addresses and links, which may contain any word; at most 1,000 letters."""
    return _LINK.sub(" ", _ADDRESS.sub(" ", text[:1000]))
