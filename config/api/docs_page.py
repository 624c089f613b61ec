"""The documentation page of the API: the OpenAPI description as one page that needs no script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from newsletter.models import Edition
from papers.models import Paper

# Shown while there is no paper and no edition yet.
_EXAMPLES: Final = {"paper_id": "1706.03762", "cadence": "weekly", "day": "2026-11-27"}
_FUNCTION: Final = re.compile(r"^\w+_api_(router_)?")  # before the name of the function
_CODE: Final = re.compile(r"`([^`]+)`")
_QUERIES: Final = {"q": "diffusion", "sort": "trending", "limit": "5"}


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type in words: "array of " and "PaperRow"; `schema` is a name on the page, or empty."""

    words: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an endpoint or a key of an object. `limits` is "one of …", "1 to 100" …"""

    name: str
    type: TypeName
    description: SafeString
    limits: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that an endpoint may answer with, and what its body is."""

    status: int
    phrase: str
    type: TypeName


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address that can be read. `example` is an address of this site that answers."""

    anchor: str
    path: str
    summary: str
    paragraphs: Sequence[SafeString]
    fields: Sequence[Field]
    answers: Sequence[Answer]
    example: str


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object that endpoints answer with."""

    name: str
    paragraphs: Sequence[SafeString]
    fields: Sequence[Field]


class DocsPage(DocsBase):
    """What `NinjaAPI` calls for /api/docs."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page for a person. Two queries: for examples that answer."""
        schema = api.get_openapi_schema(path_params=kwargs)
        page = {
            "about": schema["info"]["description"],
            "endpoints": list(endpoints(schema, examples())),
            "objects": list(objects(schema)),
            "openapi_url": self.get_openapi_url(api, kwargs),
            "rate": settings.API_RATE,
        }
        return render(request, "pages/api_docs.html", page)


def examples() -> dict[str, str]:
    """A value of each path parameter that this site knows."""
    found = dict(_EXAMPLES)
    newest = Paper.listed.filter(arxiv_id__isnull=False).values_list("arxiv_id", flat=True).first()
    frozen = Edition.objects.filter(state=Edition.State.FROZEN, cancelled_at=None)
    edition = frozen.values_list("cadence", "day").first()
    if newest:
        found["paper_id"] = newest
    if edition:
        found |= {"cadence": edition[0], "day": edition[1].isoformat()}
    return found


def endpoints(schema: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[Endpoint]:
    """The endpoints of an OpenAPI description, in its order.

    Args:
        values: of path parameters, for the example.
    """
    for path, methods in schema["paths"].items():
        described = methods["get"]
        parameters = described.get("parameters", [])
        yield Endpoint(
            anchor=_FUNCTION.sub("", described["operationId"]).replace("_", "-"),
            path=path,
            summary=described["summary"],
            paragraphs=_paragraphs(described),
            fields=[_parameter(one) for one in parameters],
            answers=[_answer(*one) for one in sorted(described["responses"].items())],
            example=path.format(**values) + _query(parameters),
        )


def objects(schema: Mapping[str, Any]) -> Iterator[ObjectType]:
    """The objects of an OpenAPI description that an endpoint answers with, by name."""
    for name, described in sorted(schema["components"]["schemas"].items()):
        if name.endswith("Query"):  # the parameters of an endpoint, which stand there
            continue
        required = described.get("required", [])
        yield ObjectType(
            name=name,
            paragraphs=_paragraphs(described),
            fields=[
                Field(
                    key,
                    type_name(one),
                    _marked(one.get("description", "")),
                    _limits(one),
                    key in required,
                )
                for key, one in described["properties"].items()
            ],
        )


def type_name(described: Mapping[str, Any]) -> TypeName:
    """The type of a JSON schema in words; of alternatives the one that is not null."""
    if "$ref" in described:
        return TypeName("", described["$ref"].rpartition("/")[2])
    if "anyOf" in described:
        (one, *_) = [part for part in described["anyOf"] if part.get("type") != "null"]
        return type_name({"format": described.get("format", ""), **one})
    if described.get("type") == "array":
        item = type_name(described.get("items", {}))
        return TypeName(f"array of {item.words}".rstrip() + " " * bool(item.schema), item.schema)
    words = {"date": "day", "date-time": "instant"}.get(described.get("format", ""))
    return TypeName(words or described.get("type", "any JSON"))


def _parameter(described: Mapping[str, Any]) -> Field:
    schema = described["schema"]
    return Field(
        name=described["name"],
        type=type_name(schema),
        description=_marked(described.get("description", "")),
        limits=_limits(schema),
        is_required=described["in"] == "path",
    )


def _limits(schema: Mapping[str, Any]) -> str:
    """What a value may be, and what it is when it is left out."""
    parts = []
    if "enum" in schema:
        parts.append("one of " + ", ".join(map(str, schema["enum"])))
    if "minimum" in schema and "maximum" in schema:
        parts.append(f"{schema['minimum']:,} to {schema['maximum']:,}")
    if "maxLength" in schema:
        parts.append(f"up to {schema['maxLength']:,} characters")
    if schema.get("default") not in (None, ""):
        parts.append(f"{schema['default']} if left out")
    return "; ".join(parts)


def _answer(status: str, described: Mapping[str, Any]) -> Answer:
    (content,) = described["content"].values()
    return Answer(int(status), HTTPStatus(int(status)).phrase, type_name(content["schema"]))


def _query(parameters: Sequence[Mapping[str, Any]]) -> str:
    names = [one["name"] for one in parameters if one["in"] == "query"]
    chosen = {name: value for name, value in _QUERIES.items() if name in names}
    return f"?{urlencode(chosen)}" if chosen else ""


def _paragraphs(described: Mapping[str, Any]) -> list[SafeString]:
    text = described.get("description", "")
    return [_marked(" ".join(part.split())) for part in text.split("\n\n") if part.strip()]


def _marked(text: str) -> SafeString:
    """The text as HTML, in which `names` between backticks are code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S308 (escaped)
