"""Whether a paper's comment or abstract is the notice that this paper is withdrawn.

arXiv has no mark for a withdrawn paper, only prose. The same words appear about other papers, other
venues and other things (a submission withdrawn from a conference, a drug withdrawn from sale), so a
sentence counts only when its subject is this paper and nothing after the verb names another place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

# ── words ────────────────────────────────────────────────────────────────────

_NOUN: Final = (
    r"(?:paper|article|manuscript|submission|pre-?print|e-?print|work|document|report|note|letter"
    r"|thesis|version|revision|study|draft|survey|review|publication|contribution|essay|entry)s?"
)
_MODIFIER: Final = (
    r"(?:(?:present|current|entire|whole|above|arxiv|latest|newest|new|full|final|complete"
    r"|research|review|survey|technical|position|working|short|long)\s+)*"
)
_SELF: Final = rf"(?:this|these|the\s+(?:present|current|above))\s+{_MODIFIER}{_NOUN}"
_PERHAPS_SELF: Final = rf"(?:the|our|my|all)\s+{_MODIFIER}{_NOUN}"
_OF_SELF: Final = rf"(?:\s+(?:of|to)\s+(?:this|the|our|my)\s+{_MODIFIER}{_NOUN})?"
_ASIDE: Final = r"(?:\s*\([^()]{0,80}\)|\s*,[^,]{1,80},|\s+and\s+(?:its|all|the)\s+[\w ]{1,30}?)?"
_ADVERB: Final = (
    r"(?:(?:hereby|now|therefore|thus|hence|currently|temporarily|permanently|voluntarily|already"
    r"|officially|formally|completely|fully|unfortunately|also|being|been|since|simply)\s+)*"
)
_BE: Final = (
    r"(?:(?:is|are|was|were|(?:has|have|'s)(?=\s+(?:\w+\s+){0,2}been\s)|must(?=\s+be\s)|stands?"
    r"|(?:needs?|has|have)\s+to(?=\s+be\s)|(?:must|should|can)\s+be\s+(?:considered|regarded|treated)(?:\s+as)?"
    r"|(?:is|are)\s+(?:considered|marked)(?:\s+as)?)\s+(?:be\s+)?)"
)
_WITHDRAWN: Final = (
    r"(?:withdrawn|withdrawed|(?<=be )withdraw|(?<=been )withdraw|withdrew|with?rawn|widthdrawn"
    r"|retracted|rescinded|revoked|taken\s+down)"
)
_ARXIV: Final = (
    r"(?:(?:the\s+)?arxiv(?:\.org)?(?:['’]s)?(?:\s+(?:admin\w*|moderat\w*|staff|team|editors?))?)"
)
_AUTHORS: Final = (
    r"(?:(?:the|its|all|both|one\s+of\s+the|our|their)\s+)?"
    r"(?:(?:first|second|third|last|lead|sole|corresponding|submitting|contact|co-?|two|three)\s*)?"
    r"-?(?:authors?|submitters?|writers?|owners?)(?:\(s\))?"
)
_AGENT: Final = rf"(?:{_ARXIV}|{_AUTHORS}|(?:the\s+)?(?:admin\w*|moderators?)|me|us)(?!\w)"
# Much is removed from a paper that lives, so this verb counts only with who did it, or where.
_REMOVED: Final = (
    rf"(?:removed|deleted)(?=\s+(?:by\s+{_AGENT}|from\s+{_ARXIV}|(?:up)?on\s+request(?!\s+of)"
    rf"|(?:at|on|by|upon)\s+(?:the\s+)?request\s+of\s+(?:the\s+)?{_AGENT}|due\s+to|because|for\s+(?:violat|copyright)))"
)
_GONE: Final = rf"(?:{_WITHDRAWN}|{_REMOVED})(?!\w)"
_REASON: Final = (
    r"(?:due|because|since|as|owing|pending|until|till|so|while|after|following|in\s+order"
    r"|in\s+favou?r|in\s+view|in\s+light|for|to|on\s+account|on\s+grounds|given|which|that|and|but)"
)
_VENUE: Final = (
    r"(?:iclr|neurips|nips|icml|cvpr|iccv|eccv|acl|emnlp|naacl|coling|aaai|ijcai|kdd|sigir|sigmod"
    r"|vldb|icra|iros|corl|rss|chi|uai|aistats|colt|tmlr|jmlr|interspeech|icassp|openreview|arr"
    r"|conferences?|workshops?|journals?|proceedings|symposium|special\s+issue|venues?"
    r"|peer[\s-]review|review|reviewing|rebuttal|consideration|competition|[a-z]+\s?'?(?:20)?\d\d)"
)

# ── what a notice looks like, each at its place in a sentence ────────────────

_NOTICES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # "this paper has been withdrawn", "this version withdrawn by author"
        rf"(?P<self>{_SELF}{_OF_SELF}{_ASIDE})\s+{_BE}?{_ADVERB}{_GONE}",
        rf"(?P<other>{_PERHAPS_SELF}{_OF_SELF}{_ASIDE})\s+{_BE}{_ADVERB}{_GONE}",
        # "this paper contains an error and is withdrawn"
        (
            rf"(?P<self>{_SELF}){_OF_SELF}\s+(?:is|was|has|had|will|cannot|contains?|needs?|turned"
            rf"|overlaps?|suffers?|relies|duplicates?)\s[^;]{{1,120}}?\b(?:and|so|hence|thus|therefore),?\s+"
            rf"(?:it\s+)?{_BE}{_ADVERB}{_GONE}"
        ),
        # "it is therefore withdrawn", "this has been withdrawn"
        (
            rf"(?:^|,|\b(?:so|hence|thus|therefore|and|that))\s*(?P<other>it|this)\s+"
            rf"{_BE}{_ADVERB}{_GONE}"
        ),
        # "we have decided to withdraw this paper", "the authors withdraw it"
        (
            rf"\b(?P<other>i|we|i'm|we're|i've|we've|{_AGENT})(?:\s+of\s+this\s+{_NOUN}"
            rf"|\s*,[^,]{{1,40}},)?\s+(?:(?:am|are|is|have|has|had|do|does|will|must"
            rf"|would|wish(?:es)?|want(?:s|ed)?|like|need(?:s|ed)?|decided?|chose|chosen|agreed?|request(?:s|ed)?|asked|ask|regret"
            rf"|to|be|been|that|for|the)\s+|{_ADVERB.removesuffix('*')})*"
            rf"(?:withdraw(?:n|s|ed|ing)?|withdrew|retract(?:s|ed|ing)?|(?:withdrawal|retraction)\s+of)"
            rf"\s+(?P<what>{_SELF}|{_PERHAPS_SELF}|it\b|{_REASON}\b(?<!to)(?<!for)(?<!and))"
        ),
        # "the authors request that this paper be withdrawn"
        rf"\brequest\w*\s+(?:that\s+|for\s+)?(?P<self>{_SELF})\s+(?:to\s+)?be\s+{_GONE}",
        # "withdrawal of this paper was requested"
        rf"^(?P<self>(?:(?:requested|request\s+for)\s+)?(?:withdrawal|retraction)\s+of\s+{_SELF})",
        rf"^(?P<self>this\s+is\s+a\s+(?:withdrawn|retracted)\s+{_NOUN})(?!\w)",
    )
)
# Without a subject, so only where a clause begins: "withdrawn by the authors", "paper withdrawn".
_NOUN_FIRST: Final = rf"{_MODIFIER}{_NOUN}\s+{_BE}?{_ADVERB}{_GONE}"
_VERB_FIRST: Final = (
    rf"(?:(?:temporarily|permanently|voluntarily|now|being|has\s+been|is|was)\s+)*"
    rf"(?:{_REMOVED}|(?:withdrawn|withdrawed|with?rawn|retracted)(?:\s+(?:{_NOUN}(?<!s)))?"
    rf"(?=\s*(?:$|[:.)\]]|,(?!\s*(?:rejected|accepted|desk|retracted|withdrawn|and|or)\b)|\s-\s)"
    rf"|\s+(?:temporarily|permanently|voluntarily|by\s+{_AGENT}|from\s+{_ARXIV}|due|because|since"
    r"|as|owing|pending|until|in\s+(?:order|favou?r|view|light|v\d)|(?:at|on|upon|per)\s+\w+|following"
    r"|after|for|so|to|see|and\s+(?:replaced|superseded|merged|will|no\s+longer|included))(?!\w)"
    rf"|\s*\()|withdrawing\s+(?:{_SELF}|{_PERHAPS_SELF}|due|because|since|as)\b"
    r"|(?:(?:notice|note)\s+of\s+)(?:withdrawal|retraction)(?=\s*(?:$|[:,(]|\s-\s))"
    r"|(?:withdrawal|retraction)\s+(?:notice|note)(?=\s*(?:$|:|\s-\s))"
    r"|retraction(?=\s*(?:$|:\s*(?!an?\b)))"
    r"|(?:withdrawal|retraction)\s+(?:notice|note)\s+(?:for|of)\s+this)"
)
_CLAUSE: Final = re.compile(rf"(?:(?P<noun>{_NOUN_FIRST})|(?P<verb>{_VERB_FIRST}))")
_VERSION: Final = r"(?:v|ver\.?|version)\s?(\d+)"
_VERSION_GONE: Final = re.compile(
    rf"\b{_VERSION}{_OF_SELF}\s*[:,(=-]?\s*(?:{_BE}?{_ADVERB}{_GONE}|{_VERB_FIRST})"
)
_LABEL: Final = re.compile(
    rf"^(?:\W|{_VERSION}\b|(?:important|attention|warning|update[ds]?|edit|status|comments?|reason"
    r"|nb|n\.b|ps|(?:arxiv\s+)?(?:admin(?:istrators?)?|authors?'?s?|editors?'?s?)?\s*"
    r"(?:note[ds]?|notice)(?:\s+added)?|please\s+note(?:\s+that)?)(?:\s*[:,-]|(?=\s+that\b))"
    r"|that\s|\d{4}-\d\d-\d\d)*"
)
# "12 pages, 3 figures, withdrawn": only counts may stand before a clause without a subject.
_COUNTS: Final = re.compile(
    r"(?:[\s\d,;.+&()[\]:-]|\b(?:pages?|pp?|figs?|figures?|tables?|plots?|and|with|including|one|two"
    r"|three|four|five|six|colou?r|appendi(?:x|ces)|latex|revtex\d?|amstex|tex|pdf|style|files?"
    r"|columns?|in|english|references?|refs?|comments?)\b)*"
)

# "Accepted at NeurIPS 2026; withdrawn due to an error": a venue may stand before the clause, but
# then it may be what the paper was withdrawn from. An error withdraws a paper everywhere, low
# scores do not; and "paper withdrawn" is what arXiv itself writes.
_STATUS: Final = re.compile(
    r"\b(?:accepted|submitted|published|presented|appear(?:s|ed)?|submission|review|preprint|draft"
    r"|preliminary|version|report|work\s+in\s+progress|code|page|available)\b"
)
_OF_AN_ERROR: Final = re.compile(
    rf"\S+\s+(?:by\s+{_AGENT}\s+)?(?:due\s+to|because(?:\s+of)?|owing\s+to|since|as|on\s+account\s+of)\s"
    r"(?:(?!\b(?:review|format|submission|desk|system|organi[sz])|[;()]).)*?"
    r"\b(?:errors?|errata|mistakes?|flaw(?:s|ed)?|gaps?|bugs?|wrong|incorrect(?:ly|ness)?|invalid|false"
    r"|leaks?|leakage|plagiar\w*|fabricat\w*|irreproducib\w*|copyright|licen[cs]e)\b"
)
_NOW_ELSEWHERE: Final = re.compile(r"\b(?:now|re-?submitted|accepted|appear)\b")
_PAPER_FIRST: Final = re.compile(
    rf"(?:paper|article|pre-?print|e-?print)\s+{_BE}?{_ADVERB}(?:withdrawn|retracted)(?!\w)"
)

# ── what tells that this paper lives ─────────────────────────────────────────

# The word before the subject: then the subject is another one, or the sentence is no statement.
_NOT_THE_SUBJECT: Final = re.compile(
    r"\b(?:of|in|from|by|with|on|about|to|at|against|than|if|when|whether|until|unless|once|after"
    r"|before|while|why|how|like|into|via|behind|not|never|nor)\s+(?:\"|')?$"
)
_ELSEWHERE: Final = re.compile(
    rf"^[^:,;(]*?\bfrom\s+(?!{_ARXIV}|(?:the\s+)?(?:public|web|server|repository|site|archive|here"
    rf"|publication|circulation|this)\b)"
    rf"|^\s*(?:by\s+{_AGENT}\s+)?(?:to|at|for|in|during|after|before)\s+(?:(?:the|its|a|our|initial"
    rf"|first|peer)\s+)*{_VENUE}(?!\w)"
)
_ANOTHER_PAPER: Final = re.compile(
    r"^\s*(?:\[|arxiv:\s?\d|by\s+(?!the\b)[\w.]+\s+et\s+al|titled\b)"
)
_UNTIL_REASON: Final = re.compile(
    rf"(?:(?!\b{_REASON}\b(?!\s+(?:the\s+)?{_VENUE}(?!\w))).)*", re.DOTALL
)
_BY_MISTAKE: Final = re.compile(
    rf"^(?:\s+by\s+{_AGENT})?\s+(?:in\s+error|by\s+(?:mistake|accident|error)|mistakenly"
    r"|accidentally|erroneously|inadvertently)(?!\w)"
)
_OTHER_WORK: Final = re.compile(
    r"\b(?:comments?|commentary)\s+on\b|\b(?:reply|response|rebuttal|answer|erratum|corrigendum"
    r"|addendum|objection)\s+(?:to|of|for)\b|\bet\s+al\b|\[\d+\]|\b(?:supersed|replac|extend|updat"
    r"|subsum|revis|refut|rebut|criticis|criticiz)(?:e?s|ing)\b|\b(?:previous|earlier|prior|older"
    r"|former|preliminary|companion|another|original|conference|journal|workshop)\s+(?:\w+\s+)?"
    rf"{_NOUN}"
)
_SUBMITTED: Final = re.compile(r"\b(?:submitted|accepted)\s+(?:to|at|by|for)\s+(?!arxiv)")
_LIVES_AGAIN: Final = re.compile(
    r"\b(?:is|are|was|has|have|been|now|hereby)\s+(?:restored|reinstated|un-?withdrawn)\b"
    r"|^\W*(?:restored|reinstated|un-?withdrawn)\b|(?:[,(]|\band)\s*(?:restored|reinstated)\b"
    r"|\b(?:restored|reinstated)\s+(?:in|as|with|by|on)\b|\bno\s+longer\s+(?:withdrawn|retracted)"
    r"|\b(?:not|never)\s+(?:been\s+|being\s+)?(?:withdrawn|retracted)\b"
    r"|\b(?:mistakenly|accidentally|erroneously|inadvertently|wrongly)\s+(?:been\s+)?withdrawn\b"
    r"|\b(?:has|have|is|was)\s+(?:now\s+)?(?:been\s+)?(?:now\s+)?re-?submitted\s+(?:here|with|after)"
    r"|\b(?:this|the\s+(?:present|current|new|latest)|(?:v|version\s)\d+)\s*(?:version|revision"
    r"|manuscript)?[\s:,]\s*(?:now\s+|has\s+)?(?:fix|correct(?!ness)|repair|restor|reinstat"
    r"|resolv|(?:is|contains|has|gives)\s+(?:an?|the|its)\s+(?:new|corrected|fixed|revised"
    r"|repaired|complete)\b)"
    r"|\b(?:has|have|is|are|was|were)\s+(?:(?:now|since|been)\s+)*(?:fixed|corrected|repaired|resolved)"
    r"\s+(?:here|in\s+(?:this|the\s+(?:present|current))\s+(?:version|paper))"
    r"|(?<!\bbe)\s+replaced\s+(?:with|by)\s+(?:this|the\s+(?:present|current))\s+version"
)
# Of a short abstract beside its notice: why, and what to do instead.
_BELONGS: Final = re.compile(
    r"withdr|retract|remov|delet|error|mistake|flaw|incorrect|wrong|invalid|false|fail|gap|bug|issue"
    r"|problem|supersed|replac|merged|arxiv|submi|author|apolog|sorry|regret|please|contact|updat"
    r"|upload|polic|copyright|licen[cs]e|consent|permission|reason|available|plagiar|duplicat|thank"
)
_STUDIES: Final = re.compile(
    r"\b(?:we|i|this\s+paper|it)\s+(?:study|studies|show|prove|propose|present|introduce|investigate"
    r"|develop|consider|analy[sz]e|describe|give|derive|examine|explore|find|report|discuss)e?s?\b"
)
_LONGEST_NOTICE: Final = 700  # characters of an abstract that is nothing else
_LONGEST_COMMENT: Final = 4_000  # no real one comes near it; the patterns are not linear

_WORTH_READING: Final = re.compile(r"\bwi\w{1,5}[ae]w|retract|remov|delet|rescind|revok|taken")

# ── reading ──────────────────────────────────────────────────────────────────

_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,40}>")
_COMMAND: Final = re.compile(r"\\[a-zA-Z]+\*?(?=[\s{\\]|$)\s*")
_SENTENCE: Final = re.compile(
    rf"(.+?)(?:([.!?]+)(?=[\s)\]\"']|$)|([。;|¿¡])|\n\s*\n|$|(?<=[\s,])(?={_VERSION}\s*:))",
    re.DOTALL,
)
_PLAIN: Final = str.maketrans(
    {**dict.fromkeys('{}$~*_#^\\«»„“”"‹›', " "), **dict.fromkeys("‘’‛`", "'")}
    | {"、": ",", "–": " - ", "—": " - ", "―": " - ", "‒": " - ", "‐": "-", "‑": "-", "−": "-"}
)


class _Sentence(NamedTuple):
    """A sentence in plain lower case, the text before it, and its place in the comment."""

    text: str
    before: str  # since the last full stop
    earlier: str  # since the beginning
    is_question: bool


def withdraws(comment: str, version: int | None = None) -> bool:
    """Whether a comment says that this paper is withdrawn.

    `version`: that of the paper with this comment. A change log may say that an older version was
    withdrawn; without a number only a later version in the same comment tells.
    """
    text = _plain(comment[:_LONGEST_COMMENT])
    if not _WORTH_READING.search(text):
        return False  # nearly all comments
    sentences = list(_sentences(text))
    if any(_LIVES_AGAIN.search(one.text) for one in sentences):
        return False
    return any(_is_notice(one, text, version) for one in sentences)


def is_only_notice(abstract: str) -> bool:
    """Whether an abstract is nothing but the notice that its paper is withdrawn.

    A text that also says what the paper is about is no notice: its comment has to say it.
    """
    if len(abstract) > _LONGEST_NOTICE or not withdraws(abstract):
        return False
    text = _plain(abstract)
    return all(
        _is_notice(one, text, None)
        or (_BELONGS.search(one.text) and not _STUDIES.search(one.text) and not one.is_question)
        for one in _sentences(text)
    )


def _plain(text: str) -> str:
    """Lower case, on one line for each paragraph, without TeX, tags and typographic marks."""
    text = _COMMAND.sub(" ", _TAG.sub(" ", unicodedata.normalize("NFKC", text)))
    text = text.translate(_PLAIN).replace("--", " - ").casefold()
    text = re.sub(r"\bwith[-\s]+(?=draw)", "with", text)
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text))


def _sentences(text: str) -> Iterator[_Sentence]:
    full_stop = 0
    for found in _SENTENCE.finditer(text):
        body, mark = found[1].strip(), found[2] or ""
        if body.strip(" .,:-()[]"):
            start = found.start()
            yield _Sentence(body, text[full_stop:start], text[:start], mark.startswith("?"))
        if found[3] != ";":
            full_stop = found.end()


def _is_notice(sentence: _Sentence, text: str, version: int | None) -> bool:
    if sentence.is_question:
        return False
    label = _LABEL.match(sentence.text)
    if (named := label and re.search(_VERSION, label[0])) and _is_history(
        int(named[1]), text, version
    ):
        return False
    return (
        _says_so(sentence)
        or _clause_says_so(sentence, text)
        or _version_is_gone(sentence, text, version)
    )


def _says_so(sentence: _Sentence) -> bool:
    """Whether it has a subject and a verb that withdraw this paper."""
    return any(
        _withdraws_this(found, sentence)
        for pattern in _NOTICES
        for found in pattern.finditer(sentence.text)
    )


def _withdraws_this(found: re.Match[str], sentence: _Sentence) -> bool:
    before, after = sentence.text[: found.start()], sentence.text[found.end() :]
    if _NOT_THE_SUBJECT.search(before) or not _is_here(after):
        return False
    groups = found.groupdict()
    if groups.get("self") or (groups.get("what") or "").startswith("this"):
        return True
    # "The paper", "it": this one, unless the text has named another one.
    return not (_OTHER_WORK.search(sentence.earlier + before) or _SUBMITTED.search(before))


def _clause_says_so(sentence: _Sentence, text: str) -> bool:
    """Whether a clause without a subject does: at the beginning, after counts or a status."""
    return any(
        (
            _is_first(before, sentence)
            or _is_after_counts(before, sentence)
            or _is_after_status(before, sentence, text)
        )
        and _is_here(sentence.text[found.end() :])
        for found in _CLAUSE.finditer(sentence.text)
        for before in [sentence.text[: found.start()]]
    )


def _is_first(before: str, sentence: _Sentence) -> bool:
    label = _LABEL.match(before)
    is_first = label is not None and label.end() == len(before)
    is_elsewhere = _OTHER_WORK.search(sentence.before) or _SUBMITTED.search(sentence.before)
    return is_first and not is_elsewhere


def _is_after_counts(before: str, sentence: _Sentence) -> bool:
    counts = _COUNTS.fullmatch(sentence.before + before)
    return counts is not None and not re.search(r"\w\s*$", before)


def _is_after_status(before: str, sentence: _Sentence, text: str) -> bool:
    """Whether a clause follows a status, and begins with "paper" or is about an error."""
    earlier, clause = sentence.before + before, sentence.text[len(before) :]
    if not re.search(r"(?:[;,(:]|\s-)\s*$", earlier) or not _STATUS.search(earlier):
        return False
    if _OTHER_WORK.search(earlier) or _NOW_ELSEWHERE.search(text.partition(clause)[2] + clause):
        return False
    return bool(_PAPER_FIRST.match(clause) or _OF_AN_ERROR.match(clause))


def _version_is_gone(sentence: _Sentence, text: str, version: int | None) -> bool:
    return any(
        not _NOT_THE_SUBJECT.search(sentence.text[: found.start()])
        and _is_here(sentence.text[found.end() :])
        and not _is_history(int(found[1]), text, version)
        for found in _VERSION_GONE.finditer(sentence.text)
    )


def _is_here(after: str) -> bool:
    """Whether what follows the verb names no other place, and no other paper."""
    return not (
        _ELSEWHERE.search(_UNTIL_REASON.match(after)[0])  # type: ignore[index]  # it matches ""
        or _ANOTHER_PAPER.match(after)
        or _BY_MISTAKE.match(after)
    )


def _is_history(named: int, text: str, version: int | None) -> bool:
    """Whether a notice about version `named` is about one that a later version replaced.

    A withdrawal is a version of its own, whose comment may name the one before.
    """
    if version is not None and named < version - 1:
        return True
    is_replaced = any(int(other) > named for other in re.findall(rf"\b{_VERSION}", text))
    return is_replaced and (version is None or named < version)
