"""Users and groups in the admin, themed as all its other pages; and where a login leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from web.admin import StrictAdmin

if TYPE_CHECKING:
    _GroupAdmin = auth_admin.GroupAdmin
    _UserAdmin = auth_admin.UserAdmin[User]
else:
    from unfold.admin import ModelAdmin

    class _GroupAdmin(auth_admin.GroupAdmin, ModelAdmin):
        pass

    class _UserAdmin(auth_admin.UserAdmin, ModelAdmin):
        pass


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(StrictAdmin, _UserAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    compressed_fields = False  # the list of permissions needs the width
    list_display = ("username", "email", "is_staff", "is_superuser", "is_active", "last_login")


@admin.register(Group)
class GroupAdmin(StrictAdmin, _GroupAdmin):
    compressed_fields = False


# ── the login ────────────────────────────────────────────────────────────────

# Pages that show nothing to someone who has just logged in: the form again, a goodbye, a 405.
_NO_TARGETS = frozenset(("admin:login", "admin:logout"))


_djangos_login = admin.site.login


def login(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Django's login; it leads to the admin's home unless `next` is a page of this site.

    Without it the right password led to /accounts/profile/, or to any address that a link to the
    login had carried, and the operator saw a 404.
    """
    for data in ("GET", "POST"):
        sent: Any = getattr(request, data)
        if REDIRECT_FIELD_NAME in sent and not is_page(sent[REDIRECT_FIELD_NAME], request):
            kept = sent.copy()
            del kept[REDIRECT_FIELD_NAME]
            setattr(request, data, kept)
    return _djangos_login(request, extra_context)


admin.site.login = login  # type: ignore[method-assign]  # its urls then lead here


def is_page(address: str, request: HttpRequest) -> bool:
    """Whether an address is a page of this site that a browser can be sent to."""
    host = {request.get_host()}
    if not url_has_allowed_host_and_scheme(address, host, require_https=request.is_secure()):
        return False
    path = urlsplit(address).path
    try:
        match = resolve(path if path.endswith("/") else f"{path}/")
    except (Resolver404, ValueError):
        return False
    # The admin's last pattern takes every address below /admin/, to answer 404; it has no name.
    return match.url_name is not None and match.view_name not in _NO_TARGETS
