"""Set a digest: the edition is rendered once, a reader's mail is a join of its pieces.

Composing an edition renders each paper and the mail around the papers, with marks where a
mail becomes personal: its token, its papers, their ranks and reasons. A digest then costs a
few joins, and the same delivery always gives the same mail, byte for byte.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import css_inline
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import escape

from newsletter import links
from newsletter.tokens import make_token
from papers.wording import author_line, lead, short_figure

RENDERER: Final = "1"  # raise it when the same rows would give another mail

# Marks in rendered pieces: characters of Unicode's private use area, which no text holds.
TOKEN: Final = "\ue000"  # noqa: S105 (a mark, not a secret)
PAPERS: Final = "\ue001"
PREHEADER: Final = "\ue002"
RANK: Final = "\ue003"
WHY: Final = "\ue004"
_MARKS: Final = dict.fromkeys(map(ord, (TOKEN, PAPERS, PREHEADER, RANK, WHY)))

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_COLUMNS: Final = 72
_INDENT: Final = "    "  # the text part hangs its ranks: "10. Title"


@dataclass(frozen=True, slots=True)
class Piece:
    """One paper's part of the mail, with marks; `title` and `why` are plain text."""

    title: str
    html: str
    text: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """The mail around the papers, with marks."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A finished mail to exactly one reader, for any transport."""

    delivery_id: int
    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


# ── once per edition ─────────────────────────────────────────────────────────


def render_shell(context: Mapping[str, Any]) -> Shell:
    """The mail around the papers. `context`: see templates/emails/digest.html."""
    marked = {**context, "marks": _mark_names(), **_site_links()}
    return Shell(
        html=_inline(render_to_string("emails/digest.html", marked)),
        text=render_to_string("emails/digest.txt", marked).rstrip("\n") + "\n",
    )


def render_piece(position: int, facts: Mapping[str, Any]) -> Piece:
    """One paper, as it stands in every digest of the edition.

    Args:
        position: its place in the common list, which numbers its links.
        facts: a `Candidate.facts`.
    """
    context = _words_of(facts) | {
        "marks": _mark_names(),
        "links": links.addresses(position, facts, TOKEN),
    }
    return Piece(
        title=context["title"],
        html=_inline_fragment(render_to_string("emails/digest_paper.html", context)),
        text=render_to_string("emails/digest_paper.txt", context).strip("\n"),
    )


def _words_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as a mail words them."""
    clean = {name: _without_marks(value) for name, value in facts.items()}
    byline, summary = author_line(clean["authors"]), lead(clean["summary"])
    return clean | {
        "byline": byline,
        "summary": summary,
        "figures": _figures(clean),
        # The rank takes the first line's indent; it is filled in when the rank is known.
        "title_lines": _hung(clean["title"]),
        "byline_lines": _wrapped(byline),
        "summary_lines": _wrapped(summary),
    }


def _figures(facts: Mapping[str, Any]) -> list[str]:
    figures = list(facts["topics"])
    if facts["upvotes"] is not None:
        gain = facts["upvotes_gain"]
        figures.append(
            f"▲ {short_figure(facts['upvotes'])}"
            + (f" (+{short_figure(gain)} in a day)" if gain else "")
        )
    if facts["is_sample"]:
        figures.append("sample data")
    return figures


def _mark_names() -> dict[str, str]:
    return {"token": TOKEN, "papers": PAPERS, "preheader": PREHEADER, "rank": RANK, "why": WHY}


def _site_links() -> dict[str, str]:
    site = settings.SITE_URL
    return {
        "unsubscribe_url": f"{site}/u/{TOKEN}",
        "preferences_url": f"{site}/p/{TOKEN}",
        "browser_url": f"{site}/d/{TOKEN}",
        "site_url": site,
    }


def _without_marks(value: Any) -> Any:
    return value.translate(_MARKS) if isinstance(value, str) else value


def _wrapped(text: str) -> str:
    lines = textwrap.wrap(
        text, _COLUMNS, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False
    )
    return "\n".join(lines)


def _hung(text: str) -> str:
    """Wrapped, but the first line follows something that stands in its indent."""
    return _wrapped(text).strip()


def _style() -> str:
    path = finders.find("mail.css")
    if path is None:
        raise FileNotFoundError("static/mail.css")
    return _COMMENT.sub("", Path(str(path)).read_text())


def _inline(html: str) -> str:
    """Rules become style attributes; the sheet stays for dark mode and narrow screens."""
    inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, extra_css=_style())
    return inliner.inline(html)


def _inline_fragment(html: str) -> str:
    return css_inline.inline_fragment(html, css=_style())


# ── once per mail ────────────────────────────────────────────────────────────


def render(
    *,
    delivery_id: int,
    key_id: str,
    to: str,
    dated_at: datetime,
    shell: Shell,
    pieces: Sequence[Piece],
) -> Digest:
    """The reader's mail. A pure function of what the delivery and the edition store.

    Args:
        pieces: the reader's papers in order, each with its reason in `why`.
    """
    token = make_token(delivery_id, key_id)
    ranked = list(enumerate(pieces, 1))
    html = "".join(_placed(piece.html, str(rank), escape(piece.why)) for rank, piece in ranked)
    text = "\n\n".join(
        _placed(piece.text, f"{rank}.".ljust(len(_INDENT)), _hung(f"Why: {piece.why}"))
        for rank, piece in ranked
    )
    preheader = " · ".join(piece.title for piece in pieces[:2])
    filled_html = shell.html.replace(PREHEADER, escape(preheader)).replace(PAPERS, html)
    filled_text = shell.text.replace(PREHEADER, preheader).replace(PAPERS, text)
    return Digest(
        delivery_id=delivery_id,
        to=to,
        subject=subject_of([piece.title for piece in pieces]),
        html=filled_html.replace(TOKEN, token),
        text=filled_text.replace(TOKEN, token),
        headers=headers(delivery_id, token, dated_at),
    )


def _placed(piece: str, rank: str, why: str) -> str:
    return piece.replace(RANK, rank).replace(WHY, why)


def subject_of(titles: Sequence[str]) -> str:
    """The first title, cut at a word when long, and how many papers follow."""
    # Three dots and not "…": most subjects then need no encoding.
    first = textwrap.shorten(titles[0], 60, placeholder=" ...")
    others = len(titles) - 1
    if not others:
        return first
    return f"{first}, and {others} more trending paper{'s' if others > 1 else ''}"


def headers(delivery_id: int, token: str, dated_at: datetime) -> dict[str, str]:
    """The headers of a digest beside From, To and Subject (RFC 2369, 2919, 5322, 8058)."""
    return {
        "Message-ID": message_id(delivery_id, token),
        "Date": format_datetime(dated_at),
        "List-Id": settings.LIST_ID,
        "List-Unsubscribe": f"<{settings.SITE_URL}/u/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<{settings.SITE_URL}/>",
        "List-Archive": f"<{settings.SITE_URL}/>",
    }


def message_id(delivery_id: int, token: str) -> str:
    """A function of the delivery alone, so that a mail sent twice is one mail in the mailbox.

    It must not give the token away: replies and bounces quote it.
    """
    proof = sha256(token.encode()).hexdigest()[:16]
    return f"<digest.{delivery_id}.{proof}@{settings.MAIL_DOMAIN}>"
