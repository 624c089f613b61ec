"""How strongly a sentence says what its paper contributes, by the words that it is made of.

The numbers were set by reading abstracts: docs/leads.md has how often they are right on others.
"""

from __future__ import annotations

import re
from re import Match, Pattern
from typing import Final, NamedTuple

from papers.text.summaries.alternatives import any_of
from papers.text.summaries.sentences import HIDDEN

_LONGEST: Final = 700  # letters of a sentence that are read


# ── who contributes ──────────────────────────────────────────────────────────

_WE: Final = r"(?:we|i|the authors?)"
_KINDS: Final = any_of(
    "paper,article,study,survey,report,manuscript,review,thesis,tutorial,overview,chapter,preprint"
    ",commentary,perspective,viewpoint"
)
# "The work of others" and "the research on it" are no papers of their own.
_THIS_PAPER: Final = (
    r"(?:(?:this|the present|the current|our)(?: (?!paper|work|study|survey)[\w'-]+){0,3}?"
    rf" (?:{_KINDS}|work|research|letter|note|dissertation|essay|book|proposal|project)"
    rf"|the {_KINDS}(?! (?:of|by|on)\b))"
)
_SUBJECT: Final = rf"\b(?:{_WE}|{_THIS_PAPER}),? "
_ADVERBS: Final = (
    r"(?:(?:\w+ly|first|then|also|further|here|thus|hence|now|instead|next|still|do|will|can|have"
    r"|has|had|in this \w+|in turn|in particular|(?:are|were|is|was) able to"
    r"|(?:aims?|seeks?|attempts?|attempted|tries|try|intends?|sets? out|wants?|strives?|aimed) to"
    r"|(?:bridges?|fills?|closes?|address(?:es)?) (?:this|these) \w+ by),? )*"
)

# ── what is done ─────────────────────────────────────────────────────────────

_PROPOSE: Final = (
    "(?:"
    + any_of(
        "propos,introduc,present,develop,design,devis,creat,construct,contribut,formulat"
        ",establish,unveil,pioneer,instantiat,implement,invent,craft,outlin,launch,engineer"
        ",reformulat,operationali[sz],recast,repurpos,curat,assembl,compil,collect"
    )
    + r"(?:e|es|ed|s|ing)?|buil(?:d|ds|t)|puts? forward|brings?|gives?|deliver(?:s|ed)?"
    r"|offer(?:s|ed)?|set forth)"
)
# The verbs of other contributions, and what they are worth; the first that fits counts.
_STUDY_WORTH: Final = (
    ("survey,review", 92),
    ("argu,advocat,ask\\b,asks,challeng,contend,posit\\b,envision", 84),
    (
        "prov(?:e|es|ed|ing)\\b,deriv,characteri,formali,unif,extend,generali,solv,resolv,settl,rethink",
        84,
    ),
    ("stud,investigat,examin,explor,revisit,analy[sz],compar,evaluat,benchmark,audit,re-", 80),
    ("address,tackl,aim,seek,focus,consider,bridge,fill,close,describ,discuss,quantif", 76),
    ("conceptuali,defin,motivat,articulat,adopt,disentangl,model\\b,interpret,reinterpret", 74),
    ("show,demonstrat,reveal,uncover,identif,find,found,discover,trac,prob,view,cast,treat", 70),
    ("conduct,perform,carr,report,provid,train,fine-?tun,assess,measur,test,map,detail,releas", 66),
    ("open-sourc,leverag,appl(?:y|ies|ied),us(?:e|es|ed)\\b,utili,employ,enabl,achiev,combin", 60),
    ("integrat,improv,scal,highlight,clarif,observ,learn,tak,mak,turn,look,summari,explain", 60),
    ("pose,show-?cas,replicat,reproduc,simulat,fram,reframe,advance,mitigat,enhanc,optimi", 60),
    ("estimat,predict,generat,reconstruct,accelerat,reduce,lift,push,enrich,equip,take", 60),
)
_WORTH: Final = tuple((re.compile(any_of(terms)), points) for terms, points in _STUDY_WORTH)
_STUDY: Final = rf"(?P<verb>{'|'.join(any_of(terms) for terms, _ in _STUDY_WORTH)})"

_PROPOSES: Final = re.compile(rf"{_SUBJECT}{_ADVERBS}{_PROPOSE}\b")
_STUDIES: Final = re.compile(rf"{_SUBJECT}{_ADVERBS}{_STUDY}")
_OF_PAPER: Final = re.compile(rf"\b{_THIS_PAPER},? (?:\w+ly )?\w+")
_INTRODUCING: Final = re.compile(
    r"(?:introducing|presenting|proposing|we are introducing)\b"
    r"|this is (?:an?|the) (?:overview|survey|review|report|description|summary)\b"
)
_CONTRIBUTION: Final = re.compile(
    r"(?:the|our|a)(?: (?:paper|work|study|article)(?:['’]s)?)?"
    r"(?: (?:main|key|core|central|primary|principal|major|chief|overall|first|research|technical"
    r"|scientific|theoretical)){0,3}"
    r" (?:contribution|idea|goal|aim|objective|purpose|insight|result|question|claim|thesis|novelty"
    r"|focus)s?(?: of (?:this|the|our) [\w-]+(?: [\w-]+)?)? (?:of|is|are|was|in|lies)\b"
)
_THINGS: Final = any_of(
    "methods?,approach,models?,framework,systems?,algorithms?,pipeline,architecture,techniques?"
    ",solution,strategy,work,formulation,scheme,benchmark,dataset,tool,toolkit,library,agents?"
    ",network,theory,analysis,attack,defense,submission,paradigm,research"
)
_OUR_THING: Final = re.compile(
    rf"(?:our|the proposed|the presented|the resulting)(?: [\w-]+){{0,4}}? {_THINGS},? "
    rf"(?:called |named |dubbed )?(?:[\w{HIDDEN}-]+,? )?\w+s\b"
)
_DONE: Final = any_of(
    "proposed,introduced,presented,developed,described,designed,devised,studied,investigated"
    ",explored,analy[sz]ed,derived,established,constructed,formulated,proven,proved,reviewed"
    ",surveyed,given,discussed,examined,considered,evaluated,compared,created,built,implemented"
)
_PASSIVE: Final = re.compile(
    rf"\b(?P<time>is|are|was|were) (?:(?:then|also|first|therefore|thus|here|\w+ly) )?{_DONE}\b"
)
_IN_A_CLAUSE: Final = re.compile(r"\b(?:which|that|who|when|if|while|although|where)(?: \w+)? $")
_NEW_THING: Final = re.compile(r"(?:an?|the|this|two|three|several|new|novel) ")
_TO_STUDY: Final = re.compile(  # "Objective: To develop and validate …"
    rf"to (?:\w+ly )?(?:{_PROPOSE}|evaluate|assess|investigate|determine|compare|examine|explore"
    r"|validate|test|identify|study|describe|analy[sz]e|improve)\b"
)
_LEADS_TO: Final = re.compile(
    r"\b(?:leads? (?:us )?to|yields?|results? in|gives? rise to|call(?:ed)?|name|dub|term) "
    r"(?:the |our )?[\w-]+(?: \([\w-]+\))?[,:]? (?:an?|the) "
)
_IS_A: Final = re.compile(r"\b(?:is|are) (?:an?|the first|the largest|our|the)\b")
_NAMED: Final = re.compile(r"\b(?:called|named|dubbed|termed|coined|namely|denoted|abbreviated)\b")
_A_NEW: Final = re.compile(
    r"\b(?:an?|the|this|first) (?:[\w-]+ ){0,3}?(?:novel|new|first|simple|unified|general)\b"
)

# ── what speaks against a sentence ───────────────────────────────────────────

_OF_RESULTS: Final = any_of(
    "extensive,comprehensive,our,the,these,empirical,experimental,numerical,both,thorough"
    ",quantitative,qualitative,in,simulation,evaluation,preliminary,user,ablation,initial,further"
    ",large-scale,real-world,human,results,through,experiments,evaluations,across,on,when,compared"
    ",with,empirically,remarkably,notably,overall,moreover,by,for,theoretically,under,key,main"
)
_CHECKS: Final = (
    r"(?:experiment|evaluation|stud(?:y|ies)|ablation|result|analys[ei]s|comparison|evidence|test"
    r"|assessment|validation|simulation|finding|example|baseline)"
)
_RESULTS: Final = re.compile(
    rf"(?:{_OF_RESULTS}\b,? ?){{1,6}}(?:{_CHECKS}|dataset|benchmark)\w*\b"
    r"|(?:experiment|evaluat)\w*|results?\b|empirical|extensive\b|tested\b|compared (?:to|with)"
    r"|when (?:evaluated|tested)"
)
_PRODUCT: Final = r"(?! (?:framework|suite|benchmark|protocol|pipeline|method|metric|dataset|of))"
_MADE_FOR_CHECKS: Final = re.compile(
    rf"\b{_WE} {_ADVERBS}(?:(?:conduct|perform|carry out|present|report|provide|run|do)\w*"
    rf" (?:[\w-]+,? (?:and )?){{0,5}}?{_CHECKS}s?\b{_PRODUCT}"
    r"|(?:demonstrate|show|validate|verify|evaluate|test|benchmark|assess|prove)\w*"
    r" (?:that )?(?:the |its )?(?:effectiveness|efficacy|superiority|advantages?|utility|benefits?"
    r"|performance|applicability|generality|versatility|our|it|this (?:method|approach|model))\b)"
)
_ON_OURS: Final = re.compile(
    rf"\b{_WE} {_ADVERBS}(?:enhanc|augment|equip|evaluat|optimi|train|appl|test|validat|extend|trac"
    r"|instantiat|implement|deploy|call|nam|us)\w* (?:the \w+ of )?(?:both of )?"
    r"(?:our|it|its|this|these|them|the resulting)\b"
)
_WE_ALSO: Final = re.compile(
    rf"\b{_WE} (?:(?:have|has) )?(?:also|further|additionally|moreover|finally|then|next"
    r"|subsequently|furthermore)\b"
)
_ALSO: Final = re.compile(
    r"(?:not only that|as a by-?product)\b"
    r"|(?:also|furthermore|moreover|additionally|finally|in addition|besides|second(?:ly)?"
    r"|third(?:ly)?|next|then|last(?:ly)?|subsequently|further|beyond this|alongside|meanwhile)\b"
)
_FOR_MORE: Final = re.compile(
    r"to (?:further|better|additionally|support|facilitate|validate|evaluate|train|optimi[sz]e"
    r"|ensure|encourage|foster)\b"
)
_PARTS: Final = re.compile(
    r"(?:specifically|in particular|concretely|for (?:example|instance)|first(?:ly)?|more \w+ly)\b"
    r"|(?:it|they|these|those|such|its|their|this|the former|the latter|here|both|each|there)\b"
)
_FILES: Final = any_of(
    "codes?,source code,codebase,models?,weights,checkpoints,datasets?,data,benchmark"
    ",implementation,project page,project website,demo,artifacts,materials,repository,resources"
    ",toolkit,scripts,prompts,website,homepage,videos"
)
_GIVEN_AWAY: Final = re.compile(
    rf"\b{_FILES}\b[^.;]{{0,80}}\b"
    r"(?:available|(?:be|is|are) (?:publicly )?(?:released|open-?sourced"
    r"|public|provided|found)|accessible|accessed|be found|made public|https?)\b"
    rf"|\b{_WE} {_ADVERBS}(?:releas|open-?sourc|publish|mak|shar|provid|host)\w*\b"
    rf"[^.;]{{0,90}}\b(?:{_FILES}|publicly|available)\b"
)
_RELEASES_NEW: Final = re.compile(r"\breleas\w+ [\w-]+(?: \([^()]{1,60}\))?, an? ")
_ADDRESS: Final = re.compile(r"https?:|\bwww\.|\bgithub\b|hugging ?face\.co")
_OTHERS: Final = re.compile(
    r"(?:many|most|some|several|existing|previous|prior|recent|current|traditional|conventional"
    r"|earlier|other|various|numerous|early|classical|state-of-the-art|despite|while|although"
    r"|though|however|unfortunately|recently|yet|but|even|typically"
    r"|the (?:current|existing|previous|recent|dominant|standard))\b"
)
_DONE_BEFORE: Final = re.compile(
    r"\b(?:has|have) (?:recently|also|already|long|often|been|become|shown|gained|emerged|achieved"
    r"|demonstrated|made|attracted|seen|received|led|revolutioni[sz]ed|proven) "
)
_LACKS: Final = re.compile(
    r"\b(?:remains?|still|lacks?|suffers?|limited|challenging|challenges?|difficult|unclear"
    r"|under-?explored|unexplored|struggles?|fails?|overlook|neglect|ignore|costly|hinders?)\b"
)
_LIST: Final = re.compile(
    r"\b(?:contributions|findings|insights|observations) (?:are|is|include|emerge|stand)\b"
    r"|\bcontributions?:|\b(?:twofold|threefold|two-?folds?|as follows)\b"
    r"|\bmakes? (?:two|three|four|the following|several) (?:\w+ )?contributions"
)
_HOPE: Final = re.compile(
    rf"\b{_WE} (?:hope|believe|expect|conclude|thank|outline)\b|\bfuture (?:work|research|direction"
    r"|stud)|^(?:this|these|our) (?:work|results?|findings?|insights?) (?:\w+ )?(?:open|pave|lay"
    r"|mark|suggest|highlight|underscore|demonstrate|show|indicate|provide|offer|represent)\w*\b"
)
_POINTS_BACK: Final = re.compile(
    r"\b(?:this|these|such|those|the above|the aforementioned) (?:two |\w+ )?(?:problem|issue"
    r"|challenge"
    r"|limitation|gap|question|shortcoming|drawback|bottleneck|need|tension|trade-?off|failure"
    r"|insight|observation|finding|waste|transition|phenomen)\w*\b"
)


class Cues(NamedTuple):
    """What is known of a sentence besides its words.

    `overlap`: which share of the title's words it has, from 0 to 1. `has_name`: it has the name
    that the title gives to its system or data. `begins_with_name`: that is its subject.
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
    found = _PROPOSES.search(rest)
    proposes = found is not None
    value = 100.0 - _far(found) if found else _statement(rest, cues)
    value += 14 * cues.overlap + 10 * cues.has_name
    value += 7 * _has(_NAMED, rest) + 5 * _has(_A_NEW, rest)
    value += 6 * (len(rest) < len(sentence) and value >= 60)  # "In this paper," "To this end,"
    against = _doubts(sentence, rest) + (0 if proposes else _doubts_of_others(rest))
    return value - against - _files(rest, is_more=proposes)


def _far(found: Match[str]) -> float:
    """What a subject costs that comes late: "In the case that …, when both are …, we show"."""
    return min(10.0, found.start() // 15)


def _has(pattern: Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


def _begins(pattern: Pattern[str], text: str) -> bool:
    return pattern.match(text) is not None


def _files(rest: str, *, is_more: bool) -> float:
    """What a sentence costs that says where the code is; less when it also proposes something."""
    if not _has(_GIVEN_AWAY, rest) or _has(_RELEASES_NEW, rest):
        return 0.0
    return 20.0 if is_more else 60.0


def _statement(rest: str, cues: Cues) -> float:
    """What the sentence is worth by its subject and its verb, when it proposes nothing."""
    if _begins(_INTRODUCING, rest):
        return 95.0
    if found := _STUDIES.search(rest):
        known = (points for pattern, points in _WORTH if pattern.match(found["verb"]))
        return next(known, 60) + 4 * _begins(_OF_PAPER, rest) - _far(found)
    kinds = (
        (84.0, _begins(_TO_STUDY, rest) or _has(_LEADS_TO, rest)),
        (88.0, _begins(_CONTRIBUTION, rest)),
        (_of_passive(rest), True),
        (78.0 if _has(_IS_A, rest) else 72.0, cues.begins_with_name),
        (72.0, _has(_OF_PAPER, rest)),
        (64.0, _begins(_OUR_THING, rest)),
        (30.0, rest.startswith(("we ", "our "))),
        (10.0, True),
    )
    return next(points for points, is_so in kinds if is_so and points)


def _of_passive(rest: str) -> float:
    """ "A new method is proposed"; in the past it may be about others: "tools were developed"."""
    found = _PASSIVE.search(rest)
    if found is None or _IN_A_CLAUSE.search(rest[: found.start()]):
        return 0.0  # "…, which is often explored" is said of others
    is_new = _begins(_NEW_THING, rest) or "novel " in rest
    if found["time"] in {"was", "were"}:
        return 74.0 if is_new else 40.0
    return 86.0 if is_new else 46.0


def _doubts(sentence: str, rest: str) -> float:
    is_about_paper = _begins(_OF_PAPER, rest) or _begins(_INTRODUCING, rest)
    return (
        24 * (_begins(_ALSO, sentence) or _begins(_ALSO, rest) or _has(_WE_ALSO, rest))
        + 8 * _begins(_FOR_MORE, sentence)
        + 14 * (_begins(_PARTS, rest) and not is_about_paper)
        + 8 * sentence.startswith(("specifically", "in particular", "concretely", "first"))
        + 30 * _has(_MADE_FOR_CHECKS, rest)
        + 16 * _has(_ON_OURS, rest)
        + 25 * (_has(_ADDRESS, rest) or rest.count(HIDDEN) > 0.6 * len(rest))
        + 22 * _has(_LIST, rest)
        + 30 * _has(_HOPE, rest)
        + 5 * _has(_POINTS_BACK, rest)
        + 20 * (len(rest) < 45)
        + (12 if _begins(_STUDIES, rest) else 35) * rest.endswith("?")
    )


def _doubts_of_others(rest: str) -> float:
    """What speaks against a sentence that proposes nothing: it may be about other work."""
    return (
        38 * _begins(_RESULTS, rest)
        + 40 * _begins(_OTHERS, rest)
        + 30 * _has(_DONE_BEFORE, rest)
        + 12 * _has(_LACKS, rest)
    )
