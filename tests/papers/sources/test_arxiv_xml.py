"""Parsing arXiv: recorded responses, and everything that comes in their place."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fakes.arxiv import entry, feed, refusal
from papers.sources import SourceError
from papers.sources.arxiv_xml import Entry, parse_announcements, parse_query

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    + b"]><feed>&j;</feed>"
)  # fmt: skip
FOREIGN = (
    b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&x;</title></entry></feed>'
)
RSS = """<?xml version="1.0"?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 version="2.0"><channel><skipDays><day>Sunday</day></skipDays>{}</channel></rss>"""
ITEM = """<item><title>On walruses</title>
<guid isPermaLink="false">oai:arXiv.org:2503.00001v2</guid>
<description>arXiv:2503.00001v2 Announce Type: {kind}
Abstract: We study walruses.</description><category>cs.LG</category><category>cs.CL</category>
<pubDate>Fri, 14 Mar 2025 00:00:00 -0400</pubDate><arxiv:announce_type>{kind}</arxiv:announce_type>
<dc:creator>Andr\\'e Weil, Ada Lovelace and Alan Turing</dc:creator></item>"""


def only(content: bytes) -> Entry:
    (found,) = parse_query(content).entries
    return found


def refused(content: bytes) -> SourceError:
    with pytest.raises(SourceError) as error:
        parse_query(content)
    with pytest.raises(SourceError):
        parse_announcements(content)
    return error.value


# ── recordings ───────────────────────────────────────────────────────────────


def recorded(shared: Path, name: str) -> bytes:
    (file,) = (shared / "data" / "recorded" / "arxiv_atom").glob(f"{name}.json")
    body: str = json.loads(file.read_text())["body"]
    return body.encode()


@pytest.mark.shared
def test_every_recorded_response_is_read_in_full(shared: Path) -> None:
    files = sorted((shared / "data" / "recorded" / "arxiv_atom").glob("q_*.json"))
    assert len(files) == 11
    for file in files:
        body = json.loads(file.read_text())["body"]
        answer = parse_query(body.encode())
        assert len(answer.entries) == body.count("<entry>")
        assert answer.unreadable == ()
        for found in answer.entries:
            assert found.title
            assert found.abstract
            assert found.authors
            assert found.categories
            assert found.published_on


@pytest.mark.shared
def test_a_recorded_entry_is_read_in_full(shared: Path) -> None:
    found = only(recorded(shared, "id_1605.08386_*"))
    assert found.arxiv_id == "1605.08386"
    assert found.version == 1
    assert found.title == "Heat-bath random walks with Markov bases"
    assert found.authors == ("Caprice Stanley", "Tobias Windisch")
    assert found.categories == ("math.CO", "math.ST")
    assert found.published_on == date(2016, 5, 26)
    assert found.comment == "20 pages, 3 figures"
    assert not found.is_withdrawn


@pytest.mark.shared
def test_recorded_old_ids_keep_their_archive(shared: Path) -> None:
    assert only(recorded(shared, "id_astro-ph_*")).arxiv_id == "astro-ph/0601001"
    found = only(recorded(shared, "id_quant-ph_*"))
    assert found.arxiv_id == "quant-ph/0201082"
    assert found.categories[0] == "quant-ph"


@pytest.mark.shared
def test_a_recorded_response_without_entries_is_no_error(shared: Path) -> None:
    assert parse_query(recorded(shared, "id_0000.0000_*")).entries == ()


@pytest.mark.shared
def test_the_recorded_error_is_permanent(shared: Path) -> None:
    with pytest.raises(SourceError, match="incorrect id format for abc") as error:
        parse_query(recorded(shared, "id_abc_*"))
    assert error.value.permanent


@pytest.mark.shared
def test_the_recorded_feed_is_read_in_full(shared: Path) -> None:
    file = shared / "data" / "recorded" / "arxiv_rss" / "arxiv_rss_example.xml"
    answer = parse_announcements(file.read_bytes())
    assert [found.announced for found in answer.entries] == ["cross"] * 5 + ["new"] * 2
    assert {found.announced_on for found in answer.entries} == {date(2025, 8, 20)}
    assert answer.entries[2].authors == ("Paulo André Lima de Castro",)
    assert answer.entries[3].authors[-1] == "Shirui Pan"
    assert len(answer.entries[3].authors) == 7
    for found in answer.entries:
        assert not found.abstract.startswith(("arXiv:", "Abstract"))
        assert "cs.AI" in found.categories


# ── entries ──────────────────────────────────────────────────────────────────


def test_the_primary_category_comes_first_and_each_once() -> None:
    content = feed(entry("2503.00001", categories=("stat.ML", "cs.LG", "stat.ML")))
    assert only(content).categories == ("stat.ML", "cs.LG")


@pytest.mark.parametrize(
    "term", ["68T07", "I.2.7; F.2.2", "cs." + "X" * 30, "", "cs LG", "CS.LG", "Secondary"]
)
def test_a_category_of_another_scheme_is_left_out(term: str) -> None:
    assert only(feed(entry("2503.00001", categories=("cs.LG", term)))).categories == ("cs.LG",)


@pytest.mark.parametrize("term", ["cs.LG", "hep-th", "cond-mat.mes-hall", "physics.data-an"])
def test_every_spelling_of_a_category_is_accepted(term: str) -> None:
    assert only(feed(entry("2503.00001", categories=(term,)))).categories == (term,)


def test_versions_of_a_paper_are_folded_into_the_newest() -> None:
    content = feed(
        entry("2503.00001", version=2, title="Newer", published="2025-03-20T00:00:00Z"),
        entry("2503.00002"),
        entry("2503.00001", version=1, title="Older", published="2025-03-12T00:00:00Z"),
    )
    first, second = parse_query(content).entries
    assert (first.title, first.version, first.published_on) == ("Newer", 2, date(2025, 3, 12))
    assert second.arxiv_id == "2503.00002"


def test_spaces_and_line_breaks_are_folded_and_paragraphs_kept() -> None:
    found = only(feed(entry("2503.00001", title="On\n  walruses", abstract="One\n two.\n\nThree.")))
    assert found.title == "On walruses"
    assert found.abstract == "One two.\n\nThree."


@pytest.mark.parametrize(
    "garbled",
    [entry("no id at all"), entry("2503.00002", title="…"), entry("2503.00002", title="x" * 501)],
)
def test_an_unreadable_entry_does_not_lose_the_others(garbled: str) -> None:
    answer = parse_query(feed(entry("2503.00001"), garbled, entry("2503.00003")))
    assert [found.arxiv_id for found in answer.entries] == ["2503.00001", "2503.00003"]
    assert len(answer.unreadable) == 1


def test_a_response_of_which_most_entries_are_unreadable_is_refused() -> None:
    garbled = [entry("no id"), entry("2503.00002", title="…")]
    with pytest.raises(SourceError, match=r"2 of 3 rows cannot be read: no arXiv id in") as error:
        parse_query(feed(entry("2503.00001"), *garbled))
    assert error.value.permanent  # else the same papers would be requested again and again
    assert len(parse_query(feed(entry("2503.00001"), entry("2503.00003"), *garbled)).entries) == 2


@pytest.mark.parametrize(
    "day",
    ["soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-05:00", "1812-01-01T00:00:00Z"],
)
def test_a_malformed_date_is_left_out(day: str) -> None:
    found = only(feed(entry("2503.00001", published=day)))
    assert (found.published_on, len(found.left_out)) == (None, 1)
    assert f"no day: '{day}'" in found.left_out[0]
    assert "left_out" not in found.raw


def test_a_malformed_date_of_rss_is_left_out() -> None:
    content = RSS.format(ITEM.format(kind="new")).replace("14 Mar 2025", "31 Dec 9999")
    [found] = parse_announcements(content.replace("+0000", "-0500").encode()).entries
    assert found.announced_on is None
    assert found.left_out[0].startswith("2503.00001: no day: ")


@pytest.mark.parametrize("odd", ["&#0;", "&#x1F;", "\x08", "&#xD800;", "&#99999999;"])
def test_a_character_that_xml_forbids_does_not_lose_the_others(odd: str) -> None:
    content = feed(entry("2503.00001"), entry("2503.00002", title=f"Wal{odd}ruses"))
    assert [found.title for found in parse_query(content).entries][1:] == ["Walruses"]


def test_the_day_of_a_version_is_read() -> None:
    found = only(feed(entry("2503.00001", updated="2025-03-20T23:30:00-05:00")))
    assert found.updated_on == date(2025, 3, 21)
    assert found.raw["updated_on"] == "2025-03-21"
    assert only(feed(entry("2503.00001", updated="soon"))).updated_on is None


@pytest.mark.parametrize(
    ("total", "missing"), [(5, 3), (2, 0), (1, 0), (None, 0), ("many", 0), (-4, 0), (" 3 ", 1)]
)
def test_entries_that_are_promised_and_do_not_come_are_counted(
    total: int | str | None, missing: int
) -> None:
    unreadable = entry("no id at all")
    assert parse_query(feed(entry("2503.00001"), unreadable, total=total)).missing == missing


def test_the_day_of_publication_is_that_in_utc() -> None:
    found = only(feed(entry("2503.00001", published="2025-03-12T22:00:00-04:00")))
    assert found.published_on == date(2025, 3, 13)


def test_the_payload_is_the_same_each_day() -> None:
    first, second = (
        parse_announcements(RSS.format(ITEM.format(kind="new")).replace("14 Mar", day).encode())
        for day in ("14 Mar", "13 Mar")
    )
    assert first.entries[0].raw == second.entries[0].raw
    assert json.dumps(first.entries[0].raw)


@pytest.mark.parametrize(
    ("comment", "abstract", "is_withdrawn"),
    [
        ("This paper has been withdrawn by the author due to an error", "We study it.", True),
        ("Withdrawn: see v1", "We study it.", True),
        ("", "This submission was withdrawn by arXiv administrators.", True),
        ("v3: withdrawn due to an error", "We study it.", True),
        ("12 pages", "The preprint is being withdrawn, as Lemma 2 is false.", True),
        ("A previous version was withdrawn from ICLR 2026", "We study it.", False),
        ("", "What happens once an article has been withdrawn? We study it.", False),
        ("12 pages", "Skills that withdraw their help while a model trains.", False),
        ("", "The drug was withdrawn from the market; we study why.", False),
        ("", "Opioid withdrawal is studied.", False),
    ],
)
def test_a_withdrawn_paper_is_recognised_by_its_prose(
    comment: str, abstract: str, is_withdrawn: bool
) -> None:
    found = only(feed(entry("2503.00001", comment=comment, abstract=abstract)))
    assert found.is_withdrawn is is_withdrawn


# ── RSS ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["new", "cross", "replace", "replace-cross"])
def test_rss_gives_the_same_as_atom(kind: str) -> None:
    (found,) = parse_announcements(RSS.format(ITEM.format(kind=kind)).encode()).entries
    assert (found.arxiv_id, found.version) == ("2503.00001", 2)
    assert found.announced == kind
    assert found.is_revision is kind.startswith("replace")
    assert found.announced_on == date(2025, 3, 14)
    assert found.abstract == "We study walruses."
    assert found.authors == ("André Weil", "Ada Lovelace", "Alan Turing")
    assert found.categories == ("cs.LG", "cs.CL")


def test_a_day_without_announcements_is_no_error() -> None:
    assert parse_announcements(RSS.format("").encode()).entries == ()
    assert parse_announcements(feed()).entries == ()


# ── what comes in their place ────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the answer is empty"),
        (b"   \n", "the answer is empty"),
        (b"Rate exceeded.", "not XML"),
        (b"<html><body>503 Service Unavailable</body></html>", "a web page"),
        (b"<!DOCTYPE html><html><head></head></html>", "a web page"),
        (feed(entry("2503.00001"))[:-40], "cut off"),
        (b'<?xml version="1.0" encoding="klingon"?><feed/>', "unknown encoding"),
        (b"\xff\xfe<\x00", "not XML"),
        (
            feed().replace(b"<feed", b"<feeds").replace(b"</feed", b"</feeds"),
            "expected, not <feeds",
        ),
        (b"<feed>&nbsp;</feed>", "not XML"),
    ],
)
def test_a_malformed_response_is_a_passing_error_with_a_reason(content: bytes, reason: str) -> None:
    error = refused(content)
    assert reason in str(error)
    assert not error.permanent


@pytest.mark.parametrize("content", [LAUGHS, FOREIGN])
def test_a_document_type_is_refused_before_its_entities(content: bytes) -> None:
    assert "a document type is not allowed" in str(refused(content))


def test_an_error_in_an_entry_is_permanent() -> None:
    with pytest.raises(SourceError, match="arXiv answered with an error: start must be") as error:
        parse_query(refusal("start must be an integer"))
    assert error.value.permanent
