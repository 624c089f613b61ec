"""How strongly a sentence says what its paper contributes, by the words that it is made of.

The numbers were set by reading abstracts: docs/leads.md has how they did on others.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from papers.text.summaries.sentences import HIDDEN

_LONGEST: Final = 700  # letters of a sentence that are read

_PAPER: Final = (
    r"(?:paper|work|study|article|report|manuscript|survey|review|thesis|letter|note|chapter"
    r"|preprint"
    r"|research|dissertation|monograph|essay|tutorial|overview|book|position paper|proposal"
    r"|project)"
)
_THIS_PAPER: Final = (
    r"(?:this|the present|the current|our|the)"
    rf"(?: (?!paper|work|study|survey)[\w'-]+){{0,3}}? {_PAPER}"
)
_WE: Final = r"(?:we|i|the authors?|this team)"
_ADVERB: Final = (
    r"(?:(?:first(?:ly)?|then|also|further|here|thus|therefore|hence|now|formally|systematically"
    r"|specifically|instead|jointly|carefully|empirically|theoretically|mathematically|rigorously"
    r"|successfully|explicitly|primarily|mainly|comprehensively|critically|consequently|finally"
    r"|additionally|newly|next|accordingly|in this \w+|briefly|simply|only|still|in turn|publicly"
    r"|quantitatively|qualitatively|thoroughly|naturally|in particular|experimentally"
    r"|analytically"
    r"|numerically|extensively|re-?|do|will|can|aim to|seek to|attempt to|try to|intend to"
    r"|set out to"
    r"|are able to|were able to|have|has|jointly|aims to|seeks to|attempts to|intends to"
    r"|sets out to"
    r"|wants to|want to|strives? to|bridges? this gap by|addresses this by),? )*"
)
_PROPOSE: Final = (
    r"(?:propos|introduc|present|develop|design|devis|creat|construct|contribut|formulat"
    r"|establish"
    r"|unveil|pioneer|advocat|conceptuali[sz]|synthesi[sz]e? a|instantiat|implement|invent|craft"
    r"|outlin|launch|engineer|articulat|motivat|reformulat|operationali[sz]|recast|repurpos|adopt"
    r"|set forth|deriv|curat|assembl|compil|collect)(?:e|es|ed|s|ing)?"
    r"|buil(?:d|ds|t)|put(?:s)? forward|bring(?:s)?|giv(?:e|es|en)|deliver(?:s)?|offer(?:s)?"
    r"|propose"
)
_STUDY: Final = (
    r"(?:stud(?:y|ies|ied)|investigat\w+|examin\w+|analy[sz]\w+|explor\w+|revisit\w*|survey\w*"
    r"|review\w*|evaluat\w+|benchmark\w*|compar\w+|consider\w*|address\w*|tackl\w+|argu\w+"
    r"|prov(?:e|es|ed|ing)"
    r"|characteri[sz]\w+|extend\w*|generali[sz]\w+|deriv\w+|describ\w+|discuss\w*"
    r"|reconsider\w*|re-?examin\w+"
    r"|rethink\w*|unif(?:y|ies)|formali[sz]\w+|solv\w+|audit\w*|quantif\w+|measur\w+"
    r"|stress-test\w*"
    r"|test\w*|ask\w*|assess\w*|identif\w+|disentangl\w+|reveal\w*|uncover\w*|demonstrat\w+"
    r"|show\w*"
    r"|focus\w*|aim\w*|seek\w*|conduct\w*|perform\w*|carr(?:y|ies|ied) out|report\w*|provid\w+"
    r"|releas\w+|open-source\w*|leverag\w+|appl(?:y|ies|ied)|us(?:e|es|ed)|utili[sz]\w+|employ\w*"
    r"|train\w*|fine-?tun\w+|enabl\w+|achiev\w+|combin\w+|integrat\w+|improv\w+|scal\w+"
    r"|highlight\w*"
    r"|challeng\w+|clarif\w+|find|found|discover\w*|observ\w+|learn\w*|tak(?:e|es)|mak(?:e|es)"
    r"|turn"
    r"|bridge\w*|fill\w*|close|look|trace\w*|map\w*|probe\w*|summari[sz]\w+|detail\w*|explain\w*"
    r"|pose|show-?case\w*|replicat\w+|reproduc\w+|simulat\w+|model|view|treat|cast|frame"
    r"|re-?frame"
    r"|advance\w*|mitigat\w+|enhanc\w+|optimi[sz]\w+|estimat\w+|predict\w*|generat\w+"
    r"|reconstruct\w*)"
)
# What the study verbs are worth; the first that fits counts.
_STUDY_WORTH: Final = (
    (r"(?:survey|review)", 92),
    (r"(?:argu|advocat|ask|challeng)", 82),
    (r"(?:prov(?:e|es|ed|ing)\b|deriv|characteri|formali|unif|extend|generali|solv|rethink)", 84),
    (r"(?:stud|investigat|examin|explor|revisit|analy[sz]|compar|evaluat|benchmark|audit)", 80),
    (r"(?:address|tackl|aim|seek|focus|consider|bridge|fill|describ|discuss|quantif)", 76),
    (r"(?:show|demonstrat|reveal|uncover|identif|find|found|discover|trac|prob|view|cast)", 70),
    (r"(?:conduct|perform|carr|report|provid|train|fine|assess|measur|test|map|detail|releas)", 66),
)  # fmt: skip
_WORTH: Final = tuple((re.compile(pattern), worth) for pattern, worth in _STUDY_WORTH)

_SUBJECT: Final = rf"(?:{_WE}|{_THIS_PAPER})"
_PROPOSES: Final = re.compile(rf"\b{_SUBJECT},? {_ADVERB}(?:{_PROPOSE})\b")
_STUDIES: Final = re.compile(rf"\b{_SUBJECT},? {_ADVERB}(?P<verb>{_STUDY})\b")
_OF_PAPER: Final = re.compile(rf"\b{_THIS_PAPER}\b,? (?:\w+ly )?\w+")
_INTRODUCING: Final = re.compile(r"^(?:introducing|presenting|proposing|we are introducing)\b")
_CONTRIBUTION: Final = re.compile(
    r"^(?:the|our|a)(?: \w+)?(?: (?:main|key|core|central|primary|principal|major|chief"
    r"|overall|first))?"
    r" (?:contribution|idea|goal|aim|objective|purpose|insight|result|question|claim|thesis"
    r"|novelty"
    r"|research question|finding|focus)s? (?:of|is|are|was|in)\b"
)
_OUR_THING: Final = re.compile(
    r"^(?:our|the proposed|the presented|the resulting)(?: [\w-]+){0,4}? (?:method|approach"
    r"|model|framework"
    r"|system|algorithm|pipeline|architecture|technique|solution|strategy|work|formulation|scheme"
    r"|benchmark|dataset|tool|toolkit|library|agent|network|theory|analysis|study|attack"
    r"|defense)s?\b,?"
    rf"(?: called| named| dubbed|,)? ?(?:[\w{HIDDEN}-]+,? )?(?!significantly|achieves"
    rf"|outperforms)\w+s\b"
)
_PASSIVE: Final = re.compile(
    r"\b(?:(?:is|are|was|were) (?:then |also |first |therefore |thus |here "
    r"|further )?(?:proposed|introduced"
    r"|presented|developed|described|designed|devised|studied|investigated|explored"
    r"|analy[sz]ed|derived"
    r"|established|constructed|formulated|proven|proved|reviewed|surveyed|given|discussed"
    r"|examined"
    r"|considered|evaluated|compared|created|built|implemented)|has been (?:proposed"
    r"|developed) (?:here"
    r"|in this))\b"
)
_NEW_THING: Final = re.compile(
    r"^(?:an?|the|this|two|three|several|new|novel|in)\b|\bnovel\b|\bnew\b"
)
_TO_STUDY: Final = re.compile(  # "Objective: To develop and validate …"
    r"^to (?:develop|evaluate|assess|investigate|determine|compare|design|examine|propose|create"
    r"|build|explore|introduce|establish|validate|present|test|identify|study|describe)\b"
)
_ABOUT: Final = re.compile(
    r"^this is (?:an?|the) (?:overview|survey|review|report|description|summary)\b"
)
_IS_A: Final = re.compile(r"\b(?:is|are) (?:an?|the first|the largest|our|the)\b")

_RESULTS: Final = re.compile(
    r"^(?:(?:extensive|comprehensive|our|the|these|empirical|experimental|numerical|both|thorough"
    r"|quantitative|qualitative|in|simulation|evaluation|preliminary|user|ablation|initial"
    r"|further"
    r"|large-scale|real-world|human|results|through|experiments|evaluations|across|on|when"
    r"|compared"
    r"|with|empirically|remarkably|notably|overall|moreover|by|for|theoretically|under|key"
    r"|main)\b ?,?){1,6}"
    r"(?:experiment|result|evaluation|finding|analysi|analyse|stud|ablation|simulation"
    r"|benchmark|test"
    r"|comparison|assessment|validation|dataset|experimentation|contribution)\w*\b"
    r"|^experiment\w*|^results?\b|^evaluat\w+|^empirical\w*|^empirically\b|^when (?:evaluated"
    r"|tested)"
    r"|^(?:in|through|with) (?:\w+ )?(?:experiment|evaluation)s?\b|^extensive\b|^tested\b"
    r"|^compared (?:to|with)"
)
_MADE_FOR_CHECKS: Final = re.compile(
    rf"\b{_WE} {_ADVERB}(?:conduct|perform|carry out|present|report|provide|run|do|evaluate"
    rf"|validate|verify"
    r"|demonstrate|show|test|benchmark|apply|compare)\w* (?:(?:extensive|comprehensive"
    r"|thorough|rigorous|detailed"
    r"|several|numerous|systematic|various|the|our|a|an|its|that|on|further|both|empirical"
    r"|in-depth|qualitative|quantitative|ablation|preliminary|strong|large-scale|and"
    r"|effectiveness of|efficacy of"
    r"|method|approach|user|human|superiority of|advantages? of|utility of|benefits? of) ?)+"
    r"(?:experiment|evaluation|stud|ablation|result|analys|comparison|evidence|test|effectiveness"
    r"|efficacy|baseline|example|performance|our|the|method|approach|model)"
)
_ALSO: Final = re.compile(
    rf"\b{_WE} (?:also|further|additionally|moreover|finally|then|next|subsequently"
    rf"|furthermore)\b"
    r"|^(?:also|furthermore|moreover|additionally|finally|in addition|besides|second(?:ly)?"
    r"|third(?:ly)?"
    r"|next|then|last(?:ly)?|subsequently|further|beyond this|alongside|meanwhile"
    r"|as a by-?product)\b"
    r"|^to (?:further|better|additionally|support|facilitate|validate|evaluate|train"
    r"|optimi[sz]e|ensure|encourage|foster)\b"
)
_PARTS: Final = re.compile(
    r"^(?:specifically|in particular|concretely|for (?:example|instance)|first(?:ly)?"
    r"|more \w+ly)\b"
    r"|^(?:it|they|these|those|such|its|their|this|the former|the latter|here|both|each|there)\b"
)
_GIVEN_AWAY: Final = re.compile(
    r"\b(?:code|codes|source code|codebase|models?|weights|checkpoints|datasets?|data|benchmark"
    r"|implementation|project page|project website|demo|artifacts|materials|repository|resources"
    r"|toolkit|scripts|prompts|website|homepage|videos|all)\b[^.;]{0,80}"
    r"\b(?:available|released|open-?sourced|accessible|accessed|found|provided|public|online"
    r"|at)\b"
    rf"|\b{_WE} {_ADVERB}(?:releas\w+|open-?source\w*|publish\w*|mak\w+|shar\w+|provid\w+"
    rf"|host\w*)\b[^.;]{{0,90}}"
    r"\b(?:code|models?|weights|checkpoints|datasets?|data|implementation|publicly|artifacts"
    r"|available)\b"
)
_ADDRESS: Final = re.compile(r"https?://|\bwww\.|\bgithub\b|hugging ?face\.co", re.IGNORECASE)
_OTHERS: Final = re.compile(
    r"^(?:(?:many|most|some|several|existing|previous|prior|recent|current|traditional"
    r"|conventional|earlier"
    r"|other|various|numerous|early|classical|state-of-the-art|despite|while|although|though"
    r"|however"
    r"|unfortunately|recently|yet|but|even|typically|the (?:current|existing|previous|recent"
    r"|dominant|standard))\b,? ?)+"
)
_DONE_BEFORE: Final = re.compile(
    r"\b(?:has|have) (?:recently |also |already |long |often |been |become |shown |gained "
    r"|emerged |achieved"
    r" |demonstrated |made |attracted |seen |received |led |revolutioni[sz]ed |proven )"
)
_LACKS: Final = re.compile(
    r"\b(?:remain|remains|still|lack|lacks|suffer|suffers|limited|challenging|challenge"
    r"|challenges|difficult"
    r"|unclear|under-?explored|unexplored|struggle|struggles|fail|fails|overlook|neglect"
    r"|ignore|costly|hinders?)\b"
)
_NAMED: Final = re.compile(r"\b(?:called|named|dubbed|termed|coined|namely|denoted|abbreviated)\b")
_A_NEW: Final = re.compile(
    r"\b(?:an?|the|this|first) (?:[\w-]+ ){0,3}?(?:novel|new|first|simple|unified|general)\b"
)
_LIST: Final = re.compile(
    r"\b(?:contributions?|findings|insights|observations) (?:are|is|include|emerge|stand)\b"
    r"|\bcontributions?:|\b(?:twofold|threefold|two-?folds?|as follows)\b"
    r"|\bmakes? (?:two|three|four|the following|several) (?:\w+ )?contributions"
)
_HOPE: Final = re.compile(
    rf"\b{_WE} (?:hope|believe|expect|conclude|thank|discuss|outline)\b|\bfuture (?:work"
    rf"|research|directions?|studies)\b"
    r"|^(?:this|these|our) (?:work|results?|findings?|insights?) (?:\w+ )?(?:open|pave|lay"
    r"|mark|suggest|highlight"
    r"|underscore|demonstrate|show|indicate|provide|offer|establish|represent)\w*\b"
)
_POINTS_BACK: Final = re.compile(
    r"\b(?:this|these|such|those|the above|the aforementioned) (?:\w+ )?(?:problem|issue"
    r"|challenge|limitation|gap"
    r"|question|shortcoming|drawback|bottleneck|need|tension|trade-?off|failure|insight"
    r"|observation|finding)s?\b"
)


class Cues(NamedTuple):
    """What is known of a sentence besides its words.

    `overlap`: which share of the title's words it has, from 0 to 1. `has_name`: it has the name
    that the title gives to its system or data. `begins_with_name`: it is the subject.
    """

    overlap: float = 0.0
    has_name: bool = False
    begins_with_name: bool = False


def worth(sentence: str, rest: str, cues: Cues) -> float:
    """How strongly a sentence states the contribution: 100 and more "we propose", below 50 hardly.

    Args:
        sentence: in lower case, as `hidden` returns it.
        rest: the same without its opener.
    """
    sentence, rest = sentence[:_LONGEST], rest[:_LONGEST]
    value = _statement(rest, cues)
    value += 14 * cues.overlap + 10 * cues.has_name
    value += 7 * bool(_NAMED.search(rest)) + 5 * bool(_A_NEW.search(rest))
    value += 6 * (len(rest) < len(sentence) and value >= 60)  # "In this paper," "To this end,"
    return value - _doubts(sentence, rest)


def _statement(rest: str, cues: Cues) -> float:
    if _PROPOSES.search(rest):
        return 100.0
    if _INTRODUCING.search(rest) or _ABOUT.search(rest):
        return 95.0
    if found := _STUDIES.search(rest):
        known = (points for pattern, points in _WORTH if pattern.match(found["verb"]))
        return float(next(known, 60)) + (4.0 if not rest.startswith(("we ", "i ")) else 0.0)
    if _TO_STUDY.search(rest):
        return 84.0
    if _PASSIVE.search(rest):
        return 86.0 if _NEW_THING.search(rest) else 60.0
    return _weaker(rest, cues)


def _weaker(rest: str, cues: Cues) -> float:
    if cues.begins_with_name:
        return 78.0 if _IS_A.search(rest) else 72.0
    if _CONTRIBUTION.search(rest):
        return 74.0
    if _OF_PAPER.search(rest):
        return 72.0
    if _OUR_THING.search(rest):
        return 64.0
    return 30.0 if re.search(r"\b(?:we|our)\b", rest) else 10.0


def _doubts(sentence: str, rest: str) -> float:
    is_result = bool(_RESULTS.search(rest)) and not _PROPOSES.search(rest)
    return (
        38 * is_result
        + 30 * bool(_MADE_FOR_CHECKS.search(rest))
        + 24 * bool(_ALSO.search(sentence) or _ALSO.search(rest))
        + 14 * bool(_PARTS.search(rest) and not _OF_PAPER.match(rest) and not _ABOUT.search(rest))
        + 8 * sentence.startswith(("specifically", "in particular", "concretely", "first"))
        + 60 * bool(_GIVEN_AWAY.search(rest))
        + 25 * bool(_ADDRESS.search(rest) or rest.count(HIDDEN) > 0.6 * len(rest))
        + 40 * bool(_OTHERS.match(rest) and not _PROPOSES.search(rest))
        + 30 * bool(_DONE_BEFORE.search(rest) and not _PROPOSES.search(rest))
        + 12 * bool(_LACKS.search(rest) and not _PROPOSES.search(rest))
        + 35 * rest.endswith("?")
        + 22 * bool(_LIST.search(rest))
        + 30 * bool(_HOPE.search(rest))
        + 5 * bool(_POINTS_BACK.search(rest))
        + 20 * (len(rest) < 45)
    )
