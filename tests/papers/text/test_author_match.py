"""Which printed names are a followed author. Each case is one way in which names are written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.author_match import (
    PrintedAuthors,
    author_key,
    in_reading_order,
    parse_authors,
    readings,
    same_author,
)
from papers.text.names import initials, is_group


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # case, accents, strokes
        ("jose garcia", "José García"), ("Jose Garcia", "Jose\u0301 Garci\u0301a"),
        ("Soren Orsted", "Søren Ørsted"), ("Lukasz Kaiser", "Łukasz Kaiser"),
        ("Strasse, Max", "Max Straße"), ("Aegir Thor", "Ægir Þor"), ("Dorde Ilic", "Đorđe Ilić"),
        ("Bernhard Schoelkopf", "Bernhard Schölkopf"), ("Bernhard Scholkopf", "Bernhard Schölkopf"),
        # order
        ("LeCun, Yann", "Yann LeCun"), ("LeCun Yann", "Yann LeCun"), ("LECUN Yann", "Yann LeCun"),
        ("Hinton, Geoffrey E.", "Geoffrey Hinton"), ("Li Wei", "Wei Li"),
        ("Garcia Marquez, Gabriel", "Gabriel García Márquez"),
        # middle names
        ("Geoffrey Hinton", "Geoffrey E. Hinton"), ("Geoffrey Hinton", "Geoffrey Everest Hinton"),
        ("Geoffrey E. Hinton", "Geoffrey Everest Hinton"), ("Geoffrey E Hinton", "Geoffrey Hinton"),
        ("John B. Smith", "John A. B. Smith"), ("Jose Garcia", "Jose Maria Garcia"),
        # initials
        ("Y. LeCun", "Yann LeCun"), ("Y LeCun", "Yann LeCun"), ("LeCun, Y.", "Yann LeCun"),
        ("LeCun Y.", "Yann LeCun"), ("Hinton GE", "Geoffrey E. Hinton"),
        ("G.E. Hinton", "G. E. Hinton"),
        ("M. José Lopez", "María José Lopez"), ("Y. Le Cun", "Yann LeCun"),
        # hyphens
        ("Jean Baptiste Alayrac", "Jean-Baptiste Alayrac"), ("J. Alayrac", "Jean-Baptiste Alayrac"),
        ("J.-B. Alayrac", "Jean-Baptiste Alayrac"), ("J. B. Alayrac", "Jean-Baptiste Alayrac"),
        ("JB Alayrac", "Jean-Baptiste Alayrac"), ("Weiming Li", "Wei-Ming Li"),
        ("Wei\u2011Ming Li", "Wei-Ming Li"), ("Ana Garcia-Lopez", "Ana Garcia Lopez"),
        # particles, apostrophes, suffixes, titles, nicknames, marks
        ("L. van der Maaten", "Laurens van der Maaten"),
        ("van der Maaten, L.", "Laurens van der Maaten"),
        ("Maaten, Laurens van der", "Laurens van der Maaten"), ("Maarten De Rijke", "M. de Rijke"),
        ("Pat O'Brien", "Pat O\u2019Brien"), ("Pat OBrien", "Pat O'Brien"),
        ("Yann Le Cun", "Yann LeCun"),
        ("Hal Daume", "Hal Daumé III"), ("Smith, John, Jr.", "John Smith"),
        ("Dr. Ada Lovelace", "Ada Lovelace"),
        ("Prof. Dr. Ada Lovelace", "Ada Lovelace"), ("Qi Zhu", "Qi (Kevin) Zhu"),
        ("Qi Zhu", 'Qi "Kevin" Zhu'),
        ("Ada Lovelace", "Ada Lovelace*"),
        # short families, one word, teams, other scripts
        ("Weinan E", "Weinan E"), ("E, Weinan", "Weinan E"), ("W. E", "Weinan E"),
        ("madonna", "Madonna"),
        ("qwen team", "Qwen Team"), ("DeepSeek AI", "DeepSeek-AI"), ("张伟", "张伟"),
        ("张 伟", "张伟"),
        ("Иван Петров", "ИВАН ПЕТРОВ"), ("Yi R.", "Yi R."),
    ],
)  # fmt: skip
def test_two_spellings_of_a_name_are_one_author(one: str, other: str) -> None:
    assert same_author(one, other)
    assert same_author(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wei Li", "Wei Liu"), ("Wei Li", "Wei-Ming Li"), ("Wei Li", "Weiming Li"),
        ("John A. Smith", "John B. Smith"), ("John Albert Smith", "John Adam Smith"),
        ("Yann LeCun", "Yves LeCun"), ("Y. LeCun", "Z. LeCun"), ("Y. Li", "Li Yang"),
        ("LeCun", "Yann LeCun"), ("Yann", "Yann LeCun"), ("Geoffrey Hinton", "Hinton Williams"),
        ("Jean-Baptiste Alayrac", "Jean Alayrac"), ("J.-B. Alayrac", "Jean-Marc Alayrac"),
        ("Gabriel Garcia Marquez", "Gabriel Garcia"), ("Ada Lovelace", "Adam Lovelace"),
        ("Qwen Team", "Qwen Research Team"), ("Gemini Team", "Gemini Robotics Team"),
        ("Qwen Team", "Kimi Team"), ("张伟", "张伟明"), ("张伟", "李伟"), ("Weinan E", "Weinan Li"),
        ("Иван Петров", "Иван Петренко"), ("", "x"), ("*", "x"),
    ],
)  # fmt: skip
def test_names_that_conflict_are_two_authors(one: str, other: str) -> None:
    assert not same_author(one, other)
    assert not same_author(other, one)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Lovelace", ("Ada Lovelace",)),
        ("LeCun, Yann", ("LeCun, Yann",)),
        ("LeCun,Y.", ("LeCun, Y.",)),
        ("Jose Garcia, Yann LeCun", ("Jose Garcia", "Yann LeCun")),
        ("LeCun, Yann; Hinton, Geoffrey", ("LeCun, Yann", "Hinton, Geoffrey")),
        ("LeCun, Yann, Hinton, Geoffrey", ("LeCun, Yann", "Hinton, Geoffrey")),
        ("LeCun, Y., Hinton, G. E.", ("LeCun, Y.", "Hinton, G. E.")),
        ("van der Maaten, Laurens", ("van der Maaten, Laurens",)),
        ("Hinton, Geoffrey Everest", ("Hinton, Geoffrey Everest",)),
        ("Garcia Marquez, Gabriel", ("Garcia Marquez, Gabriel",)),
        ("Das, Rohan Kumar", ("Das, Rohan Kumar",)),
        ("Smith, John, Jr.", ("Smith, John Jr.",)),
        ("Ann Lee, Bo Li, Carl Ong", ("Ann Lee", "Bo Li", "Carl Ong")),
        ("Jiequn Han, Weinan E", ("Jiequn Han", "Weinan E")),
        ("Qwen Team, DeepSeek-AI", ("Qwen Team", "DeepSeek-AI")),
        ("OpenAI, Anthropic", ("OpenAI", "Anthropic")),
        ("Madonna, Y. LeCun", ("Madonna", "Y. LeCun")),
        ("Ada Lovelace and Alan Turing", ("Ada Lovelace", "Alan Turing")),
        ("Ada Lovelace\n\n Alan   Turing & Bo Li", ("Ada Lovelace", "Alan Turing", "Bo Li")),
        ("张伟、李娜", ("张伟", "李娜")),
        ("José García; Jose Garcia, JOSE GARCIA; Garcia, Jose", ("Garcia, Jose",)),
        ('"Ada Lovelace", “Bo Li”', ("Ada Lovelace", "Bo Li")),
        ("- Ada Lovelace\r\n• Bo Li", ("Ada Lovelace", "Bo Li")),
        ("Yann LeCun (NYU, Meta); Hinton, G.", ("Yann LeCun", "Hinton, G.")),
        ("Yann LeCun, Ph.D.", ("Yann LeCun Ph.D.",)),
        ("1. Ada Lovelace\n2) Bo Li", ("Ada Lovelace", "Bo Li")),
        (
            "Ada Lovelace or Bo Li | Ann Lee / Carl Ong • Y. Cho\tM. Po",
            ("Ada Lovelace", "Bo Li", "Ann Lee", "Carl Ong", "Y. Cho", "M. Po"),
        ),
        ("Ada Lovelace et al.", ("Ada Lovelace",)),
        ("Ada Lovelace\u00b9*, Bo Li\u2020; Carl Ong.", ("Ada Lovelace", "Bo Li", "Carl Ong")),
        ("Oord, A. van den", ("Oord, A. van den",)),
        ("*", ("*",)),
        (" ,; ", ()),
    ],
)
def test_a_comma_separates_names_unless_it_follows_a_family(
    line: str, names: tuple[str, ...]
) -> None:
    assert parse_authors(line) == names


@given(st.text(alphabet="abAB .,;-é'", max_size=40))
def test_reading_names_again_gives_the_same_names(line: str) -> None:
    names = parse_authors(line)
    assert [parse_authors(name) for name in names] == [(name,) for name in names]


def test_a_line_of_very_many_words_is_read_in_one_way() -> None:
    """Each way to read 2,000 words takes them all: together a process is busy for seconds."""
    assert len(readings("Ada Lovelace " * 6)) > 1
    assert [reading.given for reading in readings("Ada Lovelace " * 7)] == [()]


def test_a_name_is_shown_with_its_family_last() -> None:
    assert in_reading_order("LeCun, Yann") == "Yann LeCun"
    assert in_reading_order("Smith, Jr.") == "Smith, Jr."
    assert in_reading_order("Yann LeCun") == "Yann LeCun"


def test_one_key_stands_for_the_spellings_of_a_name() -> None:
    assert author_key("García, José") == author_key("jose garcia")
    assert author_key("Jose Garcia") != author_key("Jose M. Garcia")
    assert author_key("*") != author_key("!")


def test_a_team_is_no_person() -> None:
    assert [is_group(name) for name in ("Qwen Team", "DeepSeek-AI", "OpenAI", "Ai Weiwei")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert [reading.family for reading in readings("Qwen Team")] == ["qwenteam"]


def test_the_papers_of_a_line_of_names_are_found() -> None:
    papers = PrintedAuthors([["Yann LeCun", "Bo Li"], ["LeCun Yann"], ["Geoffrey E. Hinton"], []])
    assert papers.written_by("LeCun, Yann") == [True, True, False, False]
    assert papers.written_by("Yann LeCun; G. Hinton") == [True, True, True, False]
    assert papers.written_by("Wei Li") == [False] * 4


@pytest.mark.shared
def test_what_a_card_prints_of_a_recorded_author_finds_the_author(shared: Path) -> None:
    with gzip.open(shared / "data" / "daily_papers.jsonl.gz", "rt") as lines:
        names = sorted({name for line in lines for name in json.loads(line)["authors"] or ()})
    people = [name for name in names if not is_group(name)]
    assert len(people) > 20_000
    assert [name for name in people if not same_author(initials(name), name)] == []
    assert [name for name in names if len(parse_authors(name)) != 1] == []
