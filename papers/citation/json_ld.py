"""A paper as schema.org's `ScholarlyArticle`, in JSON-LD, for search engines."""

from __future__ import annotations

import json
from typing import Any, Final

from papers.citation.facts import author_names, day_of, doi, page_url, year_of
from papers.models import Paper
from papers.text.clean import fold
from papers.text.names import is_group
from papers.text.tex import unicode_math

# Inside of <script> no HTML is escaped: a title with "</script>" would end it. In JSON these signs
# may be written as numbers.
_SIGNS: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def json_ld(paper: Paper, image_url: str = "") -> str:
    """The JSON for a `<script type="application/ld+json">`, safe to stand there as it is."""
    found = {name: value for name, value in _values(paper, image_url).items() if value}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).translate(_SIGNS)


def _values(paper: Paper, image_url: str) -> dict[str, Any]:
    day = day_of(paper)
    return {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": page_url(paper),
        "url": page_url(paper),
        "headline": fold(unicode_math(paper.title)),
        "name": fold(unicode_math(paper.title)),
        "abstract": fold(unicode_math(paper.summary)),
        "author": [_author(name) for name in author_names(paper)],
        "datePublished": day.isoformat() if day else f"{year_of(paper)}",
        "keywords": list(paper.categories),
        "identifier": [f"arXiv:{paper.arxiv_id}", f"doi:{doi(paper)}"] if paper.arxiv_id else [],
        "sameAs": paper.arxiv_url,
        "image": image_url,
        "isAccessibleForFree": bool(paper.arxiv_id),
    }


def _author(name: str) -> dict[str, str]:
    return {"@type": "Organization" if is_group(name) else "Person", "name": name}
