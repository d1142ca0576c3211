"""Read-only admin pages of reference data, which only the commands and actions of this app change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import PostalCode, Region


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """A read-only admin page."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Region)
class RegionAdmin(ReadOnly):
    """The region tree."""

    list_display = ("code", "name_en", "name_fr", "name_de", "parent", "level")
    list_filter = ("country", "level")
    search_fields = ("code", "name_en", "name_fr", "name_de")
    list_select_related = ("parent",)


@admin.register(PostalCode)
class PostalCodeAdmin(ReadOnly):
    """Postal codes with their regions."""

    list_display = ("code", "country", "places", "region", "is_main")
    list_filter = ("country",)
    search_fields = ("=code", "places")
    list_select_related = ("region",)
