"""Pages on which administrators invite people, and propose and end roles."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import actions, role_proposals
from .forms import NewUserForm, RoleForm, UserForm
from .guards import SignedInRequest, administrators_only
from .models import DirectoryLink, Membership, OneTimeLink, Organisation, RoleProposal, User
from .refusals import AddressIsTheirs, AddressTaken, ChangedMeanwhile, DecidedAlready, LastAdministrator, RoleDoesNotFit
from .roles import NEEDS_SECOND_PERSON, ROLES, Role
from .states import ProposalState

SHOWN = 200
ADDRESS_IS_THEIRS = _lazy(
    "This person has a role that needs a second person, so only they change their address, under their own account. "
    "If they cannot sign in any more: end the roles, change the address, and propose the roles again."
)


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
    proposed = RoleProposal.objects.to_confirm().filter(expires_at__gt=timezone.now()).select_related("organisation")
    rows = rows.prefetch_related(
        Prefetch("memberships", current, to_attr="current_roles"),
        Prefetch("role_proposals", proposed.order_by("pk"), to_attr="proposed_roles"),
    )
    found = list(rows[: SHOWN + 1])
    context = {"users": found[:SHOWN], "has_more": len(found) > SHOWN, "wanted": wanted, "show_closed": show_closed}
    return render(request, "accounts/users.html", context)


@require_safe
@administrators_only
def user(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person: roles, sign-in, end."""
    return _user_page(request, _person(pk), RoleForm())


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new_user(request: SignedInRequest) -> HttpResponse:
    """Invite a person, with a first role."""
    initial = {"version": 0, "language": request.user.language, "role": request.GET.get("role")}
    form = NewUserForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.invite_user(
                by=request.user, email=given["email"], name=given["name"], language=given["language"]
            )
        except AddressTaken:
            form.add_error("email", _("There is a user with this address already."))
        else:
            messages.success(request, _("%(name)s is invited by e-mail.") % {"name": made.name})
            if given["role"]:
                messages.success(request, _grant(request.user, made, *given["role"]))
            return redirect("accounts:user", made.pk)
    context = {"form": form, "person": None, "roles": ROLES.values()}
    return render(request, "accounts/user_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
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
        except AddressIsTheirs:
            form.add_error("email", str(ADDRESS_IS_THEIRS))
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
    """Propose a role, or give it if it needs no second person."""
    person = _person(pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            messages.success(request, _grant(request.user, person, *form.cleaned_data["role"]))
        except RoleDoesNotFit:
            form.add_error("role", _("This role cannot be given there (any more)."))
        else:
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
def withdraw_role(request: SignedInRequest, pk: int) -> HttpResponse:
    """Withdraw a proposed role."""
    proposal = get_object_or_404(RoleProposal, pk=pk)
    try:
        role_proposals.withdraw_role(by=request.user, proposal=proposal)
        messages.success(request, _("The proposed role is withdrawn."))
    except DecidedAlready:
        messages.warning(request, _("Somebody has decided on it meanwhile; this is how it stands."))
    return redirect("accounts:user", proposal.user_id)


@require_POST
@administrators_only
def make_link(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have an invitation mailed again; or end password and sessions, and have a link for a new one mailed."""
    person = _person(pk)
    actions.reset_password(by=request.user, user=person)
    messages.success(request, _("An e-mail with a new link goes to %(email)s.") % {"email": person.email})
    return redirect("accounts:user", pk)


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


def _grant(by: User, person: User, organisation: int, role: Role) -> str:
    """Propose or give the role; what has happened, in words."""
    place = get_object_or_404(Organisation, pk=organisation)
    if role not in NEEDS_SECOND_PERSON:
        actions.grant_role(by=by, user=person, organisation=place, role=role)
        return _("The role is given. The person signs in anew.")
    proposal = role_proposals.propose_role(by=by, user=person, organisation=place, role=role)
    if proposal is None:
        return _("The person has this role already.")
    if proposal.state == ProposalState.ALONE:
        return _("The role is given without a second person, as there is nobody else. This is recorded.")
    if not role_proposals.could_confirm(proposal.centre, besides=[by, person]):
        return _("The role is proposed. Nobody can confirm it yet: invite a second person first.")
    return _("The role is proposed. It takes effect when a second person has confirmed it.")


def _last_administrator(request: SignedInRequest) -> None:
    messages.error(request, _("Somebody must look after users: give another person the role of administrator first."))


def _user_page(request: SignedInRequest, person: User, form: RoleForm, status: int = 200) -> HttpResponse:
    roles = person.memberships.select_related(
        "organisation", "granted_by", "ended_by", "proposal", "proposal__proposed_by"
    ).order_by("-started_at", "-pk")
    proposals = person.role_proposals.select_related("organisation", "proposed_by", "decided_by").order_by("-pk")
    now = timezone.now()
    link = OneTimeLink.objects.for_password().filter(user=person).order_by("-made_at").first()
    context = {
        "proposed": [one for one in proposals if one.is_open(now)],
        "not_given": [one for one in proposals if one.is_not_given][:SHOWN],
        "link": link if link and link.is_usable(now) else None,
        "person": person,
        "current": [one for one in roles if one.ended_at is None],
        "former": [one for one in roles if one.ended_at is not None],
        "form": form,
        "is_self": person == request.user,
        "directory_link": DirectoryLink.objects.filter(user=person).first() if settings.DIRECTORY else None,
        "roles": ROLES.values(),
    }
    return render(request, "accounts/user.html", context, status=status)
