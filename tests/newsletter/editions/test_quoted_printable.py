import quopri

from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.quoted_printable import quoted_printable

MARK, FILLED = "\ue000", "T" * 28
texts = st.text(st.sampled_from("ab =.é…▲\t\n" + MARK), max_size=400)


def encoded(text: str) -> bytes:
    return quoted_printable(text, {MARK: len(FILLED)}).replace(MARK.encode(), FILLED.encode())


@given(texts)
def test_what_is_decoded_is_what_was_encoded(text: str) -> None:
    decoded = quopri.decodestring(encoded(text)).decode().replace("\r\n", "\n")
    assert decoded == text.replace(MARK, FILLED)


@given(texts)
def test_lines_are_short_and_plain_with_the_marks_filled_in(text: str) -> None:
    for line in encoded(text).split(b"\r\n"):
        assert len(line) <= 76
        assert all(32 <= byte < 127 for byte in line)


@given(texts)
def test_no_line_begins_with_a_dot(text: str) -> None:
    assert not [line for line in encoded(text).split(b"\r\n") if line.startswith(b".")]


def test_no_line_ends_in_a_blank_that_servers_may_cut_off() -> None:
    assert quoted_printable("a \nb\t\n") == b"a=20\r\nb=09\r\n"


def test_plain_text_stays_readable() -> None:
    assert quoted_printable("Pointer Networks") == b"Pointer Networks"


def test_a_mark_is_never_broken_in_two() -> None:
    for before in range(80):
        assert FILLED.encode() in encoded("x" * before + MARK + "y" * 80)
