"""Closed lists of this app."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .roles import Role


class OrganisationKind(models.TextChoices):
    CENTRE = "centre", _("Advice centre")
    PARTNER = "partner", _("Partner")
    BODY = "body", _("Public body")
    FUNDER = "funder", _("Funder")


#: Roles that are possible in each kind of organisation; a trigger enforces this.
#: A funder's people read a centre's releases, so their role is at that centre.
ROLES_AT: dict[str, tuple[Role, ...]] = {
    OrganisationKind.CENTRE: (Role.HANDLER, Role.COORDINATOR, Role.ADMINISTRATOR, Role.DPO, Role.FUNDER),
    OrganisationKind.PARTNER: (Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR),
    OrganisationKind.BODY: (Role.LIAISON,),
    OrganisationKind.FUNDER: (),
}


class DeclineReason(models.TextChoices):
    """A list instead of a text, so that nothing about a person is written down here."""

    WRONG_ROLE = "wrong_role", _("another role is enough")
    WRONG_PLACE = "wrong_place", _("another organisation")
    UNKNOWN = "unknown", _("I do not know this person or this address")
    NOT_NEEDED = "not_needed", _("not needed (any more)")
    TO_DISCUSS = "to_discuss", _("we should talk about it first")


class LinkPurpose(models.TextChoices):
    INVITATION = "invitation", _("invitation")
    PASSWORD = "password", _("new password")
    ADDRESS = "address", _("new address")


class NoticeKind(models.TextChoices):
    ADDRESS_ASKED = "address_asked", _("a new address was asked for")
    ADDRESS_CHANGED = "address_changed", _("the address has changed")
    ROLE_WAITS = "role_waits", _("a role waits for a second person")
    ERASURE_WAITS = "erasure_waits", _("dossiers are due to be erased")


#: Notices that go to the address that the person had, also if it changes meanwhile.
TO_THE_FORMER_ADDRESS = (NoticeKind.ADDRESS_ASKED, NoticeKind.ADDRESS_CHANGED)
