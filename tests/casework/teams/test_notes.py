"""Notes of a body: its own, which the centre cannot read, and the copies that it shares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_rows import make_case
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from html_forms import forms_of
from past_policies import change
from people import People, as_user, make_user, new_id
from teams import Body, in_team, left, make_body
from web import browser

from casework.cases.models import Case
from casework.teams.models import Member, OwnNote, SharedNote
from casework.teams.note_actions import share_note, write_note
from casework.teams.vocabulary import Visibility
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.privacy.context import acting_as
from foundation.privacy.models import opened_keys
from foundation.retention.sweeping import sweep

TEXT = "The brother was at the station."


@pytest.fixture
def police(people: People) -> Body:
    return make_body("Police")


@pytest.fixture
def school(people: People) -> Body:
    return make_body("School", Role.PARTNER_WORKER)


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def member(people: People, case: Case, police: Body) -> Member:
    return in_team(people, police, case)


def written(by: User, member: Member, **values: Any) -> OwnNote:
    asked = {"note_id": new_id(), "text": TEXT, **values}
    made: OwnNote = as_user(by, write_note, by=by, member_id=member.pk, **asked)
    return made


def shared(by: User, note: OwnNote, *to: Member, with_centre: bool = False, **values: Any) -> SharedNote:
    visibility = Visibility.MEMBERS if to or with_centre else Visibility.TEAM
    asked = {"shared_id": new_id(), "visibility": visibility, "shown_to": to, "with_centre": with_centre, **values}
    made: SharedNote = as_user(by, share_note, by=by, note_id=note.pk, **asked)
    return made


def texts(reader: User, model: type[OwnNote] | type[SharedNote]) -> list[str]:
    opened_keys.clear()
    with acting_as(reader, purpose="test"):
        return [str(note.text) for note in model._default_manager.all()]


def test_own_note_is_read_by_the_named_people_alone(
    people: People, case: Case, member: Member, police: Body, school: Body
) -> None:
    in_team(people, school, case)
    written(police.person, member)
    colleague = make_user((police.organisation, Role.LIAISON))
    assert texts(police.person, OwnNote) == texts(police.deputy, OwnNote) == [TEXT]
    for stranger in (people.handler, people.coordinator, people.dpo, school.person, colleague, people.colleague):
        assert texts(stranger, OwnNote) == []


def test_note_that_comes_twice_is_one_and_only_named_people_write(people: People, member: Member, police: Body) -> None:
    key = new_id()
    for _time in range(2):
        written(police.person, member, note_id=key)
    assert texts(police.person, OwnNote) == [TEXT]
    colleague = make_user((police.organisation, Role.LIAISON))
    for stranger in (people.handler, people.coordinator, colleague, people.worker):
        with pytest.raises(NotAllowed):
            written(stranger, member)


def test_copy_for_the_team_is_read_by_all_bodies_and_the_centre(
    people: People, case: Case, member: Member, police: Body, school: Body
) -> None:
    in_team(people, school, case)
    note, key = written(police.person, member), new_id()
    for _time in range(2):
        shared(police.deputy, note, shared_id=key)
    for reader in (people.handler, people.coordinator, police.person, school.person, school.deputy):
        assert texts(reader, SharedNote) == [TEXT]
    assert texts(people.colleague, SharedNote) == []
    assert TEXT in browser(people.handler).get(reverse("teams:of_case", args=[case.pk])).content.decode()


def test_copy_for_some_is_read_by_them_alone(
    people: People, case: Case, member: Member, police: Body, school: Body
) -> None:
    named, other = in_team(people, school, case), make_body("Youth welfare")
    in_team(people, other, case)
    shared(police.person, written(police.person, member), named)
    assert texts(school.person, SharedNote) == texts(police.person, SharedNote) == [TEXT]
    for stranger in (other.person, people.handler, people.coordinator):
        assert texts(stranger, SharedNote) == []
    shared(police.person, written(police.person, member, text="For the centre."), with_centre=True)
    assert texts(people.handler, SharedNote) == ["For the centre."]
    assert texts(other.person, SharedNote) == []


def test_who_leaves_keeps_the_own_notes_for_thirty_days_and_the_copies_stay(
    people: People, member: Member, police: Body
) -> None:
    note = written(police.person, member)
    shared(police.person, note)
    left(member, police.person)
    assert texts(police.person, OwnNote) == texts(police.deputy, OwnNote) == [TEXT]
    assert texts(police.person, SharedNote) == []
    assert texts(people.handler, SharedNote) == [TEXT]
    page = browser(police.person).get(reverse("teams:member", args=[member.pk])).content.decode()
    assert TEXT in page
    for step in (write_note, share_note):
        values = {"note_id": note.pk, "shared_id": new_id(), "visibility": "team"}
        asked = {"member_id": member.pk, "note_id": new_id(), "text": "late"} if step is write_note else values
        with pytest.raises(NotAllowed):
            as_user(police.person, step, by=police.person, **asked)
    month_ago = timezone.now() - timedelta(days=31)
    change(Member.objects.filter(pk=member.pk), ended_at=month_ago, answered_at=month_ago, invited_at=month_ago)
    assert texts(police.person, OwnNote) == []


def test_own_notes_of_who_left_are_deleted_after_thirty_days(people: People, member: Member, police: Body) -> None:
    note = written(police.person, member)
    sweep(timezone.now() + timedelta(days=40))
    assert texts(police.person, OwnNote) == [TEXT]
    shared(police.person, note)
    left(member, police.person)
    sweep(timezone.now() + timedelta(days=29))
    assert texts(police.person, OwnNote) == [TEXT]
    sweep(timezone.now() + timedelta(days=31))
    assert texts(police.person, OwnNote) == []
    assert texts(people.handler, SharedNote) == [TEXT]


def test_shared_later_reaches_no_former_member(
    people: People, case: Case, member: Member, police: Body, school: Body
) -> None:
    named = in_team(people, school, case)
    shared(police.person, written(police.person, member), named)
    left(named, school.person)
    assert texts(school.person, SharedNote) == []


def test_database_takes_no_note_of_somebody_else(people: People, member: Member, police: Body) -> None:
    colleague = make_user((police.organisation, Role.LIAISON))
    with acting_as(colleague, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        OwnNote(member=member, data_key_id=member.own_key_id, written_by=colleague).save(force_insert=True)
    with acting_as(police.person, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        OwnNote(member=member, data_key_id=member.data_key_id, written_by=police.person).save(force_insert=True)


def test_written_and_shared_on_the_pages(people: People, case: Case, member: Member, police: Body) -> None:
    client = browser(police.person)
    write = reverse("teams:write_note", args=[member.pk])
    assert client.post(write, {"note_id": new_id(), "text": " "}).status_code == 422
    assert client.post(write, {"note_id": new_id(), "text": TEXT}).status_code == 302
    team = reverse("teams:team", args=[case.pk])
    assert TEXT in client.get(team).content.decode()
    with acting_as(police.person, purpose="test"):
        key = OwnNote.objects.get().pk
    share = reverse("teams:share_note", args=[key])
    assert TEXT in client.get(share).content.decode()
    nobody = {"shared_id": new_id(), "visibility": "members"}
    answer = client.post(share, nobody)
    assert answer.status_code == 422
    assert "Choose at least one body, or the centre." in answer.content.decode()
    assert client.post(share, {**nobody, "visibility": "everybody"}).status_code == 422
    assert client.post(share, {**nobody, "with_centre": "on"}).status_code == 302
    for stranger in (people.handler, people.worker, make_user((police.organisation, Role.LIAISON))):
        assert browser(stranger).get(share).status_code == 404
        assert browser(stranger).post(write, {"note_id": new_id(), "text": TEXT}).status_code == 404


def test_form_is_taken_as_the_page_fills_it(
    people: People, case: Case, member: Member, police: Body, school: Body
) -> None:
    named = in_team(people, school, case)
    share = reverse("teams:share_note", args=[written(police.person, member).pk])
    client = browser(police.person)
    for choice in ({"visibility": "members", "readers": str(named.pk)}, {"visibility": "team"}):
        page = client.get(share).content.decode()
        (form,) = (form for form in forms_of(page, share) if "visibility" in form.data())
        assert client.post(share, form.data() | choice).status_code == 302
    with acting_as(school.person, purpose="test"):
        found = {note.visibility: note.shown_to for note in SharedNote.objects.all()}
    assert found == {"members": [named.pk], "team": []}
