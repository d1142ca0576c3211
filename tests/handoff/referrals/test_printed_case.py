"""The printed case file: who may print it, what is in it, and that it leaves a record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from case_rows import give
from django.utils import timezone
from pdfs import is_tagged, read_pdf, text_of
from people import People, as_user, new_id
from referrals import SECRETS, SUMMARY, accepted, draft, make_case
from teams import Body, in_team, make_body
from web import browser

from casework.cases.actions import add_note
from casework.cases.models import Case, Note
from casework.cases.work_actions import add_action
from casework.teams.note_actions import share_note, write_note
from casework.teams.vocabulary import Visibility
from foundation.accounts.models import User
from foundation.journal.models import Event, Look
from foundation.privacy.context import acting_as
from foundation.privacy.fields import Sealed
from foundation.ui import printed
from handoff.referrals.centre_actions import close_case
from handoff.referrals.vocabulary import Disclosable, LegalBasis

WORDS = r"#panic $x$ *b* @who \ `c` – محمد, Анна"


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people)


def address(case: Case) -> str:
    return f"/cases/{case.pk}/print/"


def post(user: User, case: Case, purpose: str = "conference", **headers: str) -> Any:
    return browser(user).post(address(case), {"purpose": purpose}, headers=headers or None)


def note(people: People, case: Case, text: str) -> None:
    as_user(people.handler, add_note, by=people.handler, case_id=case.pk, note_id=new_id(), text=text)


def printed_events(people: People, case: Case) -> list[tuple[int, str]]:
    with acting_as(people.coordinator, purpose="test"):
        found = Event.objects.filter(subject=case.pk, kind="case.printed").order_by("pk")
        return [(event.actor_id, event.data["purpose"]) for event in found]


def test_the_responsible_person_and_coordinators_print_it_and_nobody_else(people: People, case: Case) -> None:
    allowed = {user.pk for user in people.everybody if browser(user).get(address(case)).status_code == 200}
    assert allowed == {people.handler.pk, people.coordinator.pk}
    assert {user.pk for user in people.everybody if post(user, case).status_code == 200} == allowed
    assert sorted(printed_events(people, case)) == sorted((key, "conference") for key in allowed)


def test_who_only_works_on_the_case_does_not_print_it(people: People, case: Case) -> None:
    due = timezone.now() + timedelta(days=1)
    asked = {"action_id": new_id(), "text": "Call", "strand": "social", "to": people.colleague, "due_at": due}
    as_user(people.handler, add_action, by=people.handler, case_id=case.pk, **asked)
    assert browser(people.colleague).get(f"/cases/{case.pk}/").status_code == 200
    assert post(people.colleague, case).status_code == 404
    assert "print-file" not in browser(people.colleague).get(f"/cases/{case.pk}/").content.decode()
    give(people, case, people.colleague)
    assert post(people.colleague, case).status_code == 200
    assert post(people.handler, case).status_code == 404, "contact person, but a colleague is responsible"
    give(people, case, None)
    assert post(people.colleague, case).status_code == 404


def test_while_a_partner_is_responsible_the_contact_person_prints_it(people: People, case: Case) -> None:
    accepted(people, case=case)
    assert post(people.handler, case).status_code == 200
    assert post(people.worker, case).status_code == 404


def test_it_has_the_whole_file_in_the_language_of_the_reader(people: People, case: Case) -> None:
    note(people, case, WORDS)
    members: Body = make_body("Police")
    member = in_team(people, members, case)
    own = {"by": members.person, "member_id": member.pk, "note_id": new_id(), "text": "own-canary"}
    theirs = as_user(members.person, write_note, **own)
    copy = {"by": members.person, "note_id": theirs.pk, "shared_id": new_id(), "visibility": Visibility.TEAM}
    as_user(members.person, share_note, **copy)
    kept = {"by": members.deputy, "member_id": member.pk, "note_id": new_id(), "text": "kept-canary"}
    as_user(members.deputy, write_note, **kept)
    answer = post(people.handler, case)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{case.reference}.pdf"'
    assert answer["Cache-Control"] == "no-store"
    said = text_of(answer.content)
    assert is_tagged(answer.content, "en")
    for one in ("alias", "phone", "postal_code", "municipality", "notes", "advice"):
        assert SECRETS[one] in said, one
    for words in (case.reference, "#panic $x$ *b* @who", "`c`", "Анна", "own-canary", "Police"):
        assert words in said
    assert "kept-canary" not in said, "a body's own note, which the centre does not read"
    assert f"Page 1 of {len(read_pdf(answer.content).pages)}" in said
    assert f"Printed by {people.handler.name}" in said


@pytest.mark.parametrize(("language", "words"), [("de", "Nicht bekannt"), ("fr", "Pas connu")])
def test_it_speaks_the_language_of_who_prints_it(people: People, case: Case, language: str, words: str) -> None:
    as_user(people.handler, lambda: User.objects.filter(pk=people.handler.pk).update(language=language))
    answer = post(User.objects.get(pk=people.handler.pk), case)
    assert is_tagged(answer.content, language)
    assert words.casefold() in text_of(answer.content).casefold()


def test_referral_and_what_was_passed_on_are_in_it(people: People, case: Case) -> None:
    fields = {"fields": [Disclosable.ALIAS], "legal_basis": LegalBasis.VITAL_INTERESTS}
    referral = accepted(people, case=case, **fields)
    said = text_of(post(people.handler, case).content)
    for words in (referral.reference, SUMMARY, "Vital interests", people.partner.name):
        assert words in said


def test_it_needs_a_purpose_and_a_wrong_one_records_nothing(people: People, case: Case) -> None:
    for purpose in ("", "curiosity", "x" * 10_000):
        answer = post(people.handler, case, purpose)
        assert answer.status_code == 422
        assert "Not printed" in answer.content.decode()
    assert printed_events(people, case) == []


def test_each_print_is_an_event_in_the_timeline_and_a_look(people: People, case: Case) -> None:
    post(people.handler, case)
    post(people.handler, case, "supervision")
    assert [purpose for _by, purpose in printed_events(people, case)] == ["conference", "supervision"]
    shown = browser(people.coordinator).get(f"/cases/{case.pk}/timeline/").content.decode()
    assert "The file was printed for: supervision" in shown
    with acting_as(people.dpo, purpose="test"):
        assert Look.objects.filter(subject=case.pk, what="case.print", actor=people.handler).count() == 2


def test_a_row_that_cannot_be_decrypted_is_said_and_the_rest_is_printed(people: People, case: Case) -> None:
    note(people, case, "Readable")
    with acting_as(people.handler, purpose="test"):
        broken = Note(case=case, data_key_id=case.data_key_id, written_by=people.handler)
        broken.text = Sealed(b"\x01" + case.data_key_id.bytes + b"x" * 40)
        broken.save(force_insert=True)
    said = text_of(post(people.handler, case).content)
    assert "Readable" in said
    assert f"{broken.pk} cannot be shown." in said


def test_if_it_cannot_be_made_nothing_is_recorded(people: People, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "TIMEOUT", 0.001)
    answer = post(people.handler, case)
    assert answer.status_code == 503
    assert "Nothing was recorded" in answer.content.decode()
    assert printed_events(people, case) == []


def test_it_asks_again_who_somebody_is(people: People, case: Case) -> None:
    client = browser(people.handler)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        for answer in (client.get(address(case)), client.post(address(case), {"purpose": "conference"})):
            assert answer.status_code == 302
            assert "/reauthenticate/" in answer["Location"]
    stranger = browser(people.colleague)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert stranger.get(address(case)).status_code == 404, "who may not is not asked"
    assert printed_events(people, case) == []


def test_drafts_and_closed_cases_can_be_printed(people: People, case: Case) -> None:
    referral = draft(people, case)
    assert referral.reference in text_of(post(people.handler, case).content)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    said = text_of(post(people.handler, case).content)
    assert "Closed" in said
    assert "Case closed" in said
