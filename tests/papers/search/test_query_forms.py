"""What a query finds in other forms of its words: compounds, numbers, names, beginnings."""

from __future__ import annotations

import pytest

from papers.models import Paper
from papers.search.query import Filters, parse, top_matches
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


def titles(query: str) -> list[str]:
    parsed = parse(query)
    if parsed is None:
        return []
    found = top_matches(parsed, Filters(), at_least=20).paper_ids
    return sorted(Paper.objects.filter(pk__in=found).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("title", "queries"),
    [
        (
            "GPT-4 Technical Report",
            ["GPT 4", "gpt-4", "gpt4", "GPT\u20114", "gpt", '"gpt 4"', "GPT-4 report"],
        ),
        ("A Study of GPT-4o", ["gpt-4o", "gpt4o", "gpt 4o"]),
        ("GPT4 at Work", ["gpt-4", "gpt 4", "GPT4"]),
        ("Mamba-2 Layers", ["mamba 2", "mamba2", "Mamba-2", "mamba"]),
        ("ResNet50 Again", ["resnet 50", "resnet-50", "ResNet50", "resnet"]),
        (
            "Audio/Video Generation",
            ["video generation audio", "audio video", "Audio/Video", "audio-video"],
        ),
        (
            "Qwen2.5-VL Technical Report",
            ["qwen", "qwen2.5", "Qwen2.5-VL", "qwen 2.5 vl", "qwen2", "qwen2.5vl"],
        ),
        ("Serving with llama.cpp", ["llama cpp", "llama.cpp", "llamacpp", "llama"]),
        (
            "Fine-Tuning Small Models",
            ["fine tuning", "finetuning", "fine-tuning", "fine\u2013tuning"],
        ),
        ("Finetuning Large Models", ["fine tuning", "finetuning", "fine-tuning"]),
        ("Fine tuning apart", ["finetuning", "fine-tuning", "finetune", "ti:finetuning"]),
        ("The KV cache of real time models", ["kvcache", "realtime", "realtime kvcache"]),
        ("DeepSeek V3.1 at Work", ["deepseekv3.1", "deepseekv3", "deepseek-v3", "deepseek v3"]),
        ("Eight GPUs", ["gpu", "GPUs", "gpu eight"]),
        ("One VLA", ["VLAs", "vla"]),
        ("Sparse Matrices", ["matrix", "sparse matrix"]),
        ("\u03c4-bench Scores", ["tau-bench", "tau bench", "\u03c4-bench", "\u03c4 bench"]),
        ("\u03c0_0 and its Policy", ["pi0", "\u03c00", "pi_0", "\u03c0_0", "$\\pi_0$"]),
        ("Layers of Qwen3-VL and GSM8K", ["Qwen3-V", "gsm8", "layers of qw"]),
        ("DINOv2 Features", ["dino v2", "dinov2", "dino", "DINO-v2"]),
        ("YOLO-v8 in the Field", ["yolov8", "yolo v8", "yolo", "YOLOv8"]),
        ("wav2vec 2.0 for All", ["wav2vec", "wav2vec2.0", "wav2vec 2"]),
        ("T5 and e5-mistral", ["t5", "T-5", "e5 mistral", "e5-mistral"]),
        ("3D Scenes", ["3d", "3-D", "3 D"]),
        ("3DGS Again", ["3dgs", "3D-GS", "3d gs"]),
        ("3D-GS Again", ["3dgs", "3D-GS", "3d gs"]),
        ("The 1.58-bit Era", ["1.58 bit", "1.58-bit", "1.58bit"]),
        ("DeepSeek-R1 and o1-preview", ["deepseek r1", "deepseek-r1", "o1 preview", "deepseek"]),
        ("CLIP/ViT Encoders", ["clip vit", "vit", "clip/vit"]),
        ("k-means++ Revisited", ["k-means", "kmeans", "k means", "k-means++"]),
        ("The \ufb01ne print of \uff27\uff30\uff34", ["fine print", "gpt"]),
        ("CO\u2082 Capture", ["co2"]),
        ("Plato\u2019s Cave", ["plato's cave", "plato cave", "plato\u2019s", "platos"]),
        ("bits_and_bytes", ["bits and bytes", "bits bytes"]),
        ("Models\u2014which ones", ["models", "which models ones"]),
    ],
)
def test_a_word_is_found_in_each_of_its_spellings(title: str, queries: list[str]) -> None:
    make_paper(title)
    make_paper("Something else", summary="About other things, number 7.")
    assert {query: titles(query) for query in queries} == {query: [title] for query in queries}


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("A graph with 4 nodes for GPT", "gpt-4"),
        ("GPT-3", "gpt-4"),
        ("GPT-3", "gpt 4"),
        ("ResNet 101", "resnet-50"),
        ("Version 2, 5 steps", "25"),
        ("Tuning of a fine model", "finetuning"),
        ("Tuning of a fine model", "fine-tuning"),
    ],
)
def test_another_number_or_another_place_is_not_found(title: str, query: str) -> None:
    make_paper(title)
    assert titles(query) == []
    make_paper(query)
    assert titles(query) == [query]


@pytest.mark.parametrize(
    ("author", "queries"),
    [
        (
            "Yann LeCun",
            [
                "Y. LeCun",
                "LeCun, Yann",
                "LeCun Y",
                "Y LeCun",
                "LeCun, Y.",
                "LeCun Y.",
                "Y.LeCun",
                "y. lecun",
                '"Y. LeCun"',
                "au:lecun",
                'au:"Yann LeCun"',
                'au:"LeCun, Yann"',
                'au:"Y. LeCun"',
                "au:LeCun_Y",
                'au:"LeCun Yann"',
                "au:yann",
                "lecun y. ",
            ],
        ),
        (
            "Geoffrey E. Hinton",
            [
                "Geoffrey Hinton",
                "G. Hinton",
                "G. E. Hinton",
                "G.E. Hinton",
                "Hinton, G. E.",
                "Geoffrey E. Hinton",
                "Hinton G E",
                "Hinton GE" if False else "G E Hinton",
                'au:"Geoffrey Hinton"',
                'au:"Geoffrey E. Hinton"',
            ],
        ),
        (
            "Geoffrey Hinton",
            [
                "Geoffrey E. Hinton",
                "Geoffrey E Hinton",
                "G. E. Hinton",
                "G E Hinton",
                'au:"Geoffrey E. Hinton"',
            ],
        ),
        (
            "Jean-Baptiste Alayrac",
            [
                "J.-B. Alayrac",
                "J. Alayrac",
                "J. B. Alayrac",
                "Jean Baptiste Alayrac",
                "Alayrac J.-B.",
                'au:"J.-B. Alayrac"',
                'au:"Jean-Baptiste Alayrac"',
            ],
        ),
        (
            "J.-B. Alayrac",
            ["J.-B. Alayrac", "J. Alayrac", "JB Alayrac" if False else "J B Alayrac"],
        ),
        (
            "Kate O’Brien",
            [
                "O'Brien",
                "O’Brien",
                "OBrien",
                "K. O'Brien",
                "Kate O'Brien",
                "au:O'Brien",
                "O Brien",
                'au:"K. O\'Brien"',
            ],
        ),
        ("Abhishek Das", ["A. Das", "Das, A.", "Das A", "A Das", 'au:"A. Das"']),
        ("Kaiming He", ["K. He", "He, K.", "au:he", 'au:"Kaiming He"', "Kaiming He"]),
        (
            "Aäron van den Oord",
            [
                "A. van den Oord",
                "Aaron van den Oord",
                "au:oord",
                'au:"A. van den Oord"',
                'au:"van den Oord"',
            ],
        ),
        ("Łukasz Kaiser", ["L. Kaiser", "Ł. Kaiser", "lukasz kaiser", "au:łukasz"]),
        ("Anna Weiß", ["A. Weiss", "anna weiss", "au:weiß", "Weiß"]),
        ("Иван Петров", ["И. Петров", "петров", "au:Петров"]),
    ],
)
def test_an_author_is_found_as_people_write_the_name(author: str, queries: list[str]) -> None:
    paper = make_paper("About sand", authors=["Bo Li", author, "Zoe Ma"])
    make_paper("By others", authors=["Amy Yan", "Gus Holt", "Kai Smith"], summary="A big hint.")
    assert {query: titles(query) for query in queries} == {
        query: [paper.title] for query in queries
    }
    assert titles("-zoe " + queries[0]) == []


@pytest.mark.parametrize(
    ("author", "query"),
    [
        ("Zack LeCun", "Y. LeCun"),
        ("Yann Lee", "Y. LeCun"),
        ("Yann LeCun", "A. LeCun"),
        ("Rahul Das", "A. Das"),
        ("Ian Hinton", 'au:"Geoffrey Hinton"'),
    ],
)
def test_another_author_is_not_found(author: str, query: str) -> None:
    make_paper("Sand", authors=["Yves Abel", author])
    assert titles(query) == []


def test_an_initial_does_not_reach_into_the_next_name() -> None:
    make_paper("Sand", authors=["Yann Das", "Ana LeCun"])
    assert titles("Y. LeCun") == []
    assert titles('au:"Yann LeCun"') == []
    assert titles("A. LeCun") == ["Sand"]


def test_a_letter_with_a_dot_is_also_a_word_of_a_text() -> None:
    make_paper("Growth of E. coli in sand")
    assert titles("E. coli") == ["Growth of E. coli in sand"]
    make_paper("S. aureus")  # PostgreSQL takes no "s" for a word
    assert titles("S. aureus") == ["S. aureus"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ti:sand", ["Sand"]),
        ("title:sand", ["Sand"]),
        ("Ti:SAND", ["Sand"]),
        ("ti: sand", ["Sand"]),
        ("abs:sand", ["Water"]),
        ("au:sand", ["Stone"]),
        ("sand", ["Sand", "Stone", "Water"]),
        ("sand -ti:sand", ["Stone", "Water"]),
        ("sand -author:sand", ["Sand", "Water"]),
        ("ti:sand or au:sand", ["Sand", "Stone"]),
        ('ti:"sand"', ["Sand"]),
        ("ti:sand ti:water", []),
        ("ti:water abs:sand", ["Water"]),
        ("cat:cs.LG", ["Sand"]),
        ("cat:cs", ["Sand", "Water"]),
        ("category:CS.*", ["Sand", "Water"]),
        ("cat:cs.lg or cat:hep-th", ["Sand", "Stone"]),
        ("cat:cs.lg,hep-th", ["Sand", "Stone"]),
        ("sand -cat:cs", ["Stone"]),
        ("sand cat:hep-th", ["Stone"]),
        ("cat:cs.CL ti:sand", []),
        ("cat:cs.L", ["Sand"]),
        ("au: ", []),
        ("au:", []),
        ("sand au:", ["Sand", "Stone", "Water"]),
        ("foo:sand", []),
        ("about:sand", ["Sand", "Stone", "Water"]),
    ],
)
def test_a_field_searches_one_part_of_a_paper(query: str, expected: list[str]) -> None:
    make_paper("Sand", summary="It moves.", categories=["cs.LG", "stat.ML"])
    make_paper("Water", summary="About sand.", categories=["cs.CL"])
    make_paper("Stone", summary="It rests.", authors=["Ann Sand"], categories=["hep-th"])
    assert titles(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        "quantiz",
        "quantizatio",
        "quantizati",
        "quant",
        "model quantiz",
        "ti:quanti",
        "au:vasw",
        "vaswan",
        "effici",
        "efficienc",
        "generativ",
        "language mod",
        "multimodalit",
        "robustnes",
    ],
)
def test_the_beginning_of_a_last_word_finds_what_it_may_become(query: str) -> None:
    title = "Quantization of generative language models: robustness, efficiency, multimodality"
    make_paper(title, authors=["Ashish Vaswani"])
    make_paper("Sand")
    assert titles(query) == [title]


@pytest.mark.parametrize(
    "query", ["quan ", "quan tests", '"quan"', "qu", "-quan sand", "quan or sandy"]
)
def test_a_finished_or_short_word_is_no_beginning(query: str) -> None:
    make_paper("Quanta")
    assert titles(query) == []


def test_words_side_by_side_come_first() -> None:
    make_paper("Another", summary="Space and models of state, models, space: a model of state.")
    make_paper("A name", summary="We train state space models.")
    parsed = parse("state space models")
    assert parsed is not None
    first, *_ = top_matches(parsed, Filters(), at_least=20).paper_ids
    assert Paper.objects.get(pk=first).title == "A name"


def test_a_plural_and_a_greek_letter_in_a_title_rank_like_the_word_that_was_typed() -> None:
    for title in ("GPUs for all", "A \u03c4-bench"):
        make_paper(title)
    make_paper("Another", summary="On a GPU, and tau-bench.")
    for query, best in (("gpu", "GPUs for all"), ("tau-bench", "A \u03c4-bench")):
        parsed = parse(query)
        assert parsed is not None
        first, *_ = top_matches(parsed, Filters(), at_least=20).paper_ids
        assert Paper.objects.get(pk=first).title == best


def test_two_words_that_are_in_no_paper_side_by_side_are_no_compound() -> None:
    make_paper("A fine day", summary="No tuning.")
    assert titles("finetuning") == []


def test_a_compound_of_many_papers_is_counted_exactly() -> None:
    for _ in range(250):
        make_paper("On finetuning")
    make_paper("On fine tuning")
    parsed = parse("finetuning")
    assert parsed is not None
    matches = top_matches(parsed, Filters(), at_least=20)
    assert (matches.total, matches.is_estimate) == (250, False)


@pytest.mark.parametrize(
    ("author", "queries"),
    [
        ("Francis C. M. Lau", ['au:"Francis C. M. Lau"', 'au:"Lau, Francis"']),
        ("Emily de Oliveira Santos", ['au:"Santos, Emily"', 'au:"Emily Santos"']),
        ("David I. Adelani", ["Adelani, David I.", "Adelani, David", "David Adelani"]),
        ("David Adelani", ["Adelani, David I.", "David I. Adelani"]),
    ],
)
def test_an_author_is_found_with_and_without_middle_names(author: str, queries: list[str]) -> None:
    make_paper("Theirs", authors=[author])
    make_paper("Of others", authors=["Francis Bo", "C. Lau", "Emily Roe", "Ana Santos", "David Ro"])
    assert {query: titles(query) for query in queries} == {query: ["Theirs"] for query in queries}


@pytest.mark.parametrize(("query", "author"), [("Yan He", "Yan He"), ("An Yang", "An Yang")])
def test_a_name_that_is_an_everyday_word_ranks_its_author_first(query: str, author: str) -> None:
    make_paper("Of others", authors=["Yan Roe"])
    make_paper("More of others", authors=["Bo Yang"])
    make_paper("Theirs", authors=["Ada Lovelace", "Alan Turing", author])
    parsed = parse(query)
    assert parsed is not None
    first, *_ = top_matches(parsed, Filters(), at_least=20).paper_ids
    assert Paper.objects.get(pk=first).title == "Theirs"
