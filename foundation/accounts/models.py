"""Tables of users, organisations, memberships (roles), and the first administrator's code."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.privacy.bounds import moments_within
from foundation.privacy.leases import LeasedQuerySet

from .countries import COUNTRY_PATTERN, ZONE_PATTERN, country_name, zone_or_utc
from .devices import Browser, System
from .roles import ROLES, Permission, Role
from .states import NOT_GIVEN, REFUSED, TO_CONFIRM, USABLE, LinkState, ProposalState
from .stored_passwords import UserWithStoredPassword
from .vocabulary import TO_THE_FORMER_ADDRESS, DeclineReason, LinkPurpose, NoticeKind
from .vocabulary import OrganisationKind as OrganisationKind  # noqa: PLC0414  all import it from here

logger = logging.getLogger(__name__)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def in_use(self) -> OrganisationQuerySet:
        return self.filter(is_active=True)


class Organisation(models.Model):
    """An organisation that people work for. The offers of partners are in ``regions``.

    ``version`` counts the edits, so that an outdated form is detected. A constraint checks that the database knows the
    time zone.
    """

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=OrganisationKind)
    country = models.CharField(_("country"), max_length=2, default="DE", help_text=_("ISO 3166-1, two letters"))
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Berlin")
    is_active = models.BooleanField(_("in use"), default=True)
    is_demo = models.BooleanField(_("demonstration"), default=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(country__regex=COUNTRY_PATTERN), name="organisation_country_code"),
            models.CheckConstraint(condition=Q(time_zone__regex=ZONE_PATTERN), name="organisation_zone_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone; UTC, with a log message, if this machine does not have it."""
        zone, is_known = zone_or_utc(self.time_zone)
        if not is_known:
            logger.error("organisation %s has an unknown time zone; UTC is used", self.pk)
        return zone

    @property
    def country_name(self) -> str:
        """In the active language."""
        return country_name(self.country)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(UserWithStoredPassword):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    service = models.CharField(
        max_length=30,
        blank=True,
        help_text=_("Code of a service; such a user cannot sign in."),
    )
    date_joined = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            moments_within("user", "last_login", "date_joined"),
            models.UniqueConstraint(
                fields=["service"],
                condition=~Q(service=""),
                name="one_user_per_service",
            ),
            models.UniqueConstraint(Lower("email"), name="email_whatever_case"),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    @property
    def is_invited(self) -> bool:
        """Whether the person has not chosen a password yet, nor ever signed in."""
        return not self.service and self.last_login is None and not self.has_usable_password()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @cached_property
    def active_memberships(self) -> list[Membership]:
        """Queried once per request; a change of role ends the person's sessions."""
        if not self.is_active:
            return []
        return list(self.memberships.active().select_related("organisation").order_by("pk"))

    @cached_property
    def centre(self) -> Organisation | None:
        """The advice centre this person works for."""
        return self._first(OrganisationKind.CENTRE)

    @cached_property
    def partner(self) -> Organisation | None:
        return self._first(OrganisationKind.PARTNER)

    def _first(self, kind: OrganisationKind) -> Organisation | None:
        return next(
            (m.organisation for m in self.active_memberships if m.organisation.kind == kind),
            None,
        )

    @property
    def role_labels(self) -> list[str]:
        return [str(ROLES[Role(m.role)].label) for m in self.active_memberships]

    def can_in_any(self, permission: str) -> bool:
        """Whether any of this person's roles has the permission. Only for menus, never for access checks."""
        return any(permission in ROLES[Role(m.role)].permissions for m in self.active_memberships)

    # Only Django's admin site, which shows reference data to administrators, uses these.
    @property
    def is_staff(self) -> bool:
        return self.can_in_any(Permission.USERS_MANAGE)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class PasswordHash(models.Model):
    """Read and written by the person and by the service of the sign-in only."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+", primary_key=True)
    encoded = models.CharField(max_length=128)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [moments_within("password_hash", "changed_at")]

    def __str__(self) -> str:
        return f"password of user {self.pk}"  # never the hash


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(ended_at=None)

    def with_roles(self, roles: Iterable[Role]) -> MembershipQuerySet:
        return self.filter(role__in=list(roles))


class Membership(models.Model):
    """A person's role in an organisation. Ended, never deleted, so that earlier access rights can be reconstructed.

    The application may update only ``ended_at`` and ``ended_by`` of a stored row; a trigger enforces this.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(
        max_length=30,
        choices=[(role.value, info.label) for role, info in ROLES.items()],
    )
    started_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, editable=False)
    proposal = models.OneToOneField(
        "RoleProposal", models.PROTECT, related_name="membership", null=True, editable=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of persons")
        constraints = [
            moments_within("membership", "started_at", "ended_at"),
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at=None),
                name="one_active_membership",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="membership_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"


class RoleProposalQuerySet(models.QuerySet["RoleProposal"]):
    def to_confirm(self) -> RoleProposalQuerySet:
        return self.filter(state__in=TO_CONFIRM)


class RoleProposal(models.Model):
    """A role that waits for a second person, or what became of it. Never deleted.

    ``centre``: whose coordinators and data protection officers may confirm it, besides administrators.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="role_proposals")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    role = models.CharField(max_length=30, choices=[(role.value, info.label) for role, info in ROLES.items()])
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, choices=DeclineReason, blank=True)

    objects = RoleProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("role_proposal", "proposed_at", "expires_at", "decided_at"),
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], condition=Q(state__in=TO_CONFIRM), name="one_open_proposal"
            ),
            models.CheckConstraint(
                condition=Q(state__in=TO_CONFIRM, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state__in=TO_CONFIRM) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="proposal_decided_by_and_at",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=REFUSED) & ~Q(reason="")) | (~Q(state__in=REFUSED) & Q(reason="")),
                name="proposal_declined_with_reason",
            ),
        ]

    @property
    def subject(self) -> uuid.UUID:
        """Of its row on the worklist."""
        return uuid.UUID(int=self.pk)

    def __str__(self) -> str:
        return f"proposed role {self.pk}"

    def is_open(self, now: datetime) -> bool:
        return self.state in TO_CONFIRM and self.expires_at > now

    @property
    def is_alone(self) -> bool:
        return self.state == ProposalState.ALONE

    @property
    def is_not_given(self) -> bool:
        return self.state in NOT_GIVEN

    @property
    def description(self) -> str:
        """What the role may do, in words."""
        return str(ROLES[Role(self.role)].description)


class OneTimeLinkQuerySet(LeasedQuerySet["OneTimeLink"]):
    def usable(self) -> OneTimeLinkQuerySet:
        return self.filter(state__in=USABLE)

    def for_password(self) -> OneTimeLinkQuerySet:
        return self.exclude(purpose=LinkPurpose.ADDRESS)

    def for_address(self) -> OneTimeLinkQuerySet:
        return self.filter(purpose=LinkPurpose.ADDRESS)

    def to_send(self, now: datetime) -> OneTimeLinkQuerySet:
        return self.usable().filter(sent_at=None, gave_up_at=None, due_at__lte=now, expires_at__gt=now).order_by("pk")


class OneTimeLink(models.Model):
    """A link that is mailed to a person, who chooses a password with it, or confirms a new address.

    The row is also the queue of these e-mails. The link itself is not stored: it is signed with the secret key when the
    e-mail is sent (``one_time_links``). ``email``: the new address, to which it is mailed; otherwise empty.
    ``centre``: that of the person who ordered it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="one_time_links")
    purpose = models.CharField(max_length=10, choices=LinkPurpose)
    state = models.CharField(max_length=10, choices=LinkState, default=LinkState.OPEN)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+", null=True)
    email = models.EmailField(blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)

    objects = OneTimeLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within(
                "one_time_link",
                "made_at",
                "expires_at",
                "ended_at",
                "due_at",
                "claimed_until",
                "sent_at",
                "gave_up_at",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=USABLE) & ~Q(purpose="address"), name="one_open_link"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=USABLE, purpose="address"), name="one_open_address_link"
            ),
            models.CheckConstraint(
                condition=(Q(purpose="address") & ~Q(email="")) | (~Q(purpose="address") & Q(email="")),
                name="link_has_its_address",
            ),
            models.CheckConstraint(
                condition=Q(state__in=USABLE, ended_at__isnull=True)
                | (~Q(state__in=USABLE) & Q(ended_at__isnull=False)),
                name="link_ended_at",
            ),
        ]
        indexes = [models.Index(fields=["id"], name="link_unsent", condition=Q(sent_at=None))]

    def __str__(self) -> str:
        return f"one-time link {self.pk}"

    def is_usable(self, now: datetime) -> bool:
        return self.state in USABLE and self.expires_at > now

    @property
    def can_be_used(self) -> bool:
        return self.is_usable(timezone.now()) and self.user.is_active

    def is_to_be_sent(self, now: datetime) -> bool:
        return self.is_usable(now) and self.sent_at is None and self.gave_up_at is None


class StaffNoticeQuerySet(LeasedQuerySet["StaffNotice"]):
    def to_send(self, now: datetime) -> StaffNoticeQuerySet:
        return self.filter(due_at__lte=now).order_by("due_at", "pk")


class StaffNotice(models.Model):
    """An e-mail to somebody who works here, which says that something waits or has changed, and nothing more.

    Deleted as soon as it is sent. ``email``: where it goes, if that is not the account's present address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    email = models.EmailField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)

    objects = StaffNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("staff_notice", "due_at", "claimed_until"),
            # What waits is announced once, until the e-mail has been sent.
            models.UniqueConstraint(fields=["user", "kind"], condition=Q(email=""), name="one_unsent_notice"),
            models.CheckConstraint(
                condition=(Q(kind__in=TO_THE_FORMER_ADDRESS) & ~Q(email=""))
                | (~Q(kind__in=TO_THE_FORMER_ADDRESS) & Q(email="")),
                name="notice_has_its_address",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class DirectoryLink(models.Model):
    """An account of the centre's directory with which the person signs in (OpenID Connect).

    ``digest``: of issuer and subject (``directory.Identity``). Nothing else of what the directory says is stored.
    """

    digest = models.CharField(primary_key=True, max_length=64, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="+", editable=False)
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [moments_within("directory_link", "linked_at")]

    def __str__(self) -> str:
        return f"directory account of user {self.user_id}"  # never the digest


class Session(AbstractBaseSession):
    """A browser's session. The user's column lets one statement read both, and end all sessions of a person.

    ``browser`` and ``system`` are those of the last time the session was written.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", null=True, editable=False)
    began_at = models.DateTimeField(default=timezone.now)
    browser = models.CharField(max_length=10, choices=Browser, blank=True)
    system = models.CharField(max_length=10, choices=System, blank=True)

    class Meta(AbstractBaseSession.Meta):
        constraints = [moments_within("session", "expire_date", "began_at")]

    def __str__(self) -> str:
        return f"session of user {self.user_id}"  # never its key

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from .sessions import SessionStore

        return SessionStore


class FirstRunCode(models.Model):
    """The one-time code with which an empty installation's first administrator is made in the browser.

    At most one row: a new code replaces the previous one. A used one is kept with time and user.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    code_hash = models.CharField(max_length=128)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    tries_since = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            moments_within("first_run_code", "made_at", "expires_at", "tries_since", "used_at"),
            models.CheckConstraint(condition=Q(pk=1), name="one_first_run_code"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="first_run_code_used_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return "first-run code"
