"""Actions on assessments: repeated, stale, not allowed, superseded. Runs as the web's database role."""

from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, WEAK, answer, complete, filled, make_contact, start
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from past_policies import change
from people import People, as_user, new_id

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from hotline.contacts.actions import save_contact
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_read
from triage import actions, checklist
from triage.actions import Choice, ChoiceError
from triage.engine.answers import AnswerError
from triage.models import Assessment
from triage.states import TRANSITIONS, AssessmentState
from triage.vocabulary import Disposition, Duty, Urgency

ADVICE = Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), "The caller wants nothing else.")


def kinds(user: User, assessment: Assessment) -> list[str]:
    with acting_as(user, purpose="test"):
        events = Event.objects.filter(subject=assessment.pk).order_by("id")
        return list(events.values_list("kind", flat=True))


def read(user: User, assessment: Assessment) -> Assessment:
    with acting_as(user, purpose="test"):
        found = Assessment.objects.select_related("contact").get(pk=assessment.pk)
        found.notes, found.override_reason, found.review_note  # noqa: B018  decrypted while an actor is set
        return found


def review(user: User, action: Any, assessment: Assessment, **arguments: Any) -> Assessment:
    reviewed: Assessment = as_user(
        user, action, by=user, assessment_id=assessment.pk, version=assessment.version, **arguments
    )
    return reviewed


# ---- Filling in ----------------------------------------------------------------------------------------------------


def test_starting_twice_returns_the_same_assessment(people: People) -> None:
    contact = make_contact(people.handler)
    first, second = start(people.handler, contact), start(people.handler, contact)
    assert first == second
    newest = checklist.current()
    assert (first.checklist_id, first.checklist_version, first.checklist_digest) == ("core", 1, newest.digest)
    assert kinds(people.handler, first) == ["assessment.started"]


def test_start_copies_answers_from_contact_with_provenance(people: People) -> None:
    contact = make_contact(people.handler, age_band="14_17", phenomenon="right")
    assessment = start(people.handler, contact)
    assert assessment.answers == {"age_band": "14_17", "phenomena": ["right"]}
    assert {said["from"] for said in assessment.provenance.values()} == {"contact"}


def test_answer_is_saved_with_provenance_and_one_edit_event(people: People) -> None:
    assessment = start(people.handler, make_contact(people.handler))
    for question, given in (("security_signal", "possible"), ("needs", ["school", "family"])):
        assessment = answer(people.handler, assessment, question, given, assessment.version)
    stored = read(people.handler, assessment)
    assert stored.answers == {"security_signal": "possible", "needs": ["family", "school"]}
    assert {said["by"] for said in stored.provenance.values()} == {people.handler.pk}
    assert stored.version == 3
    assert kinds(people.handler, assessment) == ["assessment.started", "assessment.edited"]


def test_empty_answer_deletes_the_earlier_one(people: People) -> None:
    assessment = filled(people, {"needs": ["school"]})
    answer(people.handler, assessment, "needs", [], assessment.version)
    assert read(people.handler, assessment).answers == {}


def test_same_answer_sent_twice_is_saved_once(people: People) -> None:
    assessment = start(people.handler, make_contact(people.handler))
    answer(people.handler, assessment, "weapons", "no", 1)
    assert answer(people.handler, assessment, "weapons", "no", 1).version == 2


def test_several_answers_are_saved_as_one_version(people: People) -> None:
    assessment = start(people.handler, make_contact(people.handler))
    saved = as_user(
        people.handler,
        actions.answer_several,
        by=people.handler,
        assessment_id=assessment.pk,
        answers=REFERRAL,
        version=1,
    )
    assert (saved.answers, saved.version) == (REFERRAL, 2)


def test_answer_with_outdated_version_raises_stale_with_later_events(people: People) -> None:
    assessment = start(people.handler, make_contact(people.handler))
    answer(people.handler, assessment, "weapons", "no", 1)
    with pytest.raises(Stale) as raised:
        answer(people.handler, assessment, "weapons", "present", 1)
    assert [event.kind for event in raised.value.events] == ["assessment.edited", "assessment.started"]
    assert read(people.handler, assessment).answers == {"weapons": "no"}


@pytest.mark.parametrize(("question", "given"), [("weapons", "cake"), ("weapon", "no"), ("weapons", ["no", "access"])])
def test_unknown_question_or_answer_raises_answer_error(people: People, question: str, given: Any) -> None:
    assessment = start(people.handler, make_contact(people.handler))
    with pytest.raises(AnswerError):
        answer(people.handler, assessment, question, given, 1)


def test_notes_are_encrypted_and_do_not_change_the_proposal(people: People) -> None:
    assessment = filled(people, REFERRAL)
    before = assessment.proposal()
    as_user(
        people.handler,
        actions.note,
        by=people.handler,
        assessment_id=assessment.pk,
        about="security",
        text="a bomb, weapons",
        version=assessment.version,
    )
    stored = read(people.handler, assessment)
    assert stored.notes == {"security": "a bomb, weapons"}
    assert stored.proposal() == before
    with acting_as(people.handler, purpose="test"), connection.cursor() as cursor:
        cursor.execute("select notes from triage_assessment where id = %s", [assessment.pk])
        assert b"bomb" not in bytes(cursor.fetchone()[0])


def test_note_repeat_deletion_unknown_id_and_outdated_version(people: People) -> None:
    assessment = start(people.handler, make_contact(people.handler))

    def note(about: str, text: str, version: int) -> Assessment:
        arguments = {"by": people.handler, "assessment_id": assessment.pk, "about": about}
        noted: Assessment = as_user(people.handler, actions.note, text=text, version=version, **arguments)
        return noted

    assert note("weapons", "a knife", 1).version == 2
    assert note("weapons", "a knife", 1).version == 2
    assert note("weapons", "", 2).notes == {}
    with pytest.raises(ValueError, match="nothing to note"):
        note("cake", "x", 3)
    with pytest.raises(Stale):
        note("weapons", "late", 1)


# ---- Completing ----------------------------------------------------------------------------------------------------


def test_complete_without_choice_stores_the_proposal(people: People) -> None:
    done = complete(people.handler, filled(people, REFERRAL))
    stored = read(people.handler, done)
    assert (stored.state, stored.disposition, stored.urgency) == ("completed", "referral", "standard")
    assert (stored.duties, stored.services, stored.second_person_for) == ([], ["relatives"], [])
    assert not stored.is_override
    led_there = [["radicalisation", "yes"], ["support_wanted", "local"]]
    assert {"rule": "referral", "effect": "disposition:referral", "answers": led_there} in stored.reasons
    assert kinds(people.handler, done)[-1] == "assessment.completed"


def test_completing_twice_has_one_effect(people: People) -> None:
    draft = filled(people, REFERRAL)
    first = complete(people.handler, draft)
    draft.version -= 1
    assert complete(people.handler, draft).version == first.version
    assert kinds(people.handler, first).count("assessment.completed") == 1


def test_completing_with_outdated_version_raises_stale(people: People) -> None:
    draft = filled(people, REFERRAL)
    draft.version -= 1
    with pytest.raises(Stale):
        complete(people.handler, draft)
    assert read(people.handler, draft).state == "draft"


def test_completing_an_open_proposal_without_choice_is_refused(people: People) -> None:
    with pytest.raises(ChoiceError) as raised:
        complete(people.handler, start(people.handler, make_contact(people.handler)))
    assert raised.value.field == "disposition"


def test_choice_other_than_proposal_needs_a_reason(people: People) -> None:
    draft = filled(people, REFERRAL)
    with pytest.raises(ChoiceError) as raised:
        complete(people.handler, draft, Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), "  "))
    assert raised.value.field == "reason"
    stored = read(people.handler, complete(people.handler, draft, ADVICE))
    assert (stored.state, stored.disposition, stored.proposed_disposition) == ("completed", "advice", "referral")
    assert stored.override_reason == ADVICE.reason
    assert stored.is_override


def test_reason_is_not_stored_if_choice_equals_proposal(people: People) -> None:
    same = Choice(Disposition.REFERRAL, Urgency.STANDARD, frozenset(), "superfluous")
    assert read(people.handler, complete(people.handler, filled(people, REFERRAL), same)).override_reason == ""


# ---- The second person ---------------------------------------------------------------------------------------------


def test_dropping_a_security_duty_waits_for_a_coordinator(people: People) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    assert waiting.state == AssessmentState.WAITING_CONFIRMATION
    assert waiting.second_person_for == ["clarify_security", "coordinator_review", "security", "security_information"]
    confirmed = review(people.coordinator, actions.confirm, waiting, note="I called the family.")
    stored = read(people.handler, confirmed)
    assert (stored.state, stored.disposition, stored.confirmed_by_id) == ("completed", "advice", people.coordinator.pk)
    assert stored.review_note == "I called the family."
    assert kinds(people.handler, waiting)[-2:] == ["assessment.waiting", "assessment.confirmed"]


def test_disclosing_from_weak_source_waits_for_a_coordinator(people: People) -> None:
    choice = Choice(Disposition.REFERRAL, Urgency.STANDARD, frozenset({Duty.VERIFY_SOURCE}), "They sound honest.")
    waiting = complete(people.handler, filled(people, WEAK), choice)
    assert (waiting.state, waiting.second_person_for) == ("waiting", ["weak_source"])


def test_confirming_twice_has_one_effect_and_outdated_version_is_stale(people: People) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    review(people.coordinator, actions.confirm, waiting)
    review(people.coordinator, actions.confirm, waiting)
    assert kinds(people.coordinator, waiting).count("assessment.confirmed") == 1
    with pytest.raises(Stale):
        review(people.coordinator, actions.send_back, waiting, note="no")


def test_sent_back_assessment_is_a_draft_with_the_note(people: People) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    back = review(people.coordinator, actions.send_back, waiting, note="Please inform the police.")
    stored = read(people.handler, back)
    assert (stored.state, stored.disposition, stored.completed_by_id) == ("draft", "open", None)
    assert stored.review_note == "Please inform the police."
    done = complete(people.handler, back)
    assert (done.state, done.disposition) == ("completed", "security")


def test_nobody_confirms_their_own_choice(people: People) -> None:
    contact = make_contact(people.coordinator)
    draft = start(people.coordinator, contact)
    draft = answer(people.coordinator, draft, "security_signal", "imminent", 1)
    waiting = complete(people.coordinator, draft, ADVICE)
    with pytest.raises(NotAllowed):
        review(people.coordinator, actions.confirm, waiting)
    rows = Assessment.objects.filter(pk=waiting.pk)
    confirmed = {"state": "completed", "confirmed_by": people.coordinator, "confirmed_at": waiting.completed_at}
    with pytest.raises(ProgrammingError), acting_as(people.coordinator, purpose="test"):
        rows.update(**confirmed)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(rows, **confirmed)


@pytest.mark.parametrize("name", ["handler", "colleague", "other_coordinator", "administrator", "dpo", "worker"])
def test_only_a_coordinator_of_the_centre_reviews(people: People, name: str) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    user = getattr(people, name)
    for action in (actions.confirm, actions.send_back):
        with pytest.raises(NotAllowed):
            review(user, action, waiting, note="")


def test_assessment_waiting_for_confirmation_cannot_be_edited(people: People) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    with pytest.raises(Stale):
        answer(people.handler, waiting, "weapons", "no", waiting.version)
    with pytest.raises(DatabaseError), acting_as(people.handler, purpose="test"):
        Assessment.objects.filter(pk=waiting.pk).update(answers={})


# ---- Superseding ---------------------------------------------------------------------------------------------------


def test_a_completed_assessment_is_superseded_and_never_edited(people: People) -> None:
    first = complete(people.handler, filled(people, REFERRAL))
    again = as_user(people.handler, actions.supersede, by=people.handler, assessment_id=first.pk)
    assert again.answers == first.answers
    assert {said["from"] for said in again.provenance.values()} == {str(first.pk)}
    assert read(people.handler, first).state == "completed"
    again = answer(people.handler, again, "security_signal", "possible", again.version)
    complete(people.handler, again)
    assert read(people.handler, first).state == "superseded"
    assert read(people.handler, again).state == "completed"
    assert kinds(people.handler, first)[-1] == "assessment.superseded"


def test_superseding_twice_returns_the_same_draft_and_a_draft_is_stale(people: People) -> None:
    first = complete(people.handler, filled(people, REFERRAL))
    drafts = {
        as_user(people.handler, actions.supersede, by=people.handler, assessment_id=first.pk).pk for _ in range(2)
    }
    assert len(drafts) == 1
    draft = start(people.handler, first.contact)
    assert draft.pk in drafts
    with pytest.raises(Stale):
        as_user(people.handler, actions.supersede, by=people.handler, assessment_id=draft.pk)


@pytest.mark.parametrize("change", [{"answers": {}}, {"disposition": "advice"}, {"state": "draft"}, {"duties": []}])
def test_database_refuses_changes_of_a_completed_assessment(people: People, change: dict[str, Any]) -> None:
    done = complete(people.handler, filled(people, SECURITY))
    with pytest.raises(DatabaseError), acting_as(people.handler, purpose="test"):
        Assessment.objects.filter(pk=done.pk).update(**change)


def discard(user: User, assessment: Assessment, version: int | None = None) -> Assessment:
    seen = assessment.version if version is None else version
    ended: Assessment = as_user(user, actions.discard, by=user, assessment_id=assessment.pk, version=seen)
    return ended


def test_discarding_twice_has_one_effect_and_outdated_version_is_stale(people: People) -> None:
    draft = filled(people, REFERRAL)
    with pytest.raises(Stale):
        discard(people.handler, draft, draft.version - 1)
    assert discard(people.handler, draft).state == discard(people.handler, draft).state == "discarded"
    assert kinds(people.handler, draft) == ["assessment.started", "assessment.edited", "assessment.discarded"]
    assert read(people.handler, draft).answers == draft.answers, "kept for the audit"


@pytest.mark.parametrize("choice", [None, ADVICE])
def test_only_a_draft_is_discarded(people: People, choice: Choice | None) -> None:
    ended = complete(people.handler, filled(people, SECURITY), choice)
    with pytest.raises(Stale):
        discard(people.handler, ended)
    assert read(people.handler, ended).state == ended.state


def test_discarding_a_draft_keeps_the_completed_assessment_in_force(people: People) -> None:
    done = complete(people.handler, filled(people, REFERRAL))
    drafts = []
    for _ in range(2):
        draft = as_user(people.handler, actions.supersede, by=people.handler, assessment_id=done.pk)
        drafts.append(discard(people.handler, draft).pk)
    assert len(set(drafts)) == 2
    assert read(people.handler, done).state == AssessmentState.COMPLETED
    assert start(people.handler, done.contact).pk == done.pk


@pytest.mark.parametrize("change", [{"state": "draft"}, {"answers": {}}, {"state": "completed"}])
def test_database_refuses_changes_of_a_discarded_assessment(people: People, change: dict[str, Any]) -> None:
    ended = discard(people.handler, filled(people, REFERRAL))
    with pytest.raises(DatabaseError), acting_as(people.handler, purpose="test"):
        Assessment.objects.filter(pk=ended.pk).update(**change)


def test_people_without_access_cannot_discard(people: People) -> None:
    draft = filled(people, REFERRAL)
    for user in people.everybody:
        if user not in (people.handler, people.coordinator):
            with pytest.raises(NotAllowed):
                discard(user, draft)
    assert read(people.handler, draft).is_draft


def test_a_contact_has_one_open_assessment(people: People) -> None:
    draft = filled(people, {})
    with pytest.raises(IntegrityError), acting_as(people.handler, purpose="test"):
        Assessment.objects.create(
            contact_id=draft.contact_id,
            centre_id=draft.centre_id,
            data_key_id=draft.data_key_id,
            checklist_id="core",
            checklist_version=1,
            checklist_digest="",
            created_by=people.handler,
        )


# ---- Need to know --------------------------------------------------------------------------------------------------


def people_without_access(people: People) -> list[User]:
    return [user for user in people.everybody if user not in (people.handler, people.coordinator)]


def test_assessment_is_visible_only_to_people_who_see_its_contact(people: People) -> None:
    assessment = filled(people, REFERRAL)
    for user in people_without_access(people):
        with acting_as(user, purpose="test"):
            assert list(Assessment.objects.all()) == []
            assert Event.objects.filter(subject=assessment.pk).exists() == (user == people.dpo)
    for user in (people.handler, people.coordinator):
        with acting_as(user, purpose="test"):
            assert list(Assessment.objects.values_list("pk", flat=True)) == [assessment.pk]


def test_may_read_and_row_policies_agree_for_every_user(people: People) -> None:
    own = filled(people, REFERRAL)
    taken, surfaced = filled(people, {}), filled(people, {})
    with acting_as(people.coordinator, purpose="test"):
        Contact.objects.filter(pk=taken.contact_id).update(handler=None)
        Contact.objects.filter(pk=surfaced.contact_id).update(surfaced_at=own.created_at)
        known = list(Assessment.objects.select_related("contact"))
    assert {assessment.pk for assessment in known} == {own.pk, taken.pk, surfaced.pk}
    seen = {}
    for user in people.everybody:
        with acting_as(user, purpose="test"):
            seen[user] = set(Assessment.objects.values_list("pk", flat=True))
        assert seen[user] == {assessment.pk for assessment in known if may_read(user, assessment.contact)}
    assert seen[people.colleague] == {taken.pk, surfaced.pk}


def test_without_an_actor_there_is_nothing(people: People) -> None:
    filled(people, REFERRAL)
    with transaction.atomic():
        assert list(Assessment.objects.all()) == []


def test_nobody_else_writes(people: People) -> None:
    assessment = filled(people, REFERRAL)
    contact = assessment.contact
    for user in people_without_access(people):
        with pytest.raises(NotAllowed):
            start(user, contact)
        with pytest.raises(NotAllowed):
            answer(user, assessment, "weapons", "no", assessment.version)
        with pytest.raises(NotAllowed):
            complete(user, assessment)
        with pytest.raises(NotAllowed):
            as_user(user, actions.supersede, by=user, assessment_id=assessment.pk)


def test_missing_assessment_raises_not_allowed(people: People) -> None:
    with pytest.raises(NotAllowed):
        as_user(people.handler, actions.supersede, by=people.handler, assessment_id=new_id())


def test_a_change_of_the_contact_does_not_touch_the_answers(people: People) -> None:
    contact = make_contact(people.handler, age_band="under_14")
    assessment = start(people.handler, contact)
    changes = {"age_band": "40_plus"}
    as_user(people.handler, save_contact, by=people.handler, contact_id=contact.pk, version=1, changes=changes)
    assert read(people.handler, assessment).answers == {"age_band": "under_14"}


def test_every_state_has_its_transitions() -> None:
    assert set(TRANSITIONS) == set(AssessmentState)
