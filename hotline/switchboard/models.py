"""Tables of lines, calls, legs, handlers at the telephone, webhooks, voicemail, blocks, provider commands."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from foundation.accounts.models import Organisation, User
from foundation.privacy.fields import EncryptedBytesField, EncryptedJSONField, EncryptedTextField
from foundation.privacy.leases import LeasedQuerySet
from foundation.privacy.models import DataKey
from foundation.privacy.unshown import read_or
from foundation.ui.labels import ChoiceLabels
from hotline.contacts.models import Callback, Contact
from hotline.contacts.vocabulary import CallerIdKind
from regions.phone_numbers import written
from regions.vocabulary import Language

from . import bounds
from .sql import AHEAD, CALL_BY, LOCK_CALL, LOCK_LEG
from .states import (
    CALL_OVER,
    CLAIMED,
    NOT_CARRIED_OUT,
    OFFER_OPEN,
    AgentReason,
    AgentState,
    CallState,
    CommandState,
    Ending,
    LegState,
    OfferState,
)
from .vocabulary import CallParticipant, CommandKind, Direction, Skill, WhyUnreached


class Line(models.Model):
    """One of our own numbers, set up by administrators. ``version`` counts the edits."""

    number = PhoneNumberField(_("number"), unique=True)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("centre"))
    name = models.CharField(_("name"), max_length=80)
    languages = ArrayField(
        models.CharField(max_length=3, choices=Language),
        verbose_name=_("languages"),
        default=list,
        help_text=_("In the order of the menu; a single one needs no menu."),
    )
    skill = models.CharField(_("skill"), max_length=15, choices=Skill, blank=True)
    is_round_the_clock = models.BooleanField(_("open round the clock"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("telephone line")
        verbose_name_plural = _("telephone lines")

    def __str__(self) -> str:
        return f"line {self.pk}"


class CallQuerySet(models.QuerySet["Call"]):
    def locked(self) -> CallQuerySet:
        """Lock the row until the end of the transaction."""
        return self.select_for_update(no_key=True)

    def lock_by(self, identifier: str, value: uuid.UUID | str, *, event_key: str) -> Call | None:
        """Lock and return the call with this "id", "sid" or "leg".

        Its ``is_repeat`` tells whether the event with this unique key is stored already.
        """
        return next(iter(self.raw(LOCK_CALL.format(CALL_BY[identifier]), [event_key, value])), None)

    def live(self) -> CallQuerySet:
        return self.filter(ended_at=None)

    def inbound(self) -> CallQuerySet:
        """Incoming calls, which the figures count."""
        return self.filter(direction=Direction.INBOUND)

    def waiting(self) -> CallQuerySet:
        """Waiting calls: urgent first, then longest waiting."""
        return self.live().filter(state=CallState.WAITING).order_by("-is_urgent", "waiting_since", "id")

    def ahead_of(self, call: Call) -> int:
        """Number of calls before this one in the queue that the same handlers could take."""
        if call.state != CallState.WAITING:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(AHEAD, vars(call))
            return int(cursor.fetchone()[0])

    def in_room(self) -> CallQuerySet:
        """Calls whose caller was sent into the room and, according to the events, has not left it."""
        return self.live().filter(entered_at__isnull=False)

    def alone(self) -> CallQuerySet:
        """Calls whose caller the sweep has found alone in the room."""
        return self.live().filter(alone_since__isnull=False)


class Call(ChoiceLabels, models.Model):
    """One telephone call, from the first ring to the end. ``id`` is also the id of its contact.

    An outbound call is to a person whom we call back; its contact may have several. ``phone`` and ``sid`` are the
    person's, who is then treated as the caller.

    ``heard_at``, ``asked_at``: last event from the provider, and last request for the status; ``ask_at``: when to ask
    early. ``entered_at``: when the caller was sent into the room; ``goodbye_at``: when the goodbye was played.
    ``alone_since``: since when the caller is alone in the room.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.INBOUND)
    sid = models.CharField(max_length=64, null=True)  # noqa: DJ001  unknown for outbound calls until they ring
    phone = EncryptedTextField()
    from_raw = EncryptedTextField()
    phone_index = models.BinaryField(null=True)
    caller_id_kind = models.CharField(max_length=8, choices=CallerIdKind, default=CallerIdKind.UNKNOWN)
    language = models.CharField(max_length=3, choices=Language, blank=True)
    is_urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=CallState, default=CallState.MENU)
    ending_so_far = models.CharField(max_length=10, choices=Ending, blank=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    why_unreached = models.CharField(max_length=10, choices=WhyUnreached, blank=True)
    arrived_at = models.DateTimeField(default=timezone.now)
    waiting_since = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    connected_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(default=timezone.now)
    ask_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(null=True)
    goodbye_at = models.DateTimeField(null=True)
    alone_since = models.DateTimeField(null=True)
    room_sid = models.CharField(max_length=64, blank=True)
    is_held = models.BooleanField(default=False)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", null=True)
    callback = models.ForeignKey(Callback, models.PROTECT, related_name="+", null=True)

    is_repeat: bool  # as ``lock`` has found it
    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            *bounds.CALL,
            models.CheckConstraint(
                condition=Q(state__in=CALL_OVER, ended_at__isnull=False) & ~Q(ending="")
                | ~Q(state__in=CALL_OVER) & Q(ended_at__isnull=True),
                name="call_has_one_end",
            ),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True, claimed_by__isnull=True)
                | Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="call_claimed_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=CLAIMED) | Q(claimed_by__isnull=False, contact__isnull=False),
                name="call_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(phone_index__isnull=True) | Q(caller_id_kind="shown"),
                name="call_only_shown_numbers_recognise",
            ),
            models.UniqueConstraint(  # a call that was handed over continues without its handler
                fields=["claimed_by"], condition=Q(state=CallState.CONNECTING), name="one_call_per_handler"
            ),
            models.UniqueConstraint(
                fields=["contact"], condition=Q(contact__isnull=False, direction="inbound"), name="one_call_per_contact"
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(direction="outbound", ended_at__isnull=True),
                name="one_outbound_call_at_a_time",
            ),
            models.UniqueConstraint(fields=["sid"], condition=Q(sid__isnull=False), name="one_call_per_sid"),
            models.CheckConstraint(
                condition=Q(direction="inbound", sid__isnull=False)
                | Q(direction="outbound", state__in=[*CLAIMED, *CALL_OVER]),
                name="call_outbound_never_waits",
            ),
            models.CheckConstraint(
                condition=Q(ending="unreached") & ~Q(why_unreached="") | ~Q(ending="unreached") & Q(why_unreached=""),
                name="call_unreached_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "-arrived_at"], name="call_centre_newest"),
            models.Index(fields=["centre", "waiting_since"], name="call_live", condition=Q(ended_at=None)),
            models.Index(fields=["phone_index", "-arrived_at"], name="call_phone"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"

    @property
    def room(self) -> str:
        """The name of its conference: random, without a telephone number."""
        return self.pk.hex

    @property
    def shown_phone(self) -> str:
        return written(self.phone)

    @property
    def conference(self) -> str:
        """The conference for requests to the provider: its sid, or its name until the sid is known."""
        return self.room_sid or self.room

    @property
    def is_outbound(self) -> bool:
        return self.direction == Direction.OUTBOUND


class LegQuerySet(models.QuerySet["Leg"]):
    def locked(self) -> LegQuerySet:
        """Lock the row. The call must be locked first; the same order everywhere prevents deadlocks."""
        return self.select_for_update(no_key=True)

    def lock_of(self, call: Call, leg_id: uuid.UUID | str) -> Leg | None:
        """Lock and return the leg of this call, which must be locked."""
        leg = next(iter(self.raw(LOCK_LEG, [leg_id, call.pk])), None)
        if leg:
            leg.call = call
        return leg

    def live(self) -> LegQuerySet:
        return self.filter(ended_at=None)


class Leg(models.Model):
    """One telephone in a call besides the caller's: a handler's or a partner's.

    ``sid``: the first one reported; events of other sids do not change the leg. ``is_bound``: the room ends with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    call = models.ForeignKey(Call, models.PROTECT, related_name="legs")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    party = models.CharField(max_length=8, choices=CallParticipant)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", null=True)
    phone = EncryptedTextField()
    sid = models.CharField(max_length=64, null=True)  # noqa: DJ001  unknown until the provider answers
    state = models.CharField(max_length=10, choices=LegState, default=LegState.PLANNED)
    sequence = models.IntegerField(default=-1)
    room_sequence = models.IntegerField(default=-1)
    made_at = models.DateTimeField(default=timezone.now)
    joined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    ask_at = models.DateTimeField(null=True)
    is_bound = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True)

    objects = LegQuerySet.as_manager()

    class Meta:
        constraints = [
            *bounds.LEG,
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True, party="handler"), name="one_leg_per_handler"
            ),
            models.UniqueConstraint(fields=["sid"], condition=Q(sid__isnull=False), name="one_leg_per_sid"),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="leg_live", condition=Q(ended_at=None)),
            models.Index(fields=["made_at"], name="leg_newest"),
        ]

    def __str__(self) -> str:
        return f"leg {self.pk}"

    @property
    def label(self) -> str:
        return self.pk.hex


class AgentQuerySet(models.QuerySet["Agent"]):
    def ready(self) -> AgentQuerySet:
        return self.filter(state=AgentState.READY)


class Agent(models.Model):
    """A handler at the telephone: state, languages, skills, and where to ring. ``is_browser``: a softphone.

    ``reason``: why the system set the state; empty if a person or a call did.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.OneToOneField(User, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    phone = EncryptedTextField()
    is_browser = models.BooleanField(default=False)
    languages = ArrayField(models.CharField(max_length=3, choices=Language), default=list)
    skills = ArrayField(models.CharField(max_length=15, choices=Skill), default=list)
    state = models.CharField(max_length=8, choices=AgentState, default=AgentState.OFF)
    since = models.DateTimeField(default=timezone.now)
    call = models.ForeignKey(Call, models.PROTECT, related_name="+", null=True)
    missed = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=15, choices=AgentReason, blank=True)

    objects = AgentQuerySet.as_manager()

    class Meta:
        constraints = bounds.AGENT
        indexes = [models.Index(fields=["centre", "state"], name="agent_state")]

    @property
    def has_telephone(self) -> bool:
        return self.is_browser or bool(read_or(self, lambda: self.phone, ""))

    def __str__(self) -> str:
        return f"agent {self.pk}"


class Offer(models.Model):
    """An offer of a waiting call to one handler, for a limited time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    call = models.ForeignKey(Call, models.PROTECT, related_name="offers")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="offers")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=OfferState, default=OfferState.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *bounds.OFFER,
            models.UniqueConstraint(
                fields=["agent"], condition=Q(state__in=OFFER_OPEN), name="one_open_offer_per_agent"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="offer_of_call_open", condition=Q(state=OfferState.OPEN)),
            models.Index(fields=["call", "state"], name="offer_of_call_call"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class WebhookEvent(models.Model):
    """An event from the provider, stored in the transaction that applies it. A repeat gets the stored ``answer``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    resource_sid = models.CharField(max_length=64)
    sequence = models.IntegerField(null=True)
    dedupe_key = models.CharField(max_length=300, unique=True)
    parameters = EncryptedJSONField()
    provider_time = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True)
    answer = EncryptedTextField()
    problem = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = bounds.WEBHOOK_EVENT
        indexes = [
            models.Index(fields=["received_at"], name="webhook_unprocessed", condition=Q(processed_at=None)),
            models.Index(fields=["resource_sid"], name="webhook_sid"),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class Refusal(models.Model):
    """Number of unsigned or forged webhooks refused on a day (UTC); their content is not stored."""

    day = models.DateField()
    kind = models.CharField(max_length=20)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [*bounds.REFUSAL, models.UniqueConstraint(fields=["day", "kind"], name="refusals_per_day")]

    def __str__(self) -> str:
        return f"{self.count} on {self.day}"


class Voicemail(models.Model):
    """A caller's message; deleted at the provider after the download. ``lost_at``: no sound was available in time.

    ``callback``: the one that it led to. The handler who calls back may listen to it, though the call was not theirs.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    call = models.OneToOneField(Call, models.PROTECT, related_name="voicemail")
    callback = models.OneToOneField(Callback, models.PROTECT, null=True, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    recording_sid = models.CharField(max_length=64, blank=True)
    seconds = models.PositiveIntegerField(default=0)
    sound = EncryptedBytesField()
    fetched_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            *bounds.VOICEMAIL,
            models.CheckConstraint(
                condition=Q(fetched_at__isnull=True) | Q(lost_at__isnull=True), name="voicemail_fetched_or_lost"
            ),
        ]

    def __str__(self) -> str:
        return f"voicemail {self.pk}"


class CommandQuerySet(LeasedQuerySet["Command"]):
    def hanging_up_legs(self) -> CommandQuerySet:
        """Commands that hang up legs and have not failed; without those for other telephones, which have a ``sid``."""
        return self.filter(kind=CommandKind.HANG_UP, sid="").exclude(state__in=NOT_CARRIED_OUT)


class Command(models.Model):
    """A command to the provider: inserted in the transaction of the change, executed by a task."""

    id = models.BigAutoField(primary_key=True)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=CommandKind)
    call = models.ForeignKey(Call, models.PROTECT, related_name="commands")
    leg = models.ForeignKey(Leg, models.PROTECT, related_name="commands", null=True)
    sid = models.CharField(max_length=64, blank=True)  # of a telephone or recording that is not the leg's
    state = models.CharField(max_length=8, choices=CommandState, default=CommandState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.IntegerField(default=0, help_text=_("The provider's error code; 0 for none or no answer."))

    objects = CommandQuerySet.as_manager()

    class Meta:
        constraints = bounds.COMMAND
        indexes = [models.Index(fields=["due_at"], name="command_waiting", condition=Q(state=CommandState.WAITING))]

    def __str__(self) -> str:
        return f"command {self.pk}"


class BlockQuerySet(models.QuerySet["Block"]):
    def running(self, now: datetime) -> BlockQuerySet:
        return self.filter(lifted_at=None, until__gt=now)


class Block(models.Model):
    """A temporary block of an abusive number. Only its keyed digest is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    phone_index = models.BinaryField()
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    until = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    turned_away = models.PositiveIntegerField(default=0)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["phone_index"], name="block_phone")]
        constraints = [
            *bounds.BLOCK,
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="block_lifted_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"block {self.pk}"
