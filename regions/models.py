"""Tables of regions and the partner network: reference data without personal data or row-level security."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import clocks_within, days_within, moments_within
from foundation.privacy.compiled import Given

from .phone_numbers import written
from .vocabulary import ConflictReason, Language, PauseReason, Phenomenon, RegionKind, Sector, Service, Weekday
from .working_hours import SpecialDays


class RegionQuerySet(models.QuerySet["Region"]):
    """Filters of regions, as in `Region.objects.in_country("DE").at_level(1).by_name()`."""

    def in_country(self, country: str) -> RegionQuerySet:
        return self.filter(country=country)

    def at_level(self, level: int) -> RegionQuerySet:
        return self.filter(level=level)

    def for_postal_code(self, country: str | Given, code: str | Given) -> RegionQuerySet:
        """The regions of a postal code as stored, the main one first."""
        found = self.filter(postal_codes__country=country, postal_codes__code=code)
        return found.order_by("-postal_codes__is_main", "code")

    def by_name(self) -> RegionQuerySet:
        return self.order_by(Region.name_column())


class Region(models.Model):
    """A node of a country's administrative tree; the country itself is the root."""

    code = models.CharField(_("code"), max_length=6, primary_key=True, help_text=_("ISO 3166-2, or the country's code"))
    country = models.CharField(_("country"), max_length=2, db_index=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    level = models.PositiveSmallIntegerField(_("level"), help_text=_("0 for the country, counted downwards"))
    kind = models.CharField(_("kind"), max_length=20, choices=RegionKind)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    name_de = models.CharField(max_length=100)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def name_column() -> str:
        """The column that holds the names in the active language; English when there is none."""
        language = (get_language() or "en")[:2]
        return f"name_{language}" if language in {"en", "fr", "de"} else "name_en"

    @property
    def name(self) -> str:
        """The name in the active language."""
        return str(getattr(self, self.name_column()))


#: The municipalities of a postal code, one by one.
TOWNS = Func(F("places"), Value(", "), function="string_to_array", output_field=ArrayField(models.TextField()))


class PostalCode(models.Model):
    """A postal code in one region. A code that lies in two regions has two rows, one of them the main one."""

    country = models.CharField(_("country"), max_length=2)
    code = models.CharField(_("postal code"), max_length=10)
    places = models.TextField(
        pgettext_lazy("municipalities", "places"), help_text=_("Municipalities, separated by a comma")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="postal_codes")
    is_main = models.BooleanField(_("main region"), default=True)

    class Meta:
        verbose_name = _("postal code")
        verbose_name_plural = _("postal codes")
        constraints = [
            models.UniqueConstraint(fields=["country", "code", "region"], name="postal_code_once_per_region"),
            models.UniqueConstraint(fields=["country", "code"], condition=Q(is_main=True), name="one_main_region"),
        ]
        indexes = [
            GinIndex(TOWNS, name="postal_code_towns"),
            models.Index(
                fields=["places"],
                opclasses=["text_pattern_ops"],
                condition=Q(places__contains="Arrondissement"),
                name="postal_code_part_of_town",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.code}"


class PartnerProfile(models.Model):
    """What a partner offers. `version` counts the edits, so that an outdated form is detected."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="profile")
    services = ArrayField(models.CharField(max_length=20, choices=Service), default=list, verbose_name=_("services"))
    phenomena = ArrayField(
        models.CharField(max_length=20, choices=Phenomenon), default=list, verbose_name=_("phenomena")
    )
    languages = ArrayField(models.CharField(max_length=3, choices=Language), default=list, verbose_name=_("languages"))
    capacity = models.PositiveSmallIntegerField(_("places"), default=0, help_text=_("Cases open at the same time"))
    is_national = models.BooleanField(_("works nationwide"), default=False)
    phone = PhoneNumberField(
        _("telephone"), blank=True, help_text=_("For handing a caller over while they are on the line.")
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(capacity__lte=999), name="profile_capacity")]
        verbose_name = _("partner profile")
        verbose_name_plural = _("partner profiles")

    def __str__(self) -> str:
        return f"profile of organisation {self.organisation_id}"


class IntakePauseQuerySet(models.QuerySet["IntakePause"]):
    """Pauses of taking new cases."""

    def on(self, day: date) -> IntakePauseQuerySet:
        """In force on that day (of the organisation's calendar)."""
        return self.ending_from(day).filter(starts_on__lte=day)

    def ending_from(self, day: date) -> IntakePauseQuerySet:
        """In force on that day or later."""
        return self.filter(resumed_at=None).filter(Q(ends_on=None) | Q(ends_on__gte=day))


class IntakePause(models.Model):
    """No new cases from `starts_on` to `ends_on` (both included; None: until further notice), unless resumed before."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="intake_pauses")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=PauseReason)
    resumed_at = models.DateTimeField(null=True, blank=True)

    objects = IntakePauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake pause")
        verbose_name_plural = _("intake pauses")
        constraints = [
            moments_within("pause", "resumed_at"),
            days_within("pause", "starts_on", "ends_on"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="pause_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["organisation", "starts_on"], condition=Q(resumed_at=None), name="one_pause_per_start"
            ),
        ]

    def __str__(self) -> str:
        return f"pause {self.pk}"


class Coverage(models.Model):
    """The organisation works in the region and in all regions below it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="coverage")
    region = models.ForeignKey(Region, models.PROTECT, related_name="coverage")

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverage")
        constraints = [models.UniqueConstraint(fields=["organisation", "region"], name="covered_once")]

    def __str__(self) -> str:
        return f"organisation {self.organisation_id} in {self.region_id}"


class LiaisonQuerySet(models.QuerySet["Liaison"]):
    """Named posts in other bodies."""

    def current(self) -> LiaisonQuerySet:
        return self.filter(ended_on=None)


class Liaison(models.Model):
    """The post that is our single point of contact in a sector of a region; the post, not the person who holds it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="liaisons")
    sector = models.CharField(_("sector"), max_length=20, choices=Sector)
    region = models.ForeignKey(Region, models.PROTECT, related_name="liaisons", verbose_name=_("region"))
    post = models.CharField(_("post"), max_length=200, help_text=_("Office and function, not a person's name"))
    email = models.EmailField(_("e-mail of the post"), blank=True)
    phone = models.CharField(_("telephone of the post"), max_length=30, blank=True)
    last_contact_on = models.DateField(
        _("last contact"), null=True, blank=True, help_text=_("Also in quiet times: when did you last speak?")
    )
    ended_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = LiaisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("liaison")
        verbose_name_plural = _("liaisons")
        ordering = ["region", "sector", "post"]
        constraints = [
            days_within("liaison", "last_contact_on", "ended_on"),
            models.UniqueConstraint(
                fields=["region", "sector", "post"],
                condition=Q(ended_on=None),
                name="liaison_once",
                violation_error_message=_("This post is in the list already."),
            ),
        ]

    @property
    def shown_phone(self) -> str:
        return written(self.phone)

    def __str__(self) -> str:
        return f"liaison {self.pk}"


class OpeningHours(models.Model):
    """One stretch of a weekday in the organisation's own time zone; a lunch break makes two rows.

    `closes` at or before `opens` is a time of the following day; 00:00 to 00:00 is the whole day.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            clocks_within("opening_hours", "opens", "closes"),
            models.CheckConstraint(condition=~Q(closes=F("opens")) | Q(opens=time(0)), name="open_for_a_while"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_exists"),
            models.UniqueConstraint(fields=["organisation", "weekday", "opens"], name="opens_once"),
        ]

    def __str__(self) -> str:
        return f"organisation {self.organisation_id}, weekday {self.weekday}"


class CalendarException(models.Model):
    """Closing days, or days with special hours: `starts_on` to `ends_on`, both included, in one year or in each.

    Without rows in ExceptionHours the organisation is closed. Counts on public holidays too.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="calendar_exceptions")
    label = models.CharField(_("name"), max_length=100)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    every_year = models.BooleanField(_("every year"), default=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("closing days or exception")
        verbose_name_plural = _("closing days and exceptions")
        ordering = ["starts_on", "ends_on", "id"]
        constraints = [
            days_within("exception", "starts_on", "ends_on"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), ends_on__lt=F("starts_on") + timedelta(days=366)),
                name="exception_ends_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__gte=date(2000, 1, 1), ends_on__lt=date(2100, 1, 1)),
                name="exception_in_this_century",
            ),
            models.UniqueConstraint(
                fields=["organisation", "starts_on", "ends_on", "every_year"], name="exception_once_for_its_days"
            ),
        ]

    def __str__(self) -> str:
        return f"exception {self.pk}"

    def as_special_days(self) -> SpecialDays:
        """For a calendar; reads the hours."""
        hours = tuple((row.opens, row.closes) for row in self.hours.all())
        return SpecialDays(self.starts_on, self.ends_on, hours, self.every_year, self.label)


class ExceptionHours(models.Model):
    """One stretch of opening time on each of the days of an exception; as in OpeningHours."""

    exception = models.ForeignKey(CalendarException, models.CASCADE, related_name="hours")
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("hours of an exception")
        verbose_name_plural = _("hours of exceptions")
        ordering = ["opens"]
        constraints = [
            clocks_within("exception_hours", "opens", "closes"),
            models.CheckConstraint(condition=~Q(closes=F("opens")) | Q(opens=time(0)), name="exception_for_a_while"),
            models.UniqueConstraint(fields=["exception", "opens"], name="exception_opens_once"),
        ]

    def __str__(self) -> str:
        return f"hours {self.pk} of exception {self.exception_id}"


class ConflictQuerySet(models.QuerySet["Conflict"]):
    """Conflicts of interest."""

    def standing(self) -> ConflictQuerySet:
        """Not ended by anybody."""
        return self.filter(ended_at=None)

    def on(self, day: date) -> ConflictQuerySet:
        """In force on that day."""
        return self.standing().filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class Conflict(models.Model):
    """A standing conflict of interest, because of which a partner gets no case of this kind.

    It applies to cases that match all criteria that are set: the region (with all below it), the phenomenon, the caller
    type (or its group) and another organisation that is or was responsible for the case. From `starts_on` to `ends_on`,
    both included; None: until further notice. Ended, never deleted, so that earlier rankings can be explained.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="conflicts")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    phenomenon = models.CharField(max_length=20, choices=Phenomenon, blank=True)
    caller_type = models.CharField(max_length=40, blank=True)
    other = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=20, choices=ConflictReason)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    noted_at = models.DateTimeField(default=timezone.now, editable=False)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            moments_within("conflict", "noted_at", "ended_at"),
            days_within("conflict", "starts_on", "ends_on"),
            models.CheckConstraint(
                condition=Q(region__isnull=False) | Q(other__isnull=False) | ~Q(phenomenon="") | ~Q(caller_type=""),
                name="conflict_with_something",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="conflict_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(other=None) | ~Q(other=F("organisation")), name="conflict_with_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="conflict_ended_at_and_by",
            ),
            models.UniqueConstraint(
                fields=["organisation", "region", "phenomenon", "caller_type", "other", "starts_on"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="conflict_once",
            ),
        ]

    def __str__(self) -> str:
        return f"conflict {self.pk}"
