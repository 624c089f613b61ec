"""Expressions that match one of many terms, written so that a person can read the list."""

from __future__ import annotations


def any_of(terms: str) -> str:
    """An expression for one of several terms, which commas alone separate."""
    return "(?:" + "|".join(term for term in terms.split(",")) + ")"
