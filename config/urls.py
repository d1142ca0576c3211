"""The root URL configuration, which includes those of the apps."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health
from foundation.accounts.views import SignIn

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/login/", SignIn.as_view(), name="account_login"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "foundation.ui.views.bad_request"
# The telephone first: URLs are matched in order, and a caller is waiting.
APPS = [
    "hotline.switchboard",
    "hotline.texting",
    "foundation.ui",
    "foundation.accounts",
    "foundation.journal",
    "regions",
    "hotline.contacts",
    "triage",
    "casework.cases",
    "handoff.referrals",
    "reporting.figures",
    "reporting.publishing",
    "foundation.retention",
]
for app in APPS:
    urlpatterns.append(path("", include(f"{app}.urls")))
