"""What was learned about a reader, in words: the papers that count, their topics, their words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from papers.models import Paper, PaperTopic, PaperVector, SearchWord, Topic
from papers.text.searchable import words
from papers.text.tex import unicode_math
from subscribers.models import Feedback, ReaderProfile, Subscriber

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TOPICS: Final = 6
WORDS: Final = 12
_SHORTEST: Final = 4  # letters of a word that is shown
_COMMON: Final = 0.1  # of all papers: a word of more tells nothing
_IN_A_TITLE: Final = 2.0  # times as much as in an abstract
_ENOUGH: Final = 3  # papers, from which on a word of one abstract alone tells nothing
# Words of any abstract: in a small archive they are as rare as the words that tell something.
_OF_ANY_PAPER: Final = frozenset((
    "able", "achieve", "achieves", "allow", "allows", "apply", "applied", "become", "bring",
    "brings", "enable", "enables", "find", "finds", "form", "forms", "found", "give", "gives",
    "good", "handful", "hard", "help", "helps", "improve", "improves", "keep", "keeps", "lead",
    "leads", "little", "make", "makes", "making", "many", "need", "needs", "often", "once",
    "paper", "papers", "possible", "propose", "quite", "recent", "require", "requires", "result",
    "results", "runs", "several", "show", "shows", "simple", "study", "such", "take", "takes",
    "turn", "turns", "well", "work", "works", "yield", "yields",
))  # fmt: skip
_WORDS: Final[Mapping[Feedback.Kind, _StrPromise]] = {
    Feedback.Kind.SEED: _("You named it"),
    Feedback.Kind.SAVE: _("You saved it"),
    Feedback.Kind.MORE: _("You want more like it"),
    Feedback.Kind.LESS: _("You want less like it"),
    Feedback.Kind.UPVOTE: _("You upvoted it"),
}
_LEAST_COUNTED: Final = 50  # papers: in a smaller archive every word is rare


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a reader said of a paper."""

    kind: Feedback.Kind
    at: datetime

    @property
    def words(self) -> str:
        """It as the reader's own page says it."""
        return str(_WORDS[self.kind])


@dataclass(frozen=True, slots=True)
class LearnedPaper:
    """A paper that counts, and all that the reader said of it, the last first."""

    paper: Paper
    said: Sequence[Said]


@dataclass(frozen=True, slots=True)
class TopicShare:
    """How much of the liked papers is about a topic: from 0 to 1, all topics together 1."""

    slug: str
    name: str
    share: float

    @property
    def percent(self) -> int:
        return round(100 * self.share)


@dataclass(frozen=True, slots=True)
class Learned:
    """What the page shows. `ignored_topics`: slug → name.

    `waiting`: how many of the papers have no vector yet, so that they count for nothing.
    """

    liked: Sequence[LearnedPaper]
    disliked: Sequence[LearnedPaper]
    topics: Sequence[TopicShare]
    words: Sequence[str]
    ignored_topics: Mapping[str, str]
    ignored_words: Sequence[str]
    balance: int
    waiting: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.liked or self.disliked)


def learned(subscriber: Subscriber) -> Learned:
    """What was learned about a reader. Eight queries."""
    profile = ReaderProfile.objects.filter(subscriber=subscriber).first()
    profile = profile or ReaderProfile(subscriber=subscriber)
    liked, disliked = _papers(subscriber, profile)
    links = PaperTopic.objects.filter(paper__in=profile.liked, topic__is_active=True)
    weights = links.values_list("topic__slug", "topic__name", "weight")
    texts = [(one.paper.title, one.paper.summary) for one in liked]
    shares = topic_shares(weights)
    return Learned(
        liked=liked,
        disliked=disliked,
        topics=[one for one in shares if one.slug not in profile.ignored_topics][:TOPICS],
        words=_words(texts, profile.ignored_words),
        ignored_topics=_topic_names(profile.ignored_topics),
        ignored_words=profile.ignored_words,
        balance=profile.balance,
        waiting=_waiting([one.paper.pk for one in (*liked, *disliked)]),
    )


def topic_shares(weights: Iterable[tuple[str, str, float]]) -> list[TopicShare]:
    """The topics of papers, (slug, name, weight) for each paper that has one; largest first."""
    sums: Counter[tuple[str, str]] = Counter()
    for slug, name, weight in weights:
        sums[slug, name] += weight  # type: ignore[assignment] # (a Counter of floats)
    total = sum(sums.values())
    shares = [TopicShare(slug, name, value / total) for (slug, name), value in sums.items()]
    return sorted(shares, key=lambda one: (-one.share, one.name))


def telling_words(
    texts: Sequence[tuple[str, str]], papers_with: Mapping[str, int], total: int
) -> list[str]:
    """The words of titles and abstracts that tell most, best first: in many of these papers and in
    few of all. Of three texts on, one abstract alone is not many.

    Args:
        papers_with: in how many of all papers each word is; a word that is not there is not shown.
        total: how many papers there are.
    """
    worth: defaultdict[str, float] = defaultdict(float)
    least = _IN_A_TITLE if len(texts) >= _ENOUGH else 1.0
    for title, summary in texts:
        in_title = set(_shown_words(title))
        for word in in_title | set(_shown_words(summary)):
            worth[word] += _IN_A_TITLE if word in in_title else 1.0
    counted = max(total, _LEAST_COUNTED)
    most = max(2, _COMMON * counted)  # and the name of one paper's own method tells nothing
    rare = [
        word
        for word, value in worth.items()
        if value >= least and 1 < papers_with.get(word, 0) <= most
    ]
    return sorted(rare, key=lambda word: (-worth[word] * log(counted / papers_with[word]), word))


def _papers(
    subscriber: Subscriber, profile: ReaderProfile
) -> tuple[list[LearnedPaper], list[LearnedPaper]]:
    """The liked and the disliked papers of a profile, in its order."""
    ids = [*profile.liked, *profile.disliked]
    papers = Paper.objects.defer("search").in_bulk(ids)
    said: defaultdict[int, list[Said]] = defaultdict(list)
    rows = subscriber.feedback.filter(paper__in=ids).order_by("-at", "-id")
    for paper_id, kind, at in rows.values_list("paper_id", "kind", "at"):
        said[paper_id].append(Said(Feedback.Kind(kind), at))

    def known(numbers: Sequence[int]) -> list[LearnedPaper]:
        return [LearnedPaper(papers[one], said[one]) for one in numbers if one in papers]

    return known(profile.liked), known(profile.disliked)


def _waiting(papers: Sequence[int]) -> int:
    return len(papers) - PaperVector.objects.filter(paper__in=papers).count() if papers else 0


def _words(texts: Sequence[tuple[str, str]], ignored: Sequence[str]) -> list[str]:
    every = {word for title, summary in texts for word in (*words(title), *words(summary))}
    counts = dict(SearchWord.objects.filter(word__in=every).values_list("word", "papers"))
    total = Paper.objects.count() if texts else 0
    found = _without_plurals([*ignored, *telling_words(texts, counts, total)])
    return [word for word in found if word not in ignored][:WORDS]


def _shown_words(text: str) -> list[str]:
    found = (word for word in words(unicode_math(text)) if word not in _OF_ANY_PAPER)
    return [word for word in found if len(word) >= _SHORTEST and word.isalpha()]


def _without_plurals(found: Iterable[str]) -> list[str]:
    """Of "agent" and "agents" the first one only."""
    kept: dict[str, None] = {}
    for word in found:
        others = {word.removesuffix("s"), word.removesuffix("es"), f"{word}s", f"{word}es"}
        if not ({word} | others) & kept.keys():
            kept[word] = None
    return list(kept)


def _topic_names(slugs: Sequence[str]) -> dict[str, str]:
    names = dict(Topic.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return {slug: names[slug] for slug in slugs if slug in names}
