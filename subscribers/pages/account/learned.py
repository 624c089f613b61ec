"""What was learned about a reader: every part of it can be seen, taken back and forgotten."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from papers.models import Paper
from subscribers.feedback import adjust
from subscribers.feedback.forget import forget
from subscribers.feedback.learned import learned
from subscribers.feedback.save import unsave_paper
from subscribers.feedback.seed import remove_seed
from subscribers.feedback.vote import vote
from subscribers.models import Feedback, Subscriber
from subscribers.pages.account.page import account_page, done, render_account

_PAGE = "subscribers:learned"
# What a button does, what the page says of it, and in which section.
_CHANGES: Final = {
    "ignore_topic": (adjust.ignore_topic, "uncounted", "topics"),
    "restore_topic": (adjust.restore_topic, "counted", "topics"),
    "ignore_word": (adjust.ignore_word, "uncounted", "words"),
    "restore_word": (adjust.restore_word, "counted", "words"),
}
_SECTIONS: Final = ("topics", "words", "balance")


@account_page
def learned_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET shows it; POST takes one part back, or stores the balance.

    With `preview`, or for static/preview.js with `?part`, a POST shows the digest that a balance
    would have brought, and stores nothing.
    """
    if request.method != "POST":
        return _render(request, subscriber, token)
    if "balance" in request.POST:
        return _balance_posted(request, subscriber, token)
    if "take_back" in request.POST:
        _take_back(subscriber, request.POST["take_back"])
        return done(token, "uncounted", page=_PAGE)
    for name, (change, what, section) in _CHANGES.items():
        if name in request.POST:
            change(subscriber, request.POST[name])
            return _done_in(token, what, section)
    return done(token, "", page=_PAGE)


def _done_in(token: str, what: str, section: str) -> HttpResponse:
    """The page again, at the section of the button, which says what was done."""
    return done(token, what, page=_PAGE, at=section, section=section)


@account_page
def forget_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET shows what goes and what stays; POST forgets."""
    if request.method != "POST":
        return render_account(request, "forget", subscriber, token)
    forget(subscriber, timezone.now())
    return done(token, "unlearned", page=_PAGE)


def _take_back(subscriber: Subscriber, said: str) -> None:
    """`KIND PAPER`, as the buttons send it; anything else changes nothing."""
    kind, _, number = said.partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return
    if kind == Feedback.Kind.SAVE:
        unsave_paper(subscriber, int(number))
    elif kind == Feedback.Kind.SEED:
        remove_seed(subscriber, int(number))
    elif kind in Feedback.VOTES and (paper := Paper.objects.filter(pk=int(number)).first()):
        vote(subscriber, paper, None, timezone.now())


def _balance_posted(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show the digest of a balance, in its page or alone; or store the balance."""
    balance = _balance(request)
    if balance is None:
        return _render(request, subscriber, token, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if "part" in request.GET:
        shown = {"subscriber": subscriber, "balance": balance}
        return render(request, "pages/subscribers/account/_learned_digest.html", shown)
    if "preview" in request.POST:
        return _render(request, subscriber, token, balance=balance)
    adjust.set_balance(subscriber, balance)
    return _done_in(token, "balanced", "balance")


def _balance(request: HttpRequest) -> int | None:
    """The posted balance; None for anything that is none."""
    text = request.POST.get("balance", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= 3
    return int(text) if is_number and int(text) <= 100 else None


def _render(
    request: HttpRequest,
    subscriber: Subscriber,
    token: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    balance: int | None = None,
) -> HttpResponse:
    found = learned(subscriber)
    section = request.GET.get("section", "")
    return render_account(
        request,
        "learned",
        subscriber,
        token,
        status=status,
        learned=found,
        balance=found.balance if balance is None else balance,
        is_preview=balance is not None,
        is_wrong=status != HTTPStatus.OK,
        section=section if section in _SECTIONS else "",
    )
