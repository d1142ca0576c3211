"""A body takes its own record of a case along: who may, until when, and what is in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from case_rows import make_case
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from pdfs import is_tagged, text_of
from people import People, as_user, make_user, new_id
from teams import Body, in_team, left, make_body
from web import browser

from casework.cases.models import Case
from casework.teams.models import Member, OwnNote
from casework.teams.note_actions import share_note, write_note
from casework.teams.vocabulary import Visibility
from casework.teams.work_actions import add_action_for
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.privacy.fields import Sealed


@pytest.fixture
def police(people: People) -> Body:
    return make_body("Police")


@pytest.fixture
def school(people: People) -> Body:
    return make_body("School", Role.PARTNER_WORKER)


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler, alias="zqAlias", notes="zqNotes")


@pytest.fixture
def member(people: People, case: Case, police: Body) -> Member:
    return in_team(people, police, case)


def post(user: User, member: Member) -> Any:
    return browser(user).post(reverse("teams:take_record", args=[member.pk]))


def write(by: User, member: Member, text: str, *, share: bool = False) -> None:
    values = {"by": by, "member_id": member.pk, "note_id": new_id(), "text": text}
    note: OwnNote = as_user(by, write_note, **values)
    if share:
        shared = {"by": by, "note_id": note.pk, "shared_id": new_id(), "visibility": Visibility.TEAM}
        as_user(by, share_note, **shared)


def act(people: People, case: Case, body: Body, text: str) -> None:
    due = timezone.now() + timedelta(days=2)
    asked = {"action_id": new_id(), "organisation": body.organisation, "text": text, "strand": "security"}
    as_user(people.handler, add_action_for, by=people.handler, case_id=case.pk, due_at=due, **asked)


def taken(people: People, member: Member) -> int:
    with acting_as(people.coordinator, purpose="test"):
        return Event.objects.filter(subject=member.pk, kind="team.record_taken").count()


def test_it_has_the_bodys_own_content_and_nothing_else(
    people: People, case: Case, member: Member, police: Body, school: Body
) -> None:
    other = in_team(people, school, case)
    write(police.person, member, "own-canary #set $x$ محمد")
    write(police.deputy, member, "shared-canary", share=True)
    write(school.person, other, "school-canary", share=True)
    act(people, case, police, "police-action")
    act(people, case, school, "school-action")
    answer = post(police.deputy, member)
    assert answer["Content-Type"] == "application/pdf"
    said = text_of(answer.content)
    assert is_tagged(answer.content, "en")
    for words in ("own-canary #set $x$", "What we shared", "police-action", "Police", case.reference, "Printed by"):
        assert words in said
    assert said.count("shared-canary") == 2, "the note, and the copy that it shared"
    for words in ("school-canary", "school-action", "School", "zqAlias", "zqNotes"):
        assert words not in said
    assert taken(people, member) == 1


def test_only_its_named_people_take_it(people: People, case: Case, member: Member, police: Body, school: Body) -> None:
    in_team(people, school, case)
    colleague = make_user((police.organisation, Role.LIAISON))
    for stranger in (*people.everybody, school.person, colleague):
        assert post(stranger, member).status_code == 404, stranger.name
    assert taken(people, member) == 0
    assert [post(one, member).status_code for one in (police.person, police.deputy, police.person)] == [200] * 3
    assert taken(people, member) == 3


def test_after_the_end_it_has_the_own_notes_for_30_days(
    people: People, case: Case, member: Member, police: Body
) -> None:
    write(police.person, member, "own-canary", share=True)
    act(people, case, police, "police-action")
    left(member, people.handler)
    shown = browser(police.person).get(reverse("teams:member", args=[member.pk])).content.decode()
    assert "take-record" in shown
    said = text_of(post(police.person, member).content)
    assert said.count("own-canary") == 1
    assert "police-action" not in said
    assert "Printed after the end" in said
    change(Member.objects.filter(pk=member.pk), ended_at=timezone.now() - timedelta(days=30, minutes=1))
    assert post(police.person, member).status_code == 404


def test_who_no_longer_works_at_the_body_gets_nothing(people: People, member: Member, police: Body) -> None:
    change(police.person.memberships.all(), ended_at=timezone.now(), ended_by=people.administrator)
    assert post(police.person, member).status_code == 404


def test_the_centre_and_the_body_see_that_it_was_taken(
    people: People, case: Case, member: Member, police: Body
) -> None:
    post(police.person, member)
    shown = browser(people.handler).get(f"/cases/{case.pk}/timeline/").content.decode()
    assert "Police took its own record along" in shown
    page = browser(people.handler).get(reverse("teams:member", args=[member.pk])).content.decode()
    assert "take-record" not in page


def test_a_note_that_cannot_be_decrypted_is_said(people: People, member: Member, police: Body) -> None:
    write(police.person, member, "Readable")
    with acting_as(police.person, purpose="test"):
        stored = OwnNote.objects.get()
        broken = OwnNote(member=member, data_key_id=stored.data_key_id, written_by=police.person)
        broken.text = Sealed(b"\x01" + stored.data_key_id.bytes + b"x" * 40)
        broken.save(force_insert=True)
    said = text_of(post(police.person, member).content)
    assert "Readable" in said
    assert f"{broken.pk} cannot be shown." in said


def test_a_get_and_an_unknown_member_are_refused(people: People, member: Member, police: Body) -> None:
    assert browser(police.person).get(reverse("teams:take_record", args=[member.pk])).status_code == 405
    assert browser(police.person).post(reverse("teams:take_record", args=[new_id()])).status_code == 404


def test_it_asks_again_who_somebody_is_but_not_who_may_not(people: People, member: Member, police: Body) -> None:
    address = reverse("teams:take_record", args=[member.pk])
    client, stranger = browser(police.person), browser(people.coordinator)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = client.post(address)
        assert (answer.status_code, "/reauthenticate/" in answer["Location"]) == (302, True)
        assert stranger.post(address).status_code == 404
    assert taken(people, member) == 0
