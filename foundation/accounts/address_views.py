"""The address of one's own account, and the page behind the link in the e-mail to a new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from . import rate_limits
from .address_actions import ask_for_address, asked_for, confirm_address, withdraw_address
from .forms import AddressForm
from .guards import SignedInRequest, needs_recent_proof, signed_in
from .models import User
from .one_time_links import found_for_address
from .refusals import AddressTaken, LinkIsDead, SameAddress

PAGE = "accounts/confirm_address.html"
A_MINUTE = 3  # each sends an e-mail to an address that the person has typed


@require_http_methods(["GET", "POST"])
@signed_in
@needs_recent_proof
def address(request: SignedInRequest) -> HttpResponse:
    """The present address, one that is not confirmed yet, and a form for a new one. The answer is the same for an
    address that another account has."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rate_limits.count("address", request.user.pk, A_MINUTE)
        try:
            ask_for_address(by=request.user, email=form.cleaned_data["email"])
        except SameAddress:
            form.add_error("email", _("This is your address already."))
        else:
            messages.success(request, _("An e-mail is on its way to the new address. Open the link in it."))
            return redirect("accounts:address")
    context = {"form": form, "asked": asked_for(request.user)}
    return render(request, "accounts/address.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@signed_in
def withdraw(request: SignedInRequest) -> HttpResponse:
    """The link under way is dead. Needs no proof: whoever finds a stranger's request must be quick."""
    withdraw_address(by=request.user)
    messages.success(request, _("The change is withdrawn. Your address stays as it is."))
    return redirect("accounts:sessions")


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def confirm(request: SignedInRequest, token: str) -> HttpResponse:
    """Opening it uses nothing up, as mail programs open links too. 410 once it is dead, or somebody else's."""
    link = found_for_address(token)
    if link is None or link.user_id != request.user.pk or not link.can_be_used:
        return render(request, PAGE, {"is_dead": True}, status=410)
    if request.method == "GET":
        return render(request, PAGE, {"link": link})
    try:
        confirm_address(by=request.user, link=link)
    except LinkIsDead:
        return render(request, PAGE, {"is_dead": True}, status=410)
    except AddressTaken:
        return render(request, PAGE, {"is_taken": True, "link": link}, status=409)
    now = User.objects.get(pk=request.user.pk)
    messages.success(request, _("You sign in with %(email)s from now on.") % {"email": now.email})
    return redirect("accounts:address")
