"""Admin pages of the lists that a centre can extend. Contacts have none."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest

from foundation.accounts.models import User

from .models import CallerType, Term, Topic
from .term_actions import save_term


class TermAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Entries are retired, not deleted, because old contacts refer to them. The code cannot be changed."""

    list_display: tuple[str, ...] = ("code", "label_en", "label_fr", "label_de", "position", "is_retired")
    list_filter = ("is_retired",)
    search_fields = ("code", "label_en", "label_fr", "label_de")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_term(by=cast(User, request.user), term=obj, is_new=not change, changed=form.changed_data)

    def get_readonly_fields(self, request: HttpRequest, obj: Term | None = None) -> Any:
        return ("code",) if obj else ()


@admin.register(CallerType)
class CallerTypeAdmin(TermAdmin):
    list_display: tuple[str, ...] = (*TermAdmin.list_display, "parent")
    list_select_related = ("parent",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The list has two levels, so only entries of the upper level can be parents."""
        if db_field.name == "parent":
            kwargs["queryset"] = CallerType.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Topic)
class TopicAdmin(TermAdmin):
    pass
