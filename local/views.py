"""The mailbox in the browser: the mails in MAILBOX_DIR, or 404 where it is not set."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from local import mailbox
from local.html_frame import with_links_in_new_windows

P = ParamSpec("P")
PAGE_SIZE: Final = 50
# A mail may come from anyone: no script, no form, no request to any host. Its links open in a
# new window, which has none of these limits.
SANDBOX: Final = "allow-popups allow-popups-to-escape-sandbox"
FRAME_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        f"sandbox {SANDBOX}",
    ]
)

View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def with_mailbox_only(view: View[P]) -> View[P]:
    """404 unless MAILBOX_DIR is set; GET and HEAD only, never cached."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.MAILBOX_DIR:
            raise Http404("There is no local mailbox here: MAILBOX_DIR is not set.")
        return view(request, *args, **kwargs)

    return never_cache(require_safe(guarded))


@with_mailbox_only
def mail_list(request: HttpRequest) -> HttpResponse:
    """The newest mails; `?to=` shows only those whose recipient contains it, `?page=` the next."""
    recipient = request.GET.get("to", "").strip()
    folder = _folder()
    found = mailbox.addressed_to(folder, recipient) if recipient else mailbox.keys(folder)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "mails": mailbox.heads(folder, page.object_list),
        "recipient": recipient,
        "query": urlencode({"to": recipient}) if recipient else "",
    }
    return render(request, "pages/mailbox/list.html", context)


@with_mailbox_only
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail: its HTML in a sandboxed frame, its text, its headers."""
    context = {"mail": _mail(key), "sandbox": SANDBOX}
    return render(request, "pages/mailbox/mail.html", context)


@with_mailbox_only
@xframe_options_sameorigin
def mail_html(_request: HttpRequest, key: str) -> HttpResponse:
    """The HTML part alone, for the frame; its own policy protects it when opened by itself."""
    html = _mail(key).html
    if html is None:
        raise Http404("This mail has no HTML part.")
    # The site's own policy is set only on responses without one.
    page = with_links_in_new_windows(html)
    return HttpResponse(page, headers={"Content-Security-Policy": FRAME_POLICY})


@with_mailbox_only
def mail_raw(_request: HttpRequest, key: str) -> HttpResponse:
    """The mail as it was sent, byte for byte, as a download."""
    found = _mail(key)
    response = HttpResponse(found.raw, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="{_safe_name(found.head.key)}.eml"'
    return response


def _folder() -> Path:
    return Path(settings.MAILBOX_DIR)


def _mail(key: str) -> mailbox.Mail:
    found = mailbox.read(_folder(), key)
    if found is None:
        raise Http404("There is no such mail.")
    return found


def _safe_name(key: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in key)
