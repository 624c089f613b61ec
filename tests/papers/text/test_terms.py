"""Which texts mention a term. Each case is one way of writing that papers and readers differ in."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.terms import (
    FoldedTexts,
    compile_term,
    fold_term,
    folded,
    parse_terms,
    spellings,
)


def is_mentioned(term: str, text: str) -> bool:
    return FoldedTexts([text]).mentioning(term) == [True]


FINE_TUNING = ["fine-tuning", "fine tuning", "finetuning", "Fine\u2011Tuning", "FINE\u2013TUNING"]


@pytest.mark.parametrize("term", FINE_TUNING)
@pytest.mark.parametrize(
    "written", [*FINE_TUNING, "fine-\ntuning", "fine\u00adtuning", "fine_tuning"]
)
def test_a_hyphen_a_space_and_nothing_are_the_same(term: str, written: str) -> None:
    assert is_mentioned(term, f"We show how {written}, done well, helps.")


@pytest.mark.parametrize(
    "hyphen",
    ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\ufe63", "\uff0d", "\u200b"],
)
def test_every_hyphen_and_dash_is_a_hyphen(hyphen: str) -> None:
    assert is_mentioned("zero-shot", f"a zero{hyphen}shot learner")
    assert is_mentioned(f"zero{hyphen}shot", "a zero-shot learner")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        # any case, whole words
        ("rag", "RAG-based answers"), ("AI", "about ai."), ("LoRA", "(lora)"),
        ("diffusion", "Diffusion"),
        # singular and plural, of each word
        ("model", "Models"), ("models", "one model"), ("diffusion policy", "Diffusion Policies"),
        ("matrices", "a matrix"), ("systems biology", "system biology"), ("LLM", "LLMs"),
        ("LLMs", "an LLM"), ("llms", "an LLM"), ("MoE", "MoEs"), ("moes", "an MoE"),
        ("IoU", "IoUs"),
        ("xLSTM", "xLSTMs"), ("torus", "Tori"), ("synopsis", "synopses"),
        ("AI", "two AIs"), ("GP", "GPs"), ("GPs", "a GP"),
        ("model", "model(s)"), ("policy", "the policy's value"), ("sales force", "Salesforce"),
        # joined in other ways
        ("k-NN", "kNN"), ("kNN", "a k-NN graph"), ("3D", "3-D scenes"), ("3-D", "3D"),
        ("GPT-4", "GPT 4"), ("GPT-4", "GPT4"), ("GPT4", "GPT-4,"), ("e-mail", "email"),
        ("text/image", "text-image"), ("vision language", "vision/language"),
        ("snake_case", "snakecase"),
        ("text-to-image", "text to image"), ("texttoimage", "text-to-image"), ("R&D", "R & D"),
        ("self-supervised", "(self-)supervised"), ("in-context learning", "in context learning"),
        ("incontext learning", "in context learning"), ("open source", "Open-Source"),
        # a name and its number
        ("GPT", "GPT4"), ("GPT", "GPT-4o"), ("Qwen", "Qwen2.5-VL"), ("Llama 3", "Llama3"),
        ("dino", "DINOv2"), ("DINO", "DINOv2's"), ("dino v2", "DINOv2"), ("yolo", "YOLOv8n"),
        ("deepseekv3", "DeepSeek V3"),
        # dots and signs
        ("llama.cpp", "llama cpp"), ("Node.js", "NodeJS"), ("nodejs", "in Node.js."),
        ("GPT-3.5", "GPT3.5"), ("v2.0", "in v2.0."), ("C++", "in C++."), ("C++", "C++-like"),
        ("C++", "C++17"),
        ("C#", "C# code"), (".NET", "the .NET core"), ("ASP.NET", "asp.net"), ("A*", "A* search"),
        ("LLaVA", "LLaVA++"), ("LLaVA++", "LLaVA++"), ("1000", "1,000 users"),
        ("1,000", "1000 users"),
        # everyday words that are acronyms in capitals
        ("U.S.", "the US army"), ("US", "in the U.S."), ("US", "the US."), ("us", "let us go"),
        ("it", "it works"), ("WHO", "as the WHO says"),
        # apostrophes
        ("Alzheimers", "Alzheimer's disease"), ("Alzheimer's", "Alzheimer\u2019s"),
        ("d'Alembert", "d\u2019Alembert\u2019s paradox"), ("Alzheimer", "Alzheimer's"),
        # letters
        ("naive", "naïve"), ("naïve", "nai\u0308ve"), ("Schrodinger", "Schrödinger's cat"),
        ("Poincaré", "Poincare"), ("Lojasiewicz", "Łojasiewicz"), ("straße", "STRASSE"),
        ("fine", "ﬁne"), ("Σίγμας", "ΣΊΓΜΑΣ"), ("β-VAE", "beta-VAE"), ("beta vae", "β\u2011VAE"),
        ("pi0", "π₀"), ("H2O", "H₂O"), (r"$\alpha$-divergence", "the α-divergence"),
        ("ＲＡＧ", "RAG"),
        # scripts without spaces, and pictures
        ("模型", "大型语言模型的"), ("言語モデル", "大規模言語モデル"), ("ภาษา", "โมเดลภาษาไทย"),
        ("हिन्दी", "हिन्दी भाषा"), ("언어모델", "언어모델을 위한"),
        ("🤗", "the🤗hub"), ("модели", "Модели мира"),
        # invisible characters in either
        ("diff\u200busion", "diffusion"), ("diffusion", "diffu\u00adsion"),
        ("\ufeffagent", "agents"),
        # line ends, quotes, punctuation around
        ("state space", "state\nspace"), ('"state space"', "state-space models"),
        ("“state space”", "statespace"), ("deep learning", "“deep” learning"), ("agents.", "agent"),
        # punctuation of the term's own
        ("Zero-shot: a survey", "Zero Shot: A Survey"), ('"nlp, agents"', "of NLP, agents and"),
    ],
)  # fmt: skip
def test_a_text_mentions_a_term_however_both_are_written(term: str, text: str) -> None:
    assert is_mentioned(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("RAG", "a fragment"), ("GAN", "an organ"), ("AI", "we maintain"), ("art", "cartography"),
        ("gas", "in GA."), ("ga", "a gas"), ("bias", "bia"), ("bia", "a bias"), ("loss", "los"),
        ("new", "news"), ("university", "universe"), ("dynamics", "dynamic programming"),
        ("physics", "physic"), ("GP", "GPS"), ("gps", "GP"), ("generation", "generative"),
        ("GPT-4", "GPT-40"), ("GPT-4", "GPT-4o"), ("GPT-4", "GPT4o"), ("GPT-3", "GPT-3.5"),
        ("GPT-35", "GPT-3.5"), ("v20", "v2.0"), ("2024", "20 24"), ("20-24", "2024"), ("14", "1,4"),
        ("word", "word2vec"), ("con", "conv2d"), ("C", "C++17"),
        ("C", "in C++"), ("C++", "plan C"), ("A", "A* search"),
        (".NET", "a net"),
        ("U.S.", "let us go"), ("US", "between us"), ("IT", "it works"), ("WHO", "those who know"),
        ("island", "it is land"), ("inpainting", "advances in painting"), ("another", "an other"),
        ("state space", "space state"), ("state space", "in this state, space is"),
        ("fine tuning", "This is fine. Tuning helps"), ("state space", "state of space"),
        ("deep learning", "too deep: learning stops"), ("ภาษา", "โมเดล"), ("模型", "模 is 型"),
        ("Transformer", "TransformerTM"), ("модель", "модем"), ("graph", "paragraph"),
    ],
)  # fmt: skip
def test_a_text_with_something_alike_does_not_mention_a_term(term: str, text: str) -> None:
    assert not is_mentioned(term, text)


def test_a_term_of_very_many_words_is_looked_for() -> None:
    """Words of scripts without spaces are one sign long: a whole field may be one term."""
    assert is_mentioned("模" * 4000, "模" * 4000)
    assert not is_mentioned("模" * 4000, "模" * 3999)


def test_a_title_and_its_abstract_do_not_make_a_phrase_together() -> None:
    assert not is_mentioned("state space", "The hidden state\n\nSpace is the place.")


@pytest.mark.parametrize("term", ["", " ", "…", "-", "™", '""', "\u200b", "!?"])
def test_a_term_without_a_word_is_mentioned_nowhere(term: str) -> None:
    assert compile_term(term) is None
    assert fold_term(term) == ""
    assert FoldedTexts(["", term, "a text … - ™"]).mentioning(term) == [False] * 3


def test_a_stored_line_with_commas_is_several_terms() -> None:
    texts = FoldedTexts(["On NLP", "On agents", "On graphs"])
    assert texts.mentioning("nlp, agents") == [True, True, False]


@pytest.mark.parametrize(
    ("line", "terms"),
    [
        ("diffusion", ("diffusion",)),
        ("nlp, agents", ("nlp", "agents")),
        (" nlp ;agents,, \n graph   networks ; ", ("nlp", "agents", "graph networks")),
        ("nlp、agents；图", ("nlp", "agents", "图")),
        ('"state space"', ("state space",)),
        ("“state space”, „deep  nets“", ("state space", "deep nets")),
        ('"state space" models', ("state space models",)),
        ('"state space" "deep nets"', ("state space", "deep nets")),
        ('"nlp, agents"; robots', ('"nlp, agents"', "robots")),
        ('"nlp, agents', ("nlp", "agents")),
        ("1,000 genomes, 10,5", ("1,000 genomes", "10", "5")),
        ("Fine-tuning, models; finetuning, model", ("finetuning", "model")),
        ("…, agents", ("…", "agents")),
        ("vision or hearing", ("vision", "hearing")),
        ("- agents\r\n• graph nets\u2028* k-NN", ("agents", "graph nets", "k-NN")),
        ("1. agents\n2) graph nets\n10. k-NN", ("agents", "graph nets", "k-NN")),
        (
            "agents|robots | LLMs / graphs • maps\tgames",
            ("agents", "robots", "LLMs", "graphs", "maps", "games"),
        ),
        ("text/image, p(x|y), 3. 5", ("text/image", "p(x|y)", "5")),
        ("large language models (LLMs)", ("large language models", "LLMs")),
        ('"language model (LM)"', ("language model (LM)",)),
        ("(self-)supervised, model(s)", ("(self-)supervised", "model(s)")),
        (",;,", ()),
        ("", ()),
    ],
)
def test_commas_and_semicolons_separate_the_terms_of_a_line(
    line: str, terms: tuple[str, ...]
) -> None:
    assert parse_terms(line) == terms


@given(st.text(max_size=60))
def test_reading_a_term_again_gives_the_same_term(line: str) -> None:
    terms = parse_terms(line)
    assert [parse_terms(term) for term in terms] == [(term,) for term in terms]


@given(st.text(max_size=60))
def test_any_text_is_folded_to_one_edge_for_each_letter_and_the_end(text: str) -> None:
    letters, edges = folded(text)
    assert len(edges) == len(letters) + 1


@given(st.text(alphabet="abc -.,'\"é3", max_size=12), st.text(alphabet="abc -.,é", max_size=20))
def test_a_term_with_a_word_is_mentioned_by_a_text_that_quotes_it(term: str, around: str) -> None:
    for one in parse_terms(term):
        if compile_term(one):
            assert is_mentioned(one, f"{around}\n\n{one}\n\n{around}")


def test_a_term_says_what_else_it_stands_for() -> None:
    assert spellings("fine-tuning") == ("fine tuning", "finetuning")
    assert spellings("reward\u2011model") == ("reward model", "rewardmodel", "reward-models")
    assert spellings("policies") == ("policy",)
    assert spellings("state space models") == ("state space model",)
    assert [spellings(term) for term in ("RAG", "nlp", "a, b", "GPT-3.5", "…", "")] == [()] * 6


@pytest.mark.shared
def test_recorded_abstracts_mention_a_term_in_each_of_its_spellings(shared: Path) -> None:
    """Of 4,852 recorded papers the same ones are found, however the term is typed."""
    with gzip.open(shared / "data" / "daily_papers.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    texts = FoldedTexts([f"{row['title']}\n\n{row['abstract']}" for row in rows])
    found = [sum(texts.mentioning(term)) for term in FINE_TUNING]
    assert found == [found[0]] * len(FINE_TUNING)
    assert found[0] > 400
