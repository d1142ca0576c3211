"""Data of the administration's start page: missing set-up steps, and links to its pages.

Other apps add steps with the setting SETUP_STEPS, and pages by URL name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import Membership, Organisation, RoleProposal
from .roles import CONFIRM_AT_THEIR_CENTRE, Role


@dataclass(frozen=True)
class SetupStep:
    """One set-up step that is needed before work can begin. ``now``: the current state, in words."""

    label: str
    is_done: bool
    now: str
    url: str
    action: str


@dataclass(frozen=True)
class AdministrationPage:
    """A page of the administration."""

    url_name: str
    label: str | Promise
    text: str | Promise
    icon: str


@dataclass(frozen=True)
class AdministrationLink:
    """An entry ready to be shown."""

    url: str
    entry: AdministrationPage


ENTRIES: tuple[AdministrationPage, ...] = (
    AdministrationPage("accounts:users", _("Users"), _("Invitations, roles, who has left"), "users"),
    AdministrationPage(
        "accounts:role_proposals", _("Roles to confirm"), _("What other administrators have proposed"), "user-plus"
    ),
    AdministrationPage(
        "accounts:organisations", _("Organisations"), _("Centre, partners, public bodies, funders"), "building-2"
    ),
    AdministrationPage(
        "switchboard:lines", _("Telephone lines"), _("Numbers, the languages of the menu, opening"), "phone"
    ),
    AdministrationPage(
        "regions:conflicts", _("Conflicts of interest"), _("Whom the ranking leaves out, and why"), "scale"
    ),
    AdministrationPage(
        "handoff:undelivered", _("Undelivered e-mails"), _("Notices that the mail server did not take"), "mail"
    ),
    AdministrationPage("admin:index", _("Word lists"), _("Caller types, topics, regions, postal codes"), "list"),
)


def address(url_name: str, *args: object) -> str:
    """The path of a URL name; empty if it does not exist."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def links(entries: Iterable[AdministrationPage] = ENTRIES) -> list[AdministrationLink]:
    found = [AdministrationLink(address(entry.url_name), entry) for entry in entries]
    return [link for link in found if link.url]


def setup_steps(centre: Organisation) -> list[SetupStep]:
    """The steps of all apps, in the order of the setting."""
    return [step for path in settings.SETUP_STEPS for step in import_string(path)(centre)]


def steps(centre: Organisation) -> list[SetupStep]:
    """This app's steps: a second person who confirms roles, a handler, and a coordinator."""
    handlers = people_as(centre, Role.HANDLER)
    coordinators = people_as(centre, Role.COORDINATOR)
    return [
        second_person(centre),
        SetupStep(
            _now("People who answer"),
            handlers + coordinators > 0,
            ngettext("%(number)s call handler", "%(number)s call handlers", handlers) % {"number": handlers}
            + waiting(centre, Role.HANDLER),
            f"{reverse('accounts:new_user')}?role={centre.pk}:{Role.HANDLER}",
            _now("Invite somebody"),
        ),
        SetupStep(
            _now("A coordinator"),
            coordinators > 0,
            ngettext("%(number)s coordinator", "%(number)s coordinators", coordinators) % {"number": coordinators}
            + waiting(centre, Role.COORDINATOR),
            f"{reverse('accounts:new_user')}?role={centre.pk}:{Role.COORDINATOR}",
            _now("Invite somebody"),
        ),
    ]


def second_person(centre: Organisation) -> SetupStep:
    """Two people who may confirm roles; the second has accepted the invitation."""
    there = Q(role__in=CONFIRM_AT_THEIR_CENTRE, organisation=centre)
    active = Membership.objects.active().filter(Q(role=Role.ADMINISTRATOR) | there, user__is_active=True)
    people = {one.user for one in active.select_related("user")}
    invited = sum(person.is_invited for person in people)
    number = len(people) - invited
    now = ngettext("%(number)s person may confirm roles", "%(number)s persons may confirm roles", number)
    if invited:
        now += ngettext(", %(number)s more is invited", ", %(number)s more are invited", invited) % {"number": invited}
    return SetupStep(
        _now("A second person who confirms roles"),
        number > 1,
        now % {"number": number},
        f"{reverse('accounts:new_user')}?role={centre.pk}:{Role.DPO}",
        _now("Invite the data protection officer or a second administrator"),
    )


def waiting(centre: Organisation, role: Role) -> str:
    """How many proposed roles wait for a second person; empty if none."""
    number = RoleProposal.objects.to_confirm().filter(organisation=centre, role=role, expires_at__gt=Now()).count()
    text = ngettext(", %(number)s to be confirmed", ", %(number)s to be confirmed", number)
    return text % {"number": number} if number else ""


def people_as(organisation: Organisation, *roles: Role) -> int:
    """Number of people with one of these roles there."""
    active = Membership.objects.active().with_roles(roles).filter(organisation=organisation, user__is_active=True)
    return active.values("user").distinct().count()


def people_with_roles(organisation: Organisation) -> str:
    """A reason not to deactivate the organisation; empty if there is none."""
    number = people_as(organisation, *Role)
    text = ngettext("%(number)s person has a role there.", "%(number)s persons have a role there.", number)
    return text % {"number": number} if number else ""
