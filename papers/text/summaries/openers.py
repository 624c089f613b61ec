"""Take off the beginning of a sentence that refers to the sentence before: "To this end, we …"."""

from __future__ import annotations

import re
from typing import Final

from papers.text.summaries.alternatives import any_of

_LONGEST: Final = 120  # characters of a beginning that may go
_LABELS: Final = any_of(
    "background,objectives?,aims?,purpose,goals?,methods?,methodology,approach,results?,conclusions?"
    ",findings?,contributions?,summary,abstract,motivation,significance,introduction"
    ",materials and methods,methods and results,tl;?dr,\\(?(?:\\d|[ivx]{1,4})\\),\\d\\."
)
# "Methods: We show", "METHODS We show", "Methods We show", "% We show" (a comment of TeX)
_LABEL: Final = re.compile(
    rf"(?:[-–—•*%]\s*)?{_LABELS}(?:\s*[:.)–—-]\s*|\s+)(?=(?-i:[A-Z(\"“]))|%\s+", re.IGNORECASE
)
_ADVERBS: Final = any_of(
    "however,therefore,thus,hence,consequently,accordingly,moreover,furthermore,additionally,also"
    ",specifically,in particular,particularly,concretely,more specifically,more concretely,finally"
    ",first(?:ly)?,second(?:ly)?,third(?:ly)?,then,next,instead,in contrast,by contrast,conversely"
    ",nevertheless,nonetheless,yet,so,as such,in response,as a result,in turn,on the other hand"
    ",in addition,besides,to do so,to do this,in short,in summary,overall"
    ",to (?:this|that|these) ends?"
    ",here,herein,hereby,in doing so,for this(?: reason| purpose| goal| end)?,interestingly"
    ",importantly,crucially,notably,meanwhile,together,similarly,likewise,on this basis"
    ",not only that,to the best of our knowledge"
    ",at the same time,to close,to begin"
    ",as a (?:remedy|solution|response|consequence|countermeasure)"
    ",in this (?:direction|context|regard|respect|spirit|setting|light|vein|case|position)"
    ",against this (?:background|backdrop)"
)
# "In this paper," says nothing that a reader of a summary does not know.
_PAPER: Final = (
    r"(?:in|with|through|throughout|by|for) (?:this|the present|the current|our|the)"
    r"(?: [\w-]+){0,3}? "
) + any_of(
    "paper,work,study,article,report,manuscript,survey,review,thesis,letter,note,chapter,preprint"
    ",research,dissertation,project,contribution,essay,tutorial,commentary,position"
)
_VERBS: Final = any_of(
    "address,tackle?,solve?,overcome?,bridge?,fill,mitigate?,alleviate?,remedy,resolve?,close?"
    ",answer,meet,achieve?,counter,combat,handle?,fix,reduce?,circumvent,avoid,remove?,eliminate?"
    ",narrow,confront,investigate?,study,explore?,examine?,test,assess,evaluate?,understand"
    ",reali[sz]e?,enable?,do,facilitate?,support,cope with,deal with,respond to,compensate for"
    ",account for,rectify,go beyond,move beyond,help,explain,quantify,unlock,exploit,demonstrate"
    ",ease,relieve?,unify,accomplish,attain,fulfill?,satisfy,ensure,adapt to,correct,ground"
    ",validate?,verify,prevent,improve?,tame,\\w+ly \\w+,better \\w+,further \\w+"
)
_PURPOSE: Final = rf"(?:in order )?(?:to|for|by|of|towards?) {_VERBS}(?:ing)?"
_POINTING: Final = r"(?:this|these|that|those|such|both|the (?:above|aforementioned|former|latter))"
_NEEDS: Final = any_of(
    "challenge,issue,limitation,gap,problem,shortcoming,drawback,bottleneck,question,need,void"
    ",weakness,difficult(?:y|ie),concern,deficienc(?:y|ie),goal,objective"
)
# To the end of a clause, without a comma: another clause may be what the sentence is about.
_CLAUSE: Final = r"[^,;:.()]{0,80}"
_TO_ADDRESS: Final = (
    rf"{_PURPOSE}(?: (?:all|some|many|most))?(?: of)? (?:{_POINTING}|it|them)\b{_CLAUSE}"
    rf"|{_PURPOSE} [^,;:.()]{{0,70}}{_NEEDS}s?"
)
_BASED_ON: Final = (
    rf"(?:motivated|inspired|guided|driven|prompted|informed) by {_POINTING}{_CLAUSE}"
    rf"|(?:based|building|drawing|relying) (?:up)?on {_POINTING}{_CLAUSE}"
    r"|(?:in|under) (?:light|view|response|recognition|support|pursuit|consideration) (?:of|to) "
    rf"{_POINTING}{_CLAUSE}"
    rf"|as an? (?:\w+ )?step{_CLAUSE}"
    r"|(?:given|recogni[sz]ing|observing|considering|following|despite|unlike|leveraging|using|from"
    rf"|due to|because of|owing to|beyond|to|towards?|under|with) {_POINTING}{_CLAUSE}"
)
_OPENER: Final = re.compile(
    rf"(?:(?:and|but|so),? )?(?:{_ADVERBS}|{_PAPER}|{_TO_ADDRESS}|{_BASED_ON})\s*[,:]\s+",
    re.IGNORECASE,
)
# Without a comma only what cannot be read as the object of what follows.
_BARE: Final = re.compile(
    rf"(?:{_PAPER}|here|herein|hereby|therefore|thus|hence|to (?:this|that) end) +"
    r"(?=(?:we|i|the authors?) )",
    re.IGNORECASE,
)
_REST_OF_LIST: Final = re.compile(r"(?:and|or|nor|but|which|that|as|then|who|where)\b")
_MOST: Final = 4  # of beginnings: "However, to this end, in this work, we …"


def without_opener(plain: str) -> int:
    """Where the sentence begins without the words that refer to what stands before it.

    `plain` is one sentence as `hidden` returns it. What is left begins a sentence by itself: so a
    beginning stays when only a part of a clause would be left.
    """
    label = _LABEL.match(plain)
    at = label.end() if label else 0
    for _ in range(_MOST):
        found = _OPENER.match(plain, at, at + _LONGEST) or _BARE.match(plain, at, at + _LONGEST)
        if not found or _REST_OF_LIST.match(plain, found.end()) or found.end() == len(plain):
            break
        at = found.end()
    return at


def capitalised(text: str) -> str:
    """`text` with a capital first letter, unless its first word has capitals or digits of its own.

    "mT5 shows" and "$x$ is" stay as they are.
    """
    first = re.match(r"[a-z][a-z'’-]*(?=[\s,;:]|$)", text)
    return text[:1].upper() + text[1:] if first else text
