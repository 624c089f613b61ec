from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.postgresql.url import parse


def parts(url: str) -> tuple[Any, ...]:
    database = parse(url)
    names = ("USER", "PASSWORD", "HOST", "PORT", "NAME")
    return (*(database[name] for name in names), database["OPTIONS"])


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("postgres://u:pw@h:5433/d", ("u", "pw", "h", 5433, "d", {})),
        ("postgresql://h/d?sslmode=require", ("", "", "h", "", "d", {"sslmode": "require"})),
        ("postgres://u:p%2Fw%23%3F%40%25@h/d", ("u", "p/w#?@%", "h", "", "d", {})),
        ("postgres://u:p@w@h/d", ("u", "p@w", "h", "", "d", {})),
        ("postgres://u:p:w@h/d", ("u", "p:w", "h", "", "d", {})),
        (
            "postgres://u@/d?host=/run/pg",
            ("u", "", "", "", "d", {"host": "/run/pg"}),
        ),
        ("postgres://u@[::1]:5432/d", ("u", "", "::1", 5432, "d", {})),
        ("postgres://a:5432,b:5433/d", ("", "", "a,b", "5432,5433", "d", {})),
        ("postgres:///?service=trending", ("", "", "", "", "", {"service": "trending"})),
        ("postgres://h/d?isolation_level=2", ("", "", "h", "", "d", {"isolation_level": 2})),
    ],
)
def test_a_url_is_read_in_its_parts(url: str, read: tuple[Any, ...]) -> None:
    assert parts(url) == read


def test_the_engine_is_djangos() -> None:
    assert parse("postgres://h/d")["ENGINE"] == "django.db.backends.postgresql"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://u:hunter2/x@h/d", "Percent-encode"),
        ("postgres://u:/hunter2@h/d", "Percent-encode"),
        ("postgres://u:22/hunter2@h/d", "Percent-encode"),
        ("postgres://u:hunter2#x@h/d", "Percent-encode"),
        ("postgres://u:hunter2?x@h/d", "Percent-encode"),
        ("postgres://u:hunter2/x?y@h/d", "Percent-encode"),
        ("postgres://u:hunter2%x@h/d", "Percent-encode"),
        ("postgres://u:hunter2%@h/d", "Percent-encode"),
        ("postgres://u:hunter2[x@h/d", "Percent-encode"),
        ("postgres://u:hunter2]x@h/d", "Percent-encode"),
        ("postgres://u:pw@h/d@hunter2", "an @ after its host"),
        ("postgres://u:hunter2 x@h/d", "white space"),
        ("postgres://u:hunter2\tx@h/d", "white space"),
        ("postgres://u:hunter2@h:port/d", "Percent-encode"),
        ("postgres://u:hunter2@h:70000/d", "a port above 65535"),
        ("postgres://u:hunter2@h", "names no database"),
        ("postgres://u:hunter2@h/", "names no database"),
        ("postgres://u:hunter2@%2Frun%2Fpg/d", "as an option: /name?host=/run/postgresql"),
        ("postgres://u:hunter2@h/d?sslmod=require", "an option sslmod that"),
        ("postgres:u:hunter2@h/d", "not 'something else'"),
        ("hunter2", "not 'something else'"),
        ("hunter2:x", "not 'something else'"),
        ("mysql://u:hunter2@h/d", "not 'mysql'"),
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        parse(url)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("DATABASE_URL ")
    assert "hunter2" not in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
