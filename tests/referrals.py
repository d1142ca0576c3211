"""Cases, partners and referrals, made with the real actions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from threading import Thread
from typing import Any

from assessments import REFERRAL, complete, fill, make_contact, start
from django.db import connections
from people import People, as_user, make_people, new_id

from casework.cases.actions import open_case
from casework.cases.models import Case
from foundation.accounts.models import Organisation, User
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import draft_referral, offer_referral
from handoff.referrals.models import Referral
from handoff.referrals.partner_actions import accept_referral
from regions.loading import load_regions
from regions.models import Coverage, PartnerProfile
from regions.vocabulary import Language, Phenomenon, Service

#: Identifying values of a contact; each occurs nowhere else.
SECRETS = {
    "alias": "Tulpenfrau",
    "phone": "+49 30 23125 901",
    "postal_code": "80331",
    "municipality": "Kleinkummerfeld",
    "notes": "notes-canary the brother drives a red lorry",
    "advice": "advice-canary to keep talking",
}
SUMMARY = "A family asks for help with a young adult."


def ready() -> People:
    """The people, with a partner in Bavaria and a national one."""
    load_regions(["DE"])
    people = make_people()
    equip(people.partner, "DE-BY")
    equip(people.other_partner, national=True)
    return people


def equip(partner: Organisation, *codes: str, national: bool = False, capacity: int = 5) -> None:
    """Give a partner all services in these regions."""
    values: dict[str, Any] = {
        "services": Service.values,
        "phenomena": Phenomenon.values,
        "languages": [Language.GERMAN.value],
        "capacity": capacity,
        "is_national": national,
    }
    PartnerProfile.objects.create(organisation=partner, version=1, **values)
    Coverage.objects.bulk_create(Coverage(organisation=partner, region_id=code) for code in codes)


def make_case(people: People, answers: dict[str, Any] | None = None, **details: Any) -> Case:
    """A case of the handler, opened from a contact in Bavaria."""
    contact = make_contact(people.handler, **{"region_id": "DE-BY", "language": "de", **SECRETS, **details})
    done = complete(people.handler, fill(people.handler, start(people.handler, contact), answers or REFERRAL))
    case: Case = as_user(people.handler, open_case, by=people.handler, assessment=done)
    return case


def draft(people: People, case: Case, partner: Organisation | None = None, by: User | None = None) -> Referral:
    handler = by or people.handler
    organisation = partner or people.partner
    made: Referral = as_user(
        handler,
        draft_referral,
        by=handler,
        referral_id=new_id(),
        case_id=case.pk,
        organisation=organisation,
        service="relatives",
    )
    return made


def offer(people: People, referral: Referral, **details: Any) -> Referral:
    values = {"text": SUMMARY, **details}
    made: Referral = as_user(people.handler, offer_referral, by=people.handler, referral_id=referral.pk, **values)
    return made


def offered(people: People, case: Case | None = None, **details: Any) -> Referral:
    """An offer to the partner, of a new case by default."""
    return offer(people, draft(people, case or make_case(people)), **details)


def accepted(people: People, **details: Any) -> Referral:
    referral = offered(people, **details)
    made: Referral = as_user(people.worker, accept_referral, by=people.worker, referral_id=referral.pk)
    return made


def seen_by(user: User, referral_id: uuid.UUID) -> Referral:
    """The referral as row-level security shows it to the user. Raises Referral.DoesNotExist."""
    with acting_as(user, purpose="test"):
        return Referral.objects.get(pk=referral_id)


def in_threads(*functions: Callable[[], object]) -> list[BaseException]:
    """Run the functions concurrently, each with its own database connection; returns the exceptions."""
    failures: list[BaseException] = []

    def run(function: Callable[[], object]) -> None:
        try:
            function()
        except Exception as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures
