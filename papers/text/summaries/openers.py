"""Take off the beginning of a sentence that refers to the sentence before: "To this end, we …"."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 120  # characters of a beginning that may go
_LABEL: Final = re.compile(
    r"\s*(?:[-–—•*]\s*)?(?:background|objectives?|aims?|purpose|goals?|methods?|approach|results?"
    r"|conclusions?|findings?|contributions?|summary|abstract|motivation|significance"
    r"|introduction"
    r"|materials and methods|methods and results|tl;?dr|\(?(?:\d|[ivx]{1,4})\)"
    r"|\d\.)\s*[:.)–—-]?\s+"
    r"(?=[A-Z(\"“])",
    re.IGNORECASE,
)
_LABEL_ENDS: Final = re.compile(r"(?:[:.)–—-]|^\s*(?:TL;?DR|[A-Z]{5,}))\s+$")
_ADVERBS: Final = (
    r"however|therefore|thus|hence|consequently|accordingly|moreover|furthermore|additionally"
    r"|also"
    r"|specifically|in particular|particularly|concretely|more specifically|more concretely"
    r"|finally"
    r"|first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|instead|in contrast|by contrast"
    r"|conversely"
    r"|nevertheless|nonetheless|yet|so|as such|in response|as a result|in turn|on the other hand"
    r"|in addition|besides|to do so|to do this|in short|in summary|overall|to (?:this|that"
    r"|these) ends?"
    r"|(?:here|herein|hereby)|in doing so|for this(?: reason| purpose| goal| end)?|interestingly"
    r"|importantly|crucially|notably|meanwhile|together|similarly|likewise|on this basis"
    r"|with (?:this|these|that)(?: [\w-]+){0,3}|as a (?:first |further "
    r"|small )?step(?: [\w-]+){0,8}"
    r"|as a (?:remedy|solution|response|consequence|countermeasure)|to the best of our knowledge"
    r"|in this (?:direction|context|regard|respect|spirit|setting|light|vein|case|position)"
    r"|against this (?:background|backdrop)|to close|to begin|at the same time"
)
# "In this paper," says nothing that a reader of a summary does not know.
_PAPER: Final = (
    r"(?:in|with|through|throughout|by|for) (?:this|the present|the current|our|the)"
    r"(?: [\w-]+){0,3}? (?:paper|work|study|article|report|manuscript|survey|review|thesis|letter"
    r"|note|chapter|preprint|research|dissertation|project|contribution|essay|tutorial)"
)
_VERBS: Final = (
    r"address|tackle|solve|overcome|bridge|fill|mitigate|alleviate|remedy|resolve|close|answer"
    r"|meet"
    r"|achieve|counter|combat|handle|fix|reduce|circumvent|avoid|remove|eliminate|narrow|confront"
    r"|investigate|study|explore|examine|test|assess|evaluate|understand|realize|realise|enable"
    r"|do|facilitate|support|cope with|deal with|respond to|compensate for|account for|rectify"
    r"|combat"
    r"|go beyond|move beyond|better understand|help|explain|explore|quantify|unlock|exploit"
    r"|demonstrate|ease|relieve|unify|accomplish|attain|fulfil|fulfill|satisfy|ensure|adapt to"
    r"|systematically \w+|effectively \w+|jointly \w+|directly \w+|simultaneously \w+|further \w+"
    r"|this end|correct|ground|validate|verify|prevent|improve|tame|fully \w+|better \w+"
)
_POINTING: Final = r"(?:this|these|that|those|such|both|the (?:above|aforementioned|former|latter))"
# Words of one clause: without a comma, since another clause may be what the sentence is about.
_PURPOSE: Final = (
    rf"(?:in order )?(?:to|for|by|of|toward|towards) (?:{_VERBS})(?:ing)?(?: (?:all|some|many"
    rf"|most))?"
    rf"(?: of)? (?:{_POINTING}|it|them|the (?:problem|issue|gap|challenge|limitation|question"
    r"|shortcoming|drawback|bottleneck)s?)\b[^,;:.()]{0,80}"
)
_BASIS: Final = (
    r"(?:motivated|inspired|guided|driven|prompted|informed) by (?:this|these|that|the above"
    r"|such)"
    rf"[^,;:.()]{{0,80}}|(?:based|building|drawing"
    rf"|relying) (?:up)?on {_POINTING}[^,;:.()]{{0,80}}"
    r"|(?:in|under) (?:light|view|response|recognition|support|pursuit|consideration) (?:of|to)"
    rf" {_POINTING}[^,;:.()]{{0,80}}|(?:given|recogni[sz]ing|observing|considering|following"
    rf"|despite"
    rf"|unlike|leveraging|using|from|due to|because of|owing to|beyond|to|towards?|under|with)"
    rf" {_POINTING}[^,;:.()]{{0,80}}"
)
_OPENER: Final = re.compile(
    rf"(?:(?:and|but|so),? )?(?:{_ADVERBS}|{_PAPER}|{_PURPOSE}|{_BASIS})(?P<comma>\s*,\s*"
    rf"|\s*:\s+)",
    re.IGNORECASE,
)
# Without a comma only what cannot be read as the object of what follows.
_BARE: Final = re.compile(
    rf"(?:{_PAPER}|here|herein|hereby|therefore|thus|hence|to (?:this|that) end) +"
    r"(?=(?:we|i|the authors?) )",
    re.IGNORECASE,
)
_WHOLE: Final = re.compile(
    r"(?:we|i|our|the|this|an?|it|both|one|two|three|four|five|several|authors?|in|to|using|by"
    r"|through|for|novel|new|[A-Z\"“\\$`].*)\b|[\\$\"“`]",
)  # fmt: skip
_ALSO: Final = re.compile(
    r"(?:(?:we|i) )(?P<also>(?:therefore|thus|hence|also|then|further) )", re.IGNORECASE
)
_MOST: Final = 4  # of beginnings: "However, to this end, in this work, we …"


def without_opener(plain: str) -> int:
    """Where the sentence begins without the words that refer to what stands before it.

    `plain` is one sentence as `hidden` returns it. What is left begins a sentence by itself: so a
    beginning stays when only a part of a clause would be left.
    """
    at = 0
    if (label := _LABEL.match(plain)) and _LABEL_ENDS.search(label[0]):
        at = label.end()
    for _ in range(_MOST):
        found = _OPENER.match(plain, at, at + _LONGEST) or _BARE.match(plain, at, at + _LONGEST)
        if not found or not _WHOLE.match(plain, found.end()):
            break
        at = found.end()
    return at


def capitalised(text: str) -> str:
    """`text` with a capital first letter, unless its first word has capitals or digits of its own.

    "mT5 shows" and "$x$ is" stay as they are.
    """
    first = re.match(r"[a-z][a-z'’-]*(?=[\s,;:]|$)", text)
    return text[:1].upper() + text[1:] if first else text


__all__ = ["capitalised", "without_opener"]
