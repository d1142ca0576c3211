"""All addresses. Each app brings its own; this file only puts them together."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import SignIn
from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/login/", SignIn.as_view(), name="account_login"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "ui.views.bad_request"
# The telephone first: addresses are tried one after another, and a caller is on the line.
APPS = [
    "switchboard", "texting", "ui", "accounts", "journal", "regions", "hotline", "triage", "cases", "handoff",
    "reporting", "publishing",
]  # fmt: skip
for app in APPS:
    urlpatterns.append(path("", include(f"{app}.urls")))
