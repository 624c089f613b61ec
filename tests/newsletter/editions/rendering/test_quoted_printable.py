import quopri

from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.rendering.quoted_printable import quoted_printable

TOKEN, FILLED = "\ue000", "T" * 28
texts = st.text(st.sampled_from("ab =.é…▲\t\n" + TOKEN), max_size=400)


def encoded(text: str) -> bytes:
    return quoted_printable(text, {TOKEN: len(FILLED)}).replace(TOKEN.encode(), FILLED.encode())


@given(texts)
def test_decoding_gives_back_the_text(text: str) -> None:
    decoded = quopri.decodestring(encoded(text)).decode().replace("\r\n", "\n")
    assert decoded == text.replace(TOKEN, FILLED)


@given(texts)
def test_lines_with_filled_in_values_are_short_ascii(text: str) -> None:
    for line in encoded(text).split(b"\r\n"):
        assert len(line) <= 76
        assert all(32 <= byte < 127 for byte in line)


@given(texts)
def test_no_line_begins_with_a_dot(text: str) -> None:
    assert not [line for line in encoded(text).split(b"\r\n") if line.startswith(b".")]


def test_no_line_ends_in_a_blank_that_servers_may_remove() -> None:
    assert quoted_printable("a \nb\t\n") == b"a=20\r\nb=09\r\n"


def test_ascii_text_stays_as_it_is() -> None:
    assert quoted_printable("Pointer Networks") == b"Pointer Networks"


def test_no_line_break_stands_inside_a_value() -> None:
    for before in range(80):
        assert FILLED.encode() in encoded("x" * before + TOKEN + "y" * 80)
