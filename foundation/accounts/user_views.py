"""Pages on which administrators manage users and roles."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from . import actions
from .forms import NewUserForm, RoleForm, UserForm
from .guards import SignedInRequest, administrators_only
from .models import Membership, Organisation, User
from .one_time_links import path_of_link
from .refusals import AddressTaken, ChangedMeanwhile, LastAdministrator, RoleDoesNotFit
from .roles import ROLES, Role

SHOWN = 200


@require_safe
@administrators_only
def users(request: SignedInRequest) -> HttpResponse:
    """Users by name; filtered by name, e-mail or organisation."""
    show_closed = request.GET.get("show") == "closed"
    wanted = request.GET.get("q", "").strip()[:100].replace("\0", "")
    current = Membership.objects.active().select_related("organisation").order_by("pk")
    rows = User.objects.filter(service="", is_active=not show_closed).order_by("name", "pk")
    if wanted:
        at = Membership.objects.active().filter(organisation__name__icontains=wanted).values("user")
        rows = rows.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted) | Q(pk__in=at))
    found = list(rows.prefetch_related(Prefetch("memberships", current, to_attr="current_roles"))[: SHOWN + 1])
    context = {"users": found[:SHOWN], "has_more": len(found) > SHOWN, "wanted": wanted, "show_closed": show_closed}
    return render(request, "accounts/users.html", context)


@require_safe
@administrators_only
def user(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person: roles, sign-in, end."""
    return _user_page(request, _person(pk), RoleForm())


@administrators_only
def new_user(request: SignedInRequest) -> HttpResponse:
    """Add a person, with a first role."""
    initial = {"version": 0, "language": request.user.language, "role": request.GET.get("role")}
    form = NewUserForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.create_user(
                by=request.user, email=given["email"], name=given["name"], language=given["language"]
            )
            if given["role"]:
                _grant(request.user, made, *given["role"])
        except AddressTaken:
            form.add_error("email", _("There is a user with this address already."))
        else:
            messages.success(request, _("%(name)s has an account now.") % {"name": made.name})
            return redirect("accounts:user", made.pk)
    context = {"form": form, "person": None, "roles": ROLES.values()}
    return render(request, "accounts/user_form.html", context, status=422 if request.method == "POST" else 200)


@administrators_only
def edit_user(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change name, e-mail and language."""
    person = _person(pk)
    form = UserForm(request.POST or None, initial=UserForm.stored(person))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_user(by=request.user, user=person, **form.cleaned_data)
        except AddressTaken:
            form.add_error("email", _("There is a user with this address already."))
        except ChangedMeanwhile:
            form.outdated(UserForm.stored(_person(pk)))
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:user", pk)
    return render(request, "accounts/user_form.html", {"form": form, "person": person}, status=status)


@require_POST
@administrators_only
def grant(request: SignedInRequest, pk: int) -> HttpResponse:
    """Grant a role."""
    person = _person(pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            _grant(request.user, person, *form.cleaned_data["role"])
        except RoleDoesNotFit:
            form.add_error("role", _("This role cannot be given there (any more)."))
        else:
            messages.success(request, _("The role is given. The person signs in anew."))
            return redirect("accounts:user", pk)
    return _user_page(request, person, form, 422)


@require_POST
@administrators_only
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a role."""
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=pk, user__service="")
    if membership.user == request.user:
        messages.warning(request, _("Your own roles are ended by another administrator."))
    else:
        try:
            actions.end_role(by=request.user, membership=membership)
            messages.success(request, _("The role has ended. Rights and sessions ended at once."))
        except LastAdministrator:
            _last_administrator(request)
    return redirect("accounts:user", membership.user_id)


@require_POST
@administrators_only
def make_link(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove password and sessions; show a one-time link, once."""
    person = actions.reset_password(by=request.user, user=_person(pk))
    link = settings.LOTSE_PUBLIC_BASE_URL + path_of_link(person)
    until = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return render(request, "accounts/link.html", {"person": person, "link": link, "until": until})


@require_POST
@administrators_only
def deactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the account; the person's records are kept."""
    person = _person(pk)
    try:
        actions.deactivate_user(by=request.user, user=person)
        messages.success(request, _("The account is closed. Roles and sessions ended at once."))
    except LastAdministrator:
        _last_administrator(request)
    return redirect("accounts:user", pk)


@require_POST
@administrators_only
def reactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Reopen the account, without roles."""
    actions.reactivate_user(by=request.user, user=_person(pk))
    messages.success(request, _("The account is open again. Give the roles that are needed now."))
    return redirect("accounts:user", pk)


def _person(pk: int) -> User:
    """The user; service users give 404."""
    return get_object_or_404(User, pk=pk, service="")


def _grant(by: User, person: User, organisation: int, role: Role) -> None:
    actions.grant_role(by=by, user=person, organisation=get_object_or_404(Organisation, pk=organisation), role=role)


def _last_administrator(request: SignedInRequest) -> None:
    messages.error(request, _("Somebody must look after users: give another person the role of administrator first."))


def _user_page(request: SignedInRequest, person: User, form: RoleForm, status: int = 200) -> HttpResponse:
    roles = person.memberships.select_related("organisation", "granted_by", "ended_by").order_by("-started_at", "-pk")
    context = {
        "person": person,
        "current": [one for one in roles if one.ended_at is None],
        "former": [one for one in roles if one.ended_at is not None],
        "form": form,
        "is_self": person == request.user,
        "roles": ROLES.values(),
    }
    return render(request, "accounts/user.html", context, status=status)
