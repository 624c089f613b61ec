"""Users and groups in the admin, with the same theme as all other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, User
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
