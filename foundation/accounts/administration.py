"""Data of the administration's start page: missing set-up steps, and links to its pages.

Other apps add steps with the setting SETUP_STEPS, and pages by URL name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import Membership, Organisation
from .roles import Role


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
    AdministrationPage("accounts:users", _("Users"), _("Accounts, roles, passwords, who has left"), "users"),
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
    """This app's steps: a handler, and a second coordinator for decisions that need two people."""
    handlers = people_as(centre, Role.HANDLER)
    coordinators = people_as(centre, Role.COORDINATOR)
    return [
        SetupStep(
            _now("People who answer"),
            handlers + coordinators > 0,
            ngettext("%(number)s call handler", "%(number)s call handlers", handlers) % {"number": handlers},
            reverse("accounts:new_user"),
            _now("Add a user"),
        ),
        SetupStep(
            _now("A coordinator"),
            coordinators > 0,
            ngettext("%(number)s coordinator", "%(number)s coordinators", coordinators) % {"number": coordinators},
            reverse("accounts:new_user"),
            _now("Add a user"),
        ),
    ]


def people_as(organisation: Organisation, *roles: Role) -> int:
    """Number of people with one of these roles there."""
    active = Membership.objects.active().with_roles(roles).filter(organisation=organisation, user__is_active=True)
    return active.values("user").distinct().count()


def people_with_roles(organisation: Organisation) -> str:
    """A reason not to deactivate the organisation; empty if there is none."""
    number = people_as(organisation, *Role)
    text = ngettext("%(number)s person has a role there.", "%(number)s persons have a role there.", number)
    return text % {"number": number} if number else ""
