"""Roles and what each may do, as data. The people behind the roles: docs/domain.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Role(StrEnum):
    HANDLER = "handler"
    COORDINATOR = "coordinator"
    PARTNER_WORKER = "partner_worker"
    PARTNER_COORDINATOR = "partner_coordinator"
    LIAISON = "liaison"
    FUNDER = "funder"
    ADMINISTRATOR = "administrator"
    DPO = "dpo"


class Permission(StrEnum):
    WORK_READ = "work.read"
    CONTACT_LOG = "contact.log"
    CONTACT_READ_ALL = "contact.read_all"
    CONTACT_ASSIGN = "contact.assign"
    TRIAGE_ASSESS = "triage.assess"
    TRIAGE_CONFIRM = "triage.confirm"
    CASE_READ = "case.read"
    CASE_READ_ALL = "case.read_all"
    CASE_ASSIGN = "case.assign"
    ACCESS_GRANT = "access.grant"
    REFERRAL_OFFER = "referral.offer"
    REFERRAL_ANSWER = "referral.answer"
    TEAM_WORK = "team.work"
    NETWORK_READ = "network.read"
    NETWORK_EDIT = "network.edit"
    INTAKE_PAUSE = "intake.pause"
    FIGURES_READ = "figures.read"
    RELEASE_READ = "release.read"
    RELEASE_MAKE = "release.make"
    USERS_MANAGE = "users.manage"
    ROLE_CONFIRM = "role.confirm"
    AUDIT_READ = "audit.read"
    ERASURE_DECIDE = "erasure.decide"
    HOLD_SET = "hold.set"
    REQUEST_HANDLE = "request.handle"
    REQUEST_AGREE = "request.agree"


@dataclass(frozen=True)
class RoleInfo:
    label: StrPromise
    description: StrPromise
    permissions: frozenset[Permission]


HANDLER_MAY = frozenset(
    {
        Permission.WORK_READ,
        Permission.CONTACT_LOG,
        Permission.TRIAGE_ASSESS,
        Permission.CASE_READ,
        Permission.REFERRAL_OFFER,
        Permission.NETWORK_READ,
    }
)

ROLES: dict[Role, RoleInfo] = {
    Role.HANDLER: RoleInfo(
        _("Call handler"),
        _(
            "Takes calls, logs contacts, fills in the triage checklist and offers referrals. "
            "Sees contacts and cases of the centre that are their own or unassigned."
        ),
        HANDLER_MAY,
    ),
    Role.COORDINATOR: RoleInfo(
        _("Coordinator"),
        _(
            "Runs the shift and the case load: assigns, confirms overrides as the second person, answers escalations. "
            "Sees every contact and case of the centre."
        ),
        HANDLER_MAY
        | {
            Permission.CONTACT_READ_ALL,
            Permission.CONTACT_ASSIGN,
            Permission.TRIAGE_CONFIRM,
            Permission.CASE_READ_ALL,
            Permission.CASE_ASSIGN,
            Permission.ACCESS_GRANT,
            Permission.NETWORK_EDIT,
            Permission.INTAKE_PAUSE,
            Permission.FIGURES_READ,
            Permission.RELEASE_READ,
            Permission.RELEASE_MAKE,
            Permission.ROLE_CONFIRM,
            Permission.HOLD_SET,
            Permission.REQUEST_AGREE,
        },
    ),
    Role.PARTNER_WORKER: RoleInfo(
        _("Partner worker"),
        _(
            "Answers referrals for their organisation, works the case on the spot and reports back. "
            "Sees only what was disclosed to the organisation, until it ends."
        ),
        frozenset({Permission.WORK_READ, Permission.REFERRAL_ANSWER, Permission.TEAM_WORK, Permission.NETWORK_READ}),
    ),
    Role.PARTNER_COORDINATOR: RoleInfo(
        _("Partner coordinator"),
        _("As a partner worker, and looks after the organisation's capacity and intake pauses."),
        frozenset(
            {
                Permission.WORK_READ,
                Permission.REFERRAL_ANSWER,
                Permission.TEAM_WORK,
                Permission.NETWORK_READ,
                Permission.INTAKE_PAUSE,
            }
        ),
    ),
    Role.LIAISON: RoleInfo(
        _("Liaison"),
        _("Single point of contact of another body in a region. Sees only the disclosures addressed to them."),
        frozenset({Permission.WORK_READ, Permission.TEAM_WORK}),
    ),
    Role.FUNDER: RoleInfo(
        _("Funder"),
        _("Reads published statistics. Never sees a contact or a live figure."),
        frozenset({Permission.RELEASE_READ}),
    ),
    Role.ADMINISTRATOR: RoleInfo(
        _("Administrator"),
        _("Looks after users, roles, regions, organisations and opening hours. Sees no case content."),
        frozenset({Permission.USERS_MANAGE, Permission.ROLE_CONFIRM, Permission.NETWORK_READ, Permission.NETWORK_EDIT}),
    ),
    Role.DPO: RoleInfo(
        _("Data protection officer"),
        _("Reads the audit trail and metadata; content only on a motivated, logged request."),
        frozenset(
            {
                Permission.AUDIT_READ,
                Permission.ERASURE_DECIDE,
                Permission.HOLD_SET,
                Permission.REQUEST_HANDLE,
                Permission.ROLE_CONFIRM,
            }
        ),
    ),
}

#: Roles of people who work at another body than a centre.
AT_OTHER_BODIES = (Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR, Role.LIAISON)
#: Takes effect only when a second person has confirmed it: it reads content, or may confirm roles (ADR 29).
NEEDS_SECOND_PERSON = frozenset(Role) - {Role.FUNDER}
#: An administrator may give these alone while nobody else could confirm: they read no content.
ALONE_IF_NOBODY_ELSE = frozenset({Role.ADMINISTRATOR, Role.DPO})
#: Who may confirm at their own centre; administrators may at any.
CONFIRM_AT_THEIR_CENTRE = (Role.COORDINATOR, Role.DPO)
