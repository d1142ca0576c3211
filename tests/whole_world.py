"""Records of every kind, made with the real actions, for tests that visit all pages."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import referrals
from assessments import SECURITY, complete, fill, make_contact, start
from calling_back import planned
from case_rows import make_case
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from people import People, as_user, new_id
from teams import accepted as accepted_member
from teams import invited
from telephone import LINE, by_telephone, go_on_duty, talking, tell, waiting

from casework.cases.actions import add_note
from casework.cases.models import Case
from casework.teams.models import Member
from foundation.accounts.models import User
from handoff.referrals.centre_actions import note_conflict
from handoff.referrals.models import Referral
from handoff.referrals.partner_actions import ask_question
from hotline.contacts.access import request_access
from hotline.contacts.actions import take_contact
from hotline.contacts.models import Callback, Contact
from hotline.switchboard.models import Call, Voicemail
from triage.actions import Choice
from triage.actions import note as save_note
from triage.models import Assessment
from triage.vocabulary import Disposition, Urgency

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Dossier:
    """All records of one family; ``number`` occurs in each of their texts."""

    number: int
    contact: Contact
    """Open at the handler's desk."""
    nobodys: Contact
    """From a message; waits for the shift."""
    callback: Callback
    draft: Assessment
    waiting: Assessment
    """Waits for a second person."""
    case: Case
    member: Member
    """The liaison's body, in the team of the case."""
    referral: Referral
    """Offered, with a question of the partner."""
    accepted: Referral
    call: Call
    """In the queue."""
    voicemail: Call
    talk: Call
    canary: str


def make_dossier(people: People, talks: User) -> Dossier:
    """Needs referrals.ready() and a line. ``talks``: the handler in a running call with the family."""
    number = next(_numbers)
    canary = f"canary{number}x"
    details = {"alias": canary, "notes": f"{canary} notes", "advice": f"{canary} advice", "label": f"label{number}"}
    contact = make_contact(people.handler, phone=f"+49341555{number:04d}", **details)
    draft = start(people.handler, make_contact(people.handler, **details))
    as_user(
        people.handler,
        save_note,
        by=people.handler,
        assessment_id=draft.pk,
        about="self_harm",
        text=f"{canary} gap",
        version=draft.version,
    )
    dropped = Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), f"{canary} reason")
    waiting_one = complete(
        people.handler,
        fill(people.handler, start(people.handler, make_contact(people.handler, **details)), SECURITY),
        dropped,
    )
    case = make_case(people.handler, region_id="DE-BY", language="de", **details)
    note(people, case, f"{canary} note")
    as_user(
        people.handler,
        note_conflict,
        by=people.handler,
        conflict_id=new_id(),
        case_id=case.pk,
        organisation=people.other_partner,
        reason="ties",
        text=f"{canary} uncle",
    )
    reason = f"{canary} is needed"
    member = accepted_member(invited(people.handler, case, people.body, reason=reason), people.liaison)
    asked = referrals.offered(people, case, text=f"Summary of family {number}.")
    as_user(
        people.worker, ask_question, by=people.worker, message_id=new_id(), referral_id=asked.pk, text=f"{canary} why"
    )
    agreed = {"fields": ["phone"], "legal_basis": "consent"}
    accepted = referrals.accepted(people, text=f"Summary of family {number}.", **agreed)
    callback = planned(people, f"+49341444{number:04d}", note=f"{canary} please call")
    foreign = make_contact(people.colleague, **details)
    as_user(
        people.handler,
        request_access,
        by=people.handler,
        contact_id=foreign.pk,
        request_id=new_id(),
        reason=f"reason{number}",
    )
    nobodys = message(people, number, canary)
    spoke = waiting(f"+49341333{number:04d}")
    spoke.leave_queue("queue-full")
    spoke.press("")
    spoke.record()
    by_telephone(keep_sound, call=spoke.call)
    go_on_duty(talks, phone=f"+49341666{number:04d}")
    talk = waiting(f"+49341777{number:04d}")
    talking(talks, talk)
    queued = waiting(f"+49341222{number:04d}")
    return Dossier(
        number, contact, nobodys, callback, draft, waiting_one, case, member, asked, accepted, queued.call, spoke.call,
        talk.call, canary,
    )  # fmt: skip


def keep_sound(call: Call) -> None:
    sound = Voicemail.objects.get(call=call)
    sound.sound, sound.fetched_at, sound.lost_at = b"RIFF words", timezone.now(), None
    sound.save()


def note(people: People, case: Case, text: str) -> None:
    as_user(people.handler, add_note, by=people.handler, case_id=case.pk, note_id=new_id(), text=text)


def message(people: People, number: int, canary: str) -> Contact:
    sent = {
        "MessageSid": f"SM{uuid.uuid4().hex}",
        "From": f"+49341111{number:04d}",
        "To": LINE,
        "Body": f"{canary} text",
    }
    tell("/telephone/message/", {**sent, "NumMedia": "0"})
    contact: Contact = as_user(people.coordinator, lambda: Contact.objects.filter(channel="sms").latest("number"))
    return as_user(people.handler, take_contact, by=people.handler, contact_id=contact.pk)


def routes() -> Iterator[str]:
    """Every URL pattern, such as `cases/<uuid:pk>/`, except those of Django's admin and of allauth."""

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif "^" not in route and not route.startswith(("admin/", "accounts/")):
                yield route

    yield from walk(get_resolver().url_patterns, "")
