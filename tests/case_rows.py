"""Cases for tests, made with the real actions."""

from __future__ import annotations

from typing import Any

from assessments import REFERRAL, Answers, complete, fill, make_contact, start
from django.utils import timezone
from past_policies import change, insert
from people import People, as_user

from casework.cases.actions import assign_case, open_case
from casework.cases.models import Case, CaseContact, Responsibility
from casework.cases.permissions import may_write
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from hotline.contacts.models import Contact, ContactReader
from hotline.contacts.permissions import first_readable
from hotline.contacts.permissions import may_write as may_write_contact
from triage.models import Assessment


def assessed(user: User, contact: Contact, answers: Answers = REFERRAL) -> Assessment:
    """A completed assessment of the contact, with these answers."""
    return complete(user, fill(user, start(user, contact), answers))


def make_case(user: User, answers: Answers = REFERRAL, **details: Any) -> Case:
    """A case of the user's own contact."""
    case: Case = as_user(user, open_case, by=user, assessment=assessed(user, make_contact(user, **details), answers))
    return case


def current(case: Case, reader: User) -> Responsibility:
    with acting_as(reader, purpose="test"):
        return Responsibility.objects.current().select_related("user", "organisation").get(case=case)


def give(people: People, case: Case, to: User | None) -> None:
    """The coordinator assigns the case to somebody, or to nobody."""
    seen = current(case, people.coordinator).pk
    as_user(people.coordinator, assign_case, by=people.coordinator, case_id=case.pk, to=to, seen=seen)


def give_to_partner(people: People, case: Case) -> None:
    """As if the partner had accepted it: a partner becomes responsible with a referral only."""
    now = timezone.now()
    moved = {"case": case, "since": now, "given_by": people.worker}
    change(Responsibility.objects.current().filter(case=case), until=now)
    insert([Responsibility(organisation=people.partner, user=people.worker, **moved)])


def read(reader: User, case: Case) -> Case:
    with acting_as(reader, purpose="test"):
        return Case.objects.with_people().get(pk=case.pk)


def check_readers(people: People) -> None:
    """Each handler reads the contacts of the cases that they work on, as a search through all cases finds them."""
    with acting_as(people.coordinator, purpose="test"):
        links = list(CaseContact.objects.select_related("case"))
        contacts = list(Contact.objects.all())
    for user in (people.handler, people.colleague, people.other_handler):
        with acting_as(user, purpose="test"):
            marked = set(ContactReader.objects.values_list("contact", flat=True))
            read = set(Contact.objects.values_list("pk", flat=True))
            worked_on = {link.contact_id for link in links if may_write(user, link.case)}
            own = {one.pk for one in contacts if may_write_contact(user, one)}
            listed = {one.pk for one in first_readable(user, Contact.objects.newest_first(), 1000)}
        assert listed == read
        assert marked == worked_on
        assert read == own | worked_on
