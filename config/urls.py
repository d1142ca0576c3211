"""All addresses. Each app brings its own; this file only puts them together."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
for app in ["ui", "accounts", "journal", "regions", "hotline", "triage", "cases", "handoff", "reporting"]:
    if find_spec(app) and find_spec(f"{app}.urls"):
        urlpatterns.append(path("", include(f"{app}.urls")))
