from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Line


@admin.register(Line)
class LineAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Our numbers. One is put out of use, never deleted: old calls name it."""

    list_display = ["number", "name", "centre", "is_active", "is_round_the_clock"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
