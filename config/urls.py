"""The root URL configuration, which includes those of the apps."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config import health
from foundation.accounts import second_factor_views as factors
from foundation.accounts.views import SignIn, closed

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/login/", SignIn.as_view(), name="account_login"),
    # In front of allauth's: they also write events and end sessions.
    path("accounts/2fa/webauthn/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("accounts/2fa/webauthn/keys/<int:pk>/remove/", factors.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("accounts/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("accounts/2fa/totp/activate/", factors.AddApp.as_view(), name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", factors.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/generate/", factors.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("accounts/2fa/authenticate/", factors.ShowFactor.as_view(), name="mfa_authenticate"),
    # Closed: administrators change the address of an account (ADR 30); a first password needs the link that is mailed,
    # as a session of somebody who signs in through the directory must not be enough to set one (ADR 40).
    path("accounts/password/set/", closed, name="account_set_password"),
    path("accounts/email/", closed, name="account_email"),
    path("accounts/confirm-email/", closed, name="account_email_verification_sent"),
    path("accounts/confirm-email/<path:key>", closed, name="account_confirm_email"),
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
    "foundation.worklist",
    "regions",
    "hotline.contacts",
    "triage",
    "casework.cases",
    "casework.teams",
    "casework.plans",
    "casework.assessments",
    "casework.consultations",
    "casework.reviews",
    "casework.closures",
    "casework.releases",
    "handoff.referrals",
    "reporting.figures",
    "reporting.publishing",
    "foundation.retention",
]
for app in APPS:
    urlpatterns.append(path("", include(f"{app}.urls")))
