"""The admin's page that shows any mail as a reader would get it; and sends it to the operator."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache

from mail.message import Message
from newsletter.editions.personalize import Interests
from newsletter.models import Edition
from newsletter.previews.any_mail import (
    DIGEST,
    FIRST_DIGEST,
    CannotPreview,
    PreviewReader,
    invented_reader,
    preview_digest,
    preview_single,
    reader_of,
)
from newsletter.previews.checklist import checklist
from newsletter.previews.send_test import send_test
from newsletter.previews.spam import spam_report
from papers.models import Topic
from subscribers.admin_rows import search_subscribers
from subscribers.models import TransactionalMail
from web.languages import DEFAULT_LANGUAGE, language_codes
from web.rate_limit import hit_key

_DIGESTS: Final = (DIGEST, FIRST_DIGEST)
_MAILS: Final = [*((one, one) for one in _DIGESTS), *TransactionalMail.Kind.choices]
_DARK: Final = "(prefers-color-scheme: dark)"
_RATE: Final = "10/hour"  # mails to the operator
_SOURCE: Final = re.compile(r"""(<img\b[^>]*?)\bsrc=(["']).*?\2""", re.IGNORECASE | re.DOTALL)


class PreviewForm(forms.Form):
    """Which mail, for whom; a reader's address wins over what is invented."""

    mail = forms.ChoiceField(choices=_MAILS)
    edition = forms.ModelChoiceField(Edition.objects.none(), required=False)
    reader = forms.CharField(required=False, label="Reader (start of the address)")
    topics = forms.ModelMultipleChoiceField(Topic.objects.none(), required=False)
    keywords = forms.CharField(required=False, label="Words, separated by commas")
    authors = forms.CharField(required=False, label="Authors, separated by commas")
    language = forms.ChoiceField(
        required=False, choices=[("", "the reader's"), *((c, c) for c in sorted(language_codes()))]
    )
    width = forms.ChoiceField(required=False, choices=[("600", "600 px"), ("375", "375 px")])
    dark = forms.BooleanField(required=False)
    images_off = forms.BooleanField(required=False)

    def __init__(self, *args: Any, may_see_readers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        frozen = Edition.objects.light().filter(state=Edition.State.FROZEN).order_by("-day")
        self.fields["edition"].queryset = frozen  # type: ignore[attr-defined]
        self.fields["topics"].queryset = Topic.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if not may_see_readers:
            del self.fields["reader"]


class PreviewPage:
    """Of the editions' admin: the page at preview/."""

    def get_urls(self) -> list[URLPattern]:
        show = admin.site.admin_view(never_cache(preview_page))
        own = path("preview/", show, name="newsletter_preview")
        return [own, *super().get_urls()]  # type: ignore[misc]


def preview_page(request: HttpRequest) -> HttpResponse:
    """GET shows a mail, or with `raw` its bytes as a file; a confirmed POST mails it to the user.

    Raises:
        PermissionDenied: the user may not see editions.
    """
    user: Any = request.user
    if not user.has_perm("newsletter.view_edition"):
        raise PermissionDenied
    may_see = user.has_perm("subscribers.view_subscriber")
    form = PreviewForm(request.GET or None, may_see_readers=may_see)
    context = {**admin.site.each_context(request), "title": "Preview of a mail", "form": form}
    if form.is_valid():
        try:
            mail = _mail(form.cleaned_data)
        except CannotPreview as error:
            form.add_error(None, str(error))
        else:
            if "raw" in request.GET and request.method == "GET":
                return _as_file(mail)
            if request.method == "POST":
                _send(request, mail)
            context |= _shown(mail, form.cleaned_data)
    return render(request, "admin/mail_preview.html", context)


def _mail(chosen: dict[str, Any]) -> Message:
    reader, now = _reader(chosen), timezone.now()
    if chosen["mail"] not in _DIGESTS:
        return preview_single(reader, chosen["mail"], now)
    frozen = Edition.objects.light().filter(state=Edition.State.FROZEN)
    edition = chosen["edition"] or frozen.order_by("-day").first()
    if edition is None:
        raise CannotPreview("There is no edition yet.")
    return preview_digest(reader, edition, now, is_first=chosen["mail"] == FIRST_DIGEST)


def _reader(chosen: dict[str, Any]) -> PreviewReader:
    if words := chosen.get("reader"):
        found = search_subscribers(words).first()
        if found is None:
            raise CannotPreview("No reader has such an address.")
        return reader_of(found, chosen["language"])
    interests = Interests(
        topics=frozenset(topic.slug for topic in chosen["topics"]),
        keywords=_words(chosen["keywords"]),
        authors=_words(chosen["authors"]),
    )
    return invented_reader(interests, chosen["language"] or DEFAULT_LANGUAGE)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _shown(mail: Message, chosen: dict[str, Any]) -> dict[str, Any]:
    raw, host = mail.as_bytes(), urlsplit(settings.SITE_URL).hostname or ""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace").replace("\r\n", "\n")
    return {
        "mail": mail,
        "html": _as_seen(mail.html, chosen),
        "head": head,
        "checks": checklist(raw, host=host, is_bulk=mail.is_bulk),
        "spam": spam_report(raw),
        "width": chosen["width"] or "600",
        "dark": chosen["dark"],
    }


def _as_seen(html: str, chosen: dict[str, Any]) -> str:
    """In the dark or in the light, whatever this browser has; and without pictures."""
    html = html.replace(_DARK, "all" if chosen["dark"] else "not all")
    return _SOURCE.sub(r"\1", html) if chosen["images_off"] else html


def _as_file(mail: Message) -> HttpResponse:
    name = {"Content-Disposition": 'attachment; filename="preview.eml"'}
    return HttpResponse(mail.as_bytes(), content_type="message/rfc822", headers=name)


def _send(request: HttpRequest, mail: Message) -> None:
    """To the operator's own address only; no ledger has it."""
    user: Any = request.user
    if not user.email or "confirm" not in request.POST:
        messages.error(request, "Not sent. It needs your confirmation, and an address of yours.")
        return
    quota = hit_key("preview to me", _RATE, f"user {user.pk}")
    if quota is not None and not quota.is_kept:
        messages.error(request, "Not sent: ten an hour are enough.")
        return
    is_sent = send_test(mail, user.email)
    note = messages.success if is_sent else messages.error
    note(request, f"Sent to {user.email}." if is_sent else "The mail server did not take it.")
