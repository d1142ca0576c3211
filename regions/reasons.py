"""The sentence for each reason of a ranking, in the active language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from foundation.ui.dates import weekday

from .models import Region
from .routing import Code, Reason
from .vocabulary import SAID_SO_ITSELF, ConflictReason, Language, Phenomenon, Service

SENTENCES: dict[Code, Promise] = {
    Code.COVERS_REGION: _("Works in %(region)s."),
    Code.NATIONAL: _("Works nationwide."),
    Code.SERVICES_OFFERED: _("Offers: %(services)s."),
    Code.PHENOMENON_SERVED: _("Works on this phenomenon: %(phenomenon)s."),
    Code.PHENOMENON_OPEN: _("The phenomenon is open (%(phenomenon)s), which excludes nobody."),
    Code.LANGUAGE_SPOKEN: _("Speaks %(language)s."),
    Code.LANGUAGE_NOT_SPOKEN: _("Does not speak %(language)s; an interpreter is needed."),
    Code.FREE_PLACES: _("%(free)s of %(capacity)s places are free."),
    Code.ANSWERS_IN_TIME: _("Answered %(percent)s %% of offers in time."),
    Code.NO_RECORD: _("Has not answered an offer yet."),
    Code.NO_COVERAGE: _("Does not work in %(region)s."),
    Code.SERVICES_MISSING: _("Does not offer: %(services)s."),
    Code.MINORS_NOT_SERVED: _("Does not work with minors."),
    Code.PHENOMENON_NOT_SERVED: _("Does not work on this phenomenon: %(phenomenon)s."),
    Code.CONFLICT: _("Has a conflict of interest in this case."),
    Code.NEVER_OPEN: _("Has no opening hours in the coming years: its closing days leave none."),
    Code.FULL: _("Has no free place (%(open)s of %(capacity)s taken)."),
    Code.ASKED_BEFORE: _("Was asked in this case already and declined or did not answer."),
}


def sentence(reason: Reason, region_names: dict[str, str] | None = None) -> str:
    """The sentence of a reason. `region_names` avoids a query per reason; see `names_of_regions`."""
    params = reason.params
    if reason.code == Code.PAUSED:
        return _paused(str(params["until"]))
    if reason.code == Code.CONFLICT and params:
        return _conflict(str(params["reason"]), str(params["until"])) if "until" in params else _in_this_case(params)
    if reason.code == Code.CLOSED:
        return _closed(str(params["until"]))
    values: dict[str, str | int] = {**params}
    for key, told in (("services", _services), ("phenomenon", _phenomenon), ("language", _language)):
        if key in values:
            values[key] = told(str(values[key]))
    if "region" in values:
        values["region"] = _region(str(values["region"]), region_names)
    if reason.code == Code.COVERS_ABOVE:
        return _covers_above(values)
    return str(SENTENCES[reason.code]) % values


def names_of_regions() -> dict[str, str]:
    """The name of each region in the active language, in one query."""
    return dict(Region.objects.values_list("code", Region.name_column()))


def _covers_above(values: dict[str, str | int]) -> str:
    return (
        ngettext(
            "Works in %(region)s, one level above the place.",
            "Works in %(region)s, %(levels)s levels above the place.",
            int(values["levels"]),
        )
        % values
    )


def _paused(until: str) -> str:
    if not until:
        return str(_("Takes no new cases until further notice."))
    return str(_("Takes no new cases until %(date)s.")) % {"date": date_format(date.fromisoformat(until))}


def _closed(until: str) -> str:
    """In the reader's time zone; only the weekday if it is one of the next six days."""
    opens = timezone.localtime(datetime.fromisoformat(until))
    clock = date_format(opens, "TIME_FORMAT")
    today = timezone.localdate()
    if opens.date() == today:
        return str(_("Closed until %(time)s.")) % {"time": clock}
    if opens.date() - today < timedelta(days=7):
        return str(_("Closed until %(day)s, %(time)s.")) % {"day": weekday(opens), "time": clock}
    values = {"day": weekday(opens), "date": date_format(opens, "SHORT_DATETIME_FORMAT")}
    return str(_("Closed until %(day)s, %(date)s.")) % values


def _in_this_case(params: Mapping[str, str | int]) -> str:
    code = str(params["reason"])
    if code == SAID_SO_ITSELF:
        return str(_("Has a conflict of interest in this case, as it said when it declined."))
    why = str(ConflictReason(code).label) if code in ConflictReason.values else code
    return str(_("Has a conflict of interest in this case: %(why)s.")) % {"why": why}


def _conflict(code: str, until: str) -> str:
    why = str(ConflictReason(code).label) if code in ConflictReason.values else code
    if not until:
        return str(_("Has a conflict of interest: %(why)s.")) % {"why": why}
    day = date_format(date.fromisoformat(until))
    return str(_("Has a conflict of interest until %(date)s: %(why)s.")) % {"why": why, "date": day}


def _region(code: str, names: dict[str, str] | None) -> str:
    known = (
        names if names is not None else dict(Region.objects.filter(pk=code).values_list("code", Region.name_column()))
    )
    return known.get(code, code)


def _services(codes: str) -> str:
    return ", ".join(str(Service(code).label) if code in Service.values else code for code in codes.split(","))


def _phenomenon(code: str) -> str:
    return str(Phenomenon(code).label) if code in Phenomenon.values else code


def _language(code: str) -> str:
    return str(Language(code).label) if code in Language.values else code
