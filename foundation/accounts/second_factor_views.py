"""Second factors: the first set-up, one's own passkeys and app, and their removal by an administrator.

allauth's views do the work; ours add the event, end other sessions, and mark this session.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .factor_adapter import why_no_passkey
from .guards import SignedInRequest, administrators_only, needs_recent_proof
from .models import User
from .second_factor import METHOD, is_shown
from .second_factor_actions import (
    factor_added,
    factor_removed,
    factors,
    may_add_factor,
    number_of_factors,
    recovery_codes_made,
    remove_factors,
)
from .services import acting_at_sign_in


@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """The choice of the first factor. Whoever has one already is led to their list of factors."""
    if not getattr(request, "lacks_second_factor", False):
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html", {"why_no_passkey": why_no_passkey(request)})


class Added:
    """Mixin of the two views that add a factor."""

    factor: str
    request: Any

    def form_valid(self, form: Form) -> HttpResponse:
        """Raises Http404 for a session without a factor if the person has one by now."""
        user, session = self.request.user, self.request.session
        if not may_add_factor(by=user, has_shown_one=is_shown(session, user)):
            raise Http404
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        factor_added(by=user, factor=self.factor, session_key=session.session_key)
        record_authentication(self.request, user, method=METHOD, type=self.factor)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_first = getattr(self.request, "lacks_second_factor", False)
        more = {"is_first": is_first, "why_no_passkey": why_no_passkey(self.request)}
        return {**super().get_context_data(**kwargs), **more}  # type: ignore[misc]


class AddPasskey(Added, AddWebAuthnView):  # type: ignore[misc]
    factor = "webauthn"


class AddApp(Added, ActivateTOTPView):  # type: ignore[misc]
    factor = "totp"


class Removed:
    """Mixin of the two views that remove a factor. The last one stays, because one is required."""

    factor: str
    request: Any

    def form_valid(self, form: Form) -> HttpResponse:
        if len(factors(self.request.user)) < 2:
            messages.error(self.request, _("This is your only second factor. Add another one first."))
            return redirect("mfa_index")
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        key = self.request.session.session_key
        factor_removed(by=self.request.user, factor=self.factor, session_key=key)
        return response


class RemovePasskey(Removed, RemoveWebAuthnView):  # type: ignore[misc]
    factor = "webauthn"

    def get_success_url(self) -> str:
        return reverse("mfa_index")


class RemoveApp(Removed, DeactivateTOTPView):  # type: ignore[misc]
    factor = "totp"


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        recovery_codes_made(by=self.request.user)
        return response


class ShowFactor(AuthenticateView):  # type: ignore[misc]
    """The second step of signing in, with the ways that this person has.

    Nobody has signed in yet: factors are read as the service of the sign-in, and the rest of the step as nobody.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting_at_sign_in():
            self.form.is_valid()
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_valid(self, form: Form) -> HttpResponse:
        with acting_at_sign_in():
            form.save()  # type: ignore[attr-defined]
        response: HttpResponse = self.stage.exit()
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        with acting_at_sign_in():
            return self._context(**kwargs)

    def _context(self, **kwargs: Any) -> dict[str, Any]:
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        has_passkey = "webauthn" in types and not why_no_passkey(self.request)
        has_app = "totp" in types
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if not has_app:
            context["form"].fields["code"].label = _("Recovery code")
        return {**context, "has_passkey": has_passkey, "has_app": has_app}


@require_http_methods(["GET", "POST"])
@administrators_only
@needs_recent_proof
def remove_of_user(request: SignedInRequest, pk: int) -> HttpResponse:
    """For somebody who has lost every factor and every recovery code: asks, then removes."""
    person = get_object_or_404(User, pk=pk, service="")
    if request.method == "GET":
        if person.pk == request.user.pk:
            raise Http404
        context = {"person": person, "has_factors": number_of_factors(person) > 0}
        return render(request, "accounts/remove_second_factor.html", context)
    if remove_factors(by=request.user, user=person):
        transaction.on_commit(lambda: _tell(person))
        messages.success(
            request, _("The second factors were removed. The next sign-in begins with setting up a new one.")
        )
    return redirect("accounts:user", pk)


def _tell(person: User) -> None:
    get_adapter().send_notification_mail("mfa/email/factors_removed", person)
