"""Numbers with their nouns, for reports of jobs and commands."""

from __future__ import annotations


def left_out(rows: int, fields: int) -> str:
    """ "; 1 row left out; 2 fields left out", the end of a report; empty without any."""
    counts = [
        counted(number, noun) for number, noun in ((rows, "row"), (fields, "field")) if number
    ]
    return "".join(f"; {count} left out" for count in counts)


def counted(number: int, noun: str) -> str:
    """ "1 paper", "2 papers"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
