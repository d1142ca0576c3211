"""Open work of today: drafts, callbacks, waiting and overdue offers, a decision to confirm."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.worklist.absence_actions import enter_absence
from hotline.contacts.access import request_access
from hotline.contacts.actions import open_contact, surface_forgotten
from hotline.contacts.callbacks import schedule_callback
from hotline.contacts.models import Contact
from regions.lookup import region_for
from triage import actions as triage
from triage.vocabulary import PROTECTED_DUTIES, Disposition, Urgency, WaiverReason
from triage.work_actions import waive_triage

from .invented_names import LABELS, NOTES
from .simulated_year import Player, answered, moment
from .stories import CALM, PLOT_ANSWERS, Story

#: Hours ago, country, language, postal code, municipality, how the referral stands.
OPEN_REFERRALS = [
    (2, "DE", "de", "90402", "Nürnberg", "offered"),
    (3, "DE", "de", "44135", "Dortmund", "offered"),
    (26, "DE", "de", "01067", "Dresden", "question"),
    (30, "FR", "fr", "93200", "Saint-Denis", "offered"),
    (97, "DE", "de", "80331", "München", "offered"),
    (120, "DE", "de", "50667", "Köln", "offered"),
    (240, "DE", "de", "70173", "Stuttgart", "expired"),
    (200, "BE", "en", "2000", "Antwerpen", "in_progress"),
    (150, "DE", "de", "97070", "Würzburg", "accepted"),
    (336, "DE", "de", "95028", "Hof", "declined"),
]


def make_present(player: Player, rng: random.Random, now: datetime) -> None:
    for hours, country, language, postal_code, municipality, ending in OPEN_REFERRALS:
        details = _details(country, language, postal_code, municipality)
        answers = {**CALM, **PLOT_ANSWERS["referral"], "gap_school_work": "important"}
        at = now - timedelta(hours=hours)
        player.tell(Story(at, rng.randrange(2), "counselling", details, "referral", answers, ending))
    _duties(player, now)
    player.pass_time(now)
    _desk(player, now)
    _second_person(player, now)
    _access(player, now)
    _without_triage(player, now)
    _away(player, now)


def _details(country: str, language: str, postal_code: str, municipality: str) -> dict[str, Any]:
    return {
        "channel": "phone", "caller_type_id": "parent", "relation": "child", "language": language,
        "country": country, "postal_code": postal_code, "municipality": municipality,
        "age_band": "14_17", "sex": "male", "phenomenon": "religious", "topics": ["contacts", "online"],
        "alias": "Anrufende Person M.", "phone": "+49 30 23125 042" if country == "DE" else "",
        "notes": NOTES[language]["referral"][0], "label": LABELS[language][len(municipality) % 6],
    }  # fmt: skip


def _duties(player: Player, now: datetime) -> None:
    """Cases whose duties are still to be done: those of yesterday, and others that nobody did in time."""
    for hours, plot, postal_code, town in (
        (20, "security", "86150", "Augsburg"),
        (75, "child_protection", "28195", "Bremen"),
    ):
        details, answers = _details("DE", "de", postal_code, town), {**CALM, **PLOT_ANSWERS[plot]}
        player.tell(Story(now - timedelta(hours=hours), 0, "counselling", details, plot, answers))


def _desk(player: Player, now: datetime) -> None:
    heron, tern, plover = player.handlers
    _draft(player, heron, now - timedelta(minutes=7), _details("DE", "de", "97070", "Würzburg"))
    _draft(
        player, heron, now - timedelta(minutes=31), {"channel": "email", "caller_type_id": "school", "language": "de"}
    )
    forgotten = _draft(player, plover, now - timedelta(hours=5), _details("DE", "de", "04109", "Leipzig"))
    shift = service_user(Service.SHIFT)
    with moment(shift, now):
        surface_forgotten(by=shift, now=now)
    assert forgotten.pk
    for minutes, language, urgent in ((-20, "de", True), (25, "fr", False), (140, "en", False)):
        with moment(tern, now - timedelta(hours=1)):
            schedule_callback(
                by=tern,
                callback_id=player.new_id(),
                phone="+49 30 23125 0" + str(abs(minutes)).zfill(2)[:2],
                due_at=now + timedelta(minutes=minutes),
                language=language,
                note="Ab 15 Uhr gut erreichbar. (Demo)",
                is_urgent=urgent,
            )


def _draft(player: Player, handler: User, at: datetime, details: dict[str, Any]) -> Contact:
    channel = details.pop("channel")
    if regions := region_for(details.get("country", "DE"), details.get("postal_code", "")):
        details["region_id"] = regions[0].pk
    with moment(handler, at):
        return open_contact(by=handler, contact_id=player.new_id(), channel=channel, details=details, started_at=at)


def _second_person(player: Player, now: datetime) -> None:
    """A handler drops a security duty with a reason: it waits for a coordinator."""
    heron = player.handlers[0]
    details = _details("DE", "de", "60311", "Frankfurt am Main")
    story = Story(now - timedelta(hours=4), 0, "counselling", details, "security", {**CALM, **PLOT_ANSWERS["security"]})
    contact = player.log(story)
    with moment(heron, now - timedelta(hours=3)):
        assessment = answered(heron, contact, story)
        duties = frozenset(assessment.proposal().duties - PROTECTED_DUTIES)
        choice = triage.Choice(
            Disposition.CENTRAL_CASE, Urgency.STANDARD, duties, "Reise ist ein Familienbesuch. (Demo)"
        )
        triage.complete(by=heron, assessment_id=assessment.pk, version=assessment.version, choice=choice)


def _access(player: Player, now: datetime) -> None:
    """A handler asks to see a colleague's contact, with a reason."""
    heron, tern, _plover = player.handlers
    with moment(tern, now - timedelta(days=1)):
        contact = open_contact(
            by=tern, contact_id=player.new_id(), details={"caller_type_id": "friend", "language": "fr"}
        )
    with moment(heron, now - timedelta(hours=2)):
        request_access(
            by=heron,
            request_id=player.new_id(),
            contact_id=contact.pk,
            reason="Die Schwester hat heute bei mir angerufen. (Demo)",
        )


def _without_triage(player: Player, now: datetime) -> None:
    """Completed contacts: one whose triage is missing, and one that needs none."""
    heron = player.handlers[0]
    for hours, municipality in ((1, "Kassel"), (3, "Fulda")):
        details = _details("DE", "de", "34117" if hours == 1 else "36037", municipality)
        contact = player.log(Story(now - timedelta(hours=hours), 0, "counselling", details))
    with moment(heron, now - timedelta(hours=2)):
        words = "Frage nach Unterrichtsmaterial. (Demo)"
        waive_triage(by=heron, contact_id=contact.pk, reason=WaiverReason.GENERAL, words=words)


def _away(player: Player, now: datetime) -> None:
    """A handler is on leave, and a colleague has the work meanwhile."""
    _heron, tern, plover = player.handlers
    centre = plover.centre
    assert centre is not None
    with moment(plover, now - timedelta(days=1)):
        enter_absence(
            by=plover,
            absence_id=player.new_id(),
            organisation=centre,
            person=plover,
            starts_on=now.date(),
            ends_on=now.date() + timedelta(days=12),
            deputy=tern,
        )
