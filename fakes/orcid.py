"""An answer of ORCID's public API to a request for the works of a record."""

from __future__ import annotations

from typing import Any


def record(*works: dict[str, Any], orcid: str = "0000-0002-1825-0097") -> dict[str, Any]:
    """The works of a record; each group holds what several sources say of one work."""
    return {
        "last-modified-date": {"value": 1700000000000},
        "group": list(works),
        "path": f"/{orcid}/works",
    }


def work(
    *ids: tuple[str, str], year: str = "2020", relationship: str = "self", title: str = "On tea"
) -> dict[str, Any]:
    """One work by its ids, each a type and a value: ("doi", "10.1000/x")."""
    external = {"external-id": [_external_id(kind, value, relationship) for kind, value in ids]}
    return {
        "last-modified-date": {"value": 1700000000000},
        "external-ids": external,
        "work-summary": [
            {
                "put-code": 1,
                "title": {"title": {"value": title}, "subtitle": None},
                "external-ids": external,
                "type": "preprint",
                "publication-date": {"year": {"value": year}, "month": None, "day": None},
                "visibility": "public",
            }
        ],
    }


def _external_id(kind: str, value: str, relationship: str) -> dict[str, Any]:
    return {
        "external-id-type": kind,
        "external-id-value": value,
        "external-id-normalized": {"value": value.lower(), "transient": True},
        "external-id-url": None,
        "external-id-relationship": relationship,
    }
