"""Who asks for assessments, makes, declines and withdraws them, and who reads what they say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_assessments import ANSWERS, REASON, asked, begun, content, delivered, saved, stored
from case_rows import make_case
from closures import closed_together
from django.db import ProgrammingError, transaction
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id
from teams import Body, accepted, invited, left, make_body

from casework.assessments import actions
from casework.assessments.actions import NotComplete, NotToAsk, WrongProfession
from casework.assessments.models import AssessmentContent, CaseAssessment
from casework.assessments.states import CaseAssessmentState
from casework.assessments.vocabulary import DeclineReason, Profession, Shares
from casework.cases.models import Case
from casework.teams.models import Member, Team
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.privacy.models import opened_keys
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from triage.engine.answers import AnswerError

S = CaseAssessmentState


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def clinic(people: People, case: Case) -> Body:
    """In the team, with person and deputy; it coordinates nothing."""
    body = make_body("Clinic", Role.PARTNER_WORKER)
    accepted(invited(people.handler, case, body.organisation), body.person, body.deputy)
    return body


@pytest.fixture
def office(people: People, case: Case) -> Body:
    """In the team; it coordinates the content."""
    body = make_body("Youth office")
    hats = [Hat.WORKS, Hat.CONTENT]
    accepted(invited(people.handler, case, body.organisation, hats=hats), body.person, body.deputy)
    return body


def conclusions(reader: User) -> list[str]:
    """What the author wrote, as the reader may decrypt it."""
    opened_keys.clear()
    with acting_as(reader, purpose="test"):
        return [str(one.conclusion) for one in AssessmentContent.objects.all()]


def copies(reader: User) -> list[dict[str, Any]]:
    opened_keys.clear()
    with acting_as(reader, purpose="test"):
        return [_copy(one) for one in CaseAssessment.objects.complete()]


def _copy(one: CaseAssessment) -> dict[str, Any]:
    parts = {"conclusion": one.shared_conclusion, "answers": one.shared_answers}
    return {name: part for name, part in parts.items() if part}


def step(by: User, action: Any, assessment: CaseAssessment, **values: Any) -> None:
    as_user(by, action, by=by, assessment_id=assessment.pk, **values)


def test_the_centre_asks_a_body_and_the_team_sees_it(people: People, case: Case, clinic: Body, office: Body) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation)
    assert assessment.state == S.REQUESTED
    for reader in (people.handler, people.coordinator, clinic.deputy, office.person):
        assert stored(assessment, reader).reason == REASON
    with acting_as(people.colleague, purpose="test"):
        assert not CaseAssessment.objects.exists()


def test_the_first_request_makes_the_team(people: People, case: Case) -> None:
    asked(people.handler, case, people.colleague, people.centre)
    with acting_as(people.handler, purpose="test"):
        assert Team.objects.get().pk == case.pk


def test_a_repeated_request_asks_once(people: People, case: Case, clinic: Body) -> None:
    key = new_id()
    for _ in range(2):
        asked(people.handler, case, clinic.person, clinic.organisation, assessment_id=key)
    with acting_as(people.handler, purpose="test"):
        assert CaseAssessment.objects.count() == 1
        assert Event.objects.filter(kind="case_assessment.requested").count() == 1


def test_a_body_that_coordinates_asks_others_and_any_body_makes_its_own(
    people: People, case: Case, clinic: Body, office: Body
) -> None:
    assert asked(office.person, case, clinic.person, clinic.organisation).state == S.REQUESTED
    assert asked(office.person, case, people.colleague, people.centre).state == S.REQUESTED
    assert asked(clinic.deputy, case, clinic.deputy, clinic.organisation).state == S.UNDER_WAY
    with pytest.raises(NotToAsk):
        asked(clinic.person, case, office.person, office.organisation)


def test_who_is_not_on_the_case_asks_nobody(people: People, case: Case, clinic: Body) -> None:
    for stranger in (people.colleague, people.worker, people.dpo):
        with pytest.raises(NotAllowed):
            asked(stranger, case, clinic.person, clinic.organisation)


def test_nobody_outside_the_team_is_asked(people: People, case: Case, clinic: Body) -> None:
    for stranger, place in [(people.worker, people.partner), (people.colleague, clinic.organisation)]:
        with pytest.raises(NotToAsk):
            asked(people.handler, case, stranger, place)


def test_a_closed_case_gets_no_assessment(people: People, case: Case) -> None:
    change(
        Case.objects.filter(pk=case.pk),
        state="closed",
        closed_at=timezone.now(),
        closed_by=people.handler,
        work_ended_at=timezone.now(),
        close_reason="other",
    )
    with pytest.raises(Stale):
        asked(people.handler, case, people.handler, people.centre)


def test_a_draft_is_read_by_its_author_alone(people: People, case: Case, clinic: Body) -> None:
    assessment = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    saved(assessment, clinic.person)
    assert conclusions(clinic.person) == ["Work first."]
    for other in (people.handler, people.coordinator, clinic.deputy, people.dpo):
        assert conclusions(other) == []


def test_the_body_reads_what_was_delivered_and_the_team_its_copy(
    people: People, case: Case, clinic: Body, office: Body
) -> None:
    delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person, Shares.CONCLUSION)
    assert conclusions(clinic.person) == conclusions(clinic.deputy) == ["Work first."]
    for other in (people.handler, people.coordinator, office.person):
        assert conclusions(other) == []
        assert copies(other) == [{"conclusion": "Work first."}]


@pytest.mark.parametrize(
    ("shares", "parts"),
    [(Shares.FACT, set()), (Shares.CONCLUSION, {"conclusion"}), (Shares.WHOLE, {"conclusion", "answers"})],
)
def test_the_author_chooses_what_the_team_reads(
    people: People, case: Case, clinic: Body, shares: Shares, parts: set[str]
) -> None:
    delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person, shares)
    [copy] = copies(people.handler)
    assert set(copy) == parts
    assert "mine alone" not in str(copy)


def test_a_clinical_one_is_read_by_author_and_named_people_alone(
    people: People, case: Case, clinic: Body, office: Body
) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation, template="psychiatric")
    named = [office.person.pk, people.handler.pk]
    delivered(assessment, clinic.person, Shares.FACT, readers=named)
    for reader in (clinic.person, office.person, people.handler):
        assert conclusions(reader) == ["Work first."]
    for other in (clinic.deputy, office.deputy, people.coordinator, people.dpo, people.colleague):
        assert conclusions(other) == []
    assert copies(people.coordinator) == [{}]


def test_who_is_no_longer_on_the_case_reads_nothing(people: People, case: Case, clinic: Body, office: Body) -> None:
    member = accepted_member(people, case, clinic)
    assessment = asked(people.handler, case, clinic.person, clinic.organisation, template="psychiatric")
    delivered(assessment, clinic.person, readers=[office.person.pk])
    left(member, clinic.person)
    assert conclusions(clinic.person) == []
    assert copies(clinic.person) == []
    assert conclusions(office.person) == ["Work first."]


def accepted_member(people: People, case: Case, body: Body) -> Any:
    with acting_as(people.handler, purpose="test"):
        return Member.objects.get(organisation=body.organisation)


def test_an_author_at_the_centre_need_not_work_on_the_case(people: People, case: Case) -> None:
    assessment = asked(people.handler, case, people.colleague, people.centre)
    assert stored(assessment, people.colleague).reason == REASON
    with acting_as(people.colleague, purpose="test"):
        assert not Case.objects.filter(pk=case.pk).exists()
    delivered(assessment, people.colleague, Shares.FACT)
    assert conclusions(people.colleague) == conclusions(people.handler) == ["Work first."]


def test_delivery_needs_an_answer_to_each_question_and_a_conclusion(people: People, case: Case, clinic: Body) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation)
    answers = {**ANSWERS["psychosocial"], "dependants": "children"}
    del answers["money"]
    with pytest.raises(NotComplete) as raised:
        delivered(assessment, clinic.person, answers=answers, conclusion=" ")
    assert raised.value.questions == ["money", "dependants_burden"]
    assert raised.value.needs_conclusion
    assert stored(assessment, clinic.person).state == S.UNDER_WAY


def test_delivery_is_refused_for_another_profession_and_for_strangers_as_readers(
    people: People, case: Case, clinic: Body
) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation, template="psychiatric")
    with pytest.raises(WrongProfession):
        delivered(assessment, clinic.person, profession=Profession.POLICE)
    with pytest.raises(NotToAsk):
        delivered(assessment, clinic.person, readers=[people.worker.pk])


def test_an_answer_that_the_questionnaire_does_not_have_is_refused(people: People, case: Case, clinic: Body) -> None:
    assessment = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    for answers in ({"housing": "castle"}, {"nothing": "x"}, {"trusted_person": ["none", "friend"]}):
        with pytest.raises(AnswerError):
            saved(assessment, clinic.person, answers=answers)


def test_saving_from_a_stale_tab_is_refused_and_a_repeat_has_no_effect(
    people: People, case: Case, clinic: Body
) -> None:
    assessment = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    saved(assessment, clinic.person)
    words = {"answers": ANSWERS["psychosocial"], "notes": "mine alone", "conclusion": "Work first."}
    step(clinic.person, actions.write, assessment, version=1, **words)
    assert content(assessment, clinic.person).version == 2
    with pytest.raises(Stale):
        step(clinic.person, actions.write, assessment, version=1, **{**words, "conclusion": "Otherwise."})
    with pytest.raises(Stale):
        said = {"profession": Profession.SOCIAL_WORK, "shares": Shares.WHOLE}
        step(clinic.person, actions.deliver, assessment, version=1, **said)


def test_a_delivered_one_never_changes(people: People, case: Case, clinic: Body) -> None:
    assessment = delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    version = content(assessment, clinic.person).version
    said = {"profession": Profession.SOCIAL_WORK, "shares": Shares.FACT}
    step(clinic.person, actions.deliver, assessment, version=version, **said)
    assert stored(assessment, clinic.person).shares == Shares.WHOLE
    for action, values in [
        (actions.write, {"answers": {}, "notes": "", "conclusion": ""}),
        (actions.begin, {}),
        (actions.decline, {"reason": DeclineReason.OTHER}),
        (actions.withdraw, {}),
    ]:
        with pytest.raises(Stale):
            step(clinic.person, action, assessment, version=version, **values)
    with acting_as(clinic.person, purpose="test"), transaction.atomic():
        assert AssessmentContent.objects.filter(assessment=assessment).update(version=9) == 0
    with acting_as(clinic.person, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        CaseAssessment.objects.filter(pk=assessment.pk).update(shares=Shares.FACT)


def test_the_next_of_the_same_kind_and_body_supersedes(people: People, case: Case, clinic: Body, office: Body) -> None:
    first = delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    other = delivered(asked(office.person, case, office.person, office.organisation), office.person)
    second = delivered(asked(people.handler, case, clinic.deputy, clinic.organisation), clinic.deputy)
    assert second.supersedes_id == first.pk
    assert stored(first, clinic.person).state == S.SUPERSEDED
    assert stored(other, clinic.person).state == S.DELIVERED
    assert conclusions(clinic.person) == ["Work first."] * 2


def test_the_author_declines_with_a_reason(people: People, case: Case, clinic: Body) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation)
    for stranger in (clinic.deputy, people.handler):
        with pytest.raises(NotAllowed):
            step(stranger, actions.decline, assessment, version=1, reason=DeclineReason.MAY_NOT)
    for _ in range(2):
        step(clinic.person, actions.decline, assessment, version=1, reason=DeclineReason.MAY_NOT)
    assert stored(assessment, people.handler).decline_reason == DeclineReason.MAY_NOT
    with pytest.raises(Stale):
        step(clinic.person, actions.begin, assessment, version=1)


def test_who_asked_withdraws(people: People, case: Case, clinic: Body, office: Body) -> None:
    assessment = asked(office.person, case, clinic.person, clinic.organisation)
    with pytest.raises(NotAllowed):
        step(office.deputy, actions.withdraw, assessment, version=1)
    for _ in range(2):
        step(office.person, actions.withdraw, assessment, version=1)
    assert stored(assessment, office.person).state == S.WITHDRAWN


def test_what_is_open_ends_when_the_body_leaves(people: People, case: Case, clinic: Body, office: Body) -> None:
    open_one = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    others = asked(people.handler, case, office.person, office.organisation)
    left(accepted_member(people, case, clinic), clinic.person)
    assert stored(open_one, people.handler).state == S.WITHDRAWN
    assert stored(others, people.handler).state == S.REQUESTED


def test_what_is_open_ends_when_the_case_is_closed(people: People, case: Case, clinic: Body) -> None:
    of_body = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    of_centre = asked(people.handler, case, people.colleague, people.centre)
    done = delivered(asked(people.handler, case, people.handler, people.centre), people.handler)
    closed_together(people.handler, people.coordinator, case, (clinic.person, clinic.organisation))
    states = [stored(one, people.handler).state for one in (of_body, of_centre, done)]
    assert states == [S.WITHDRAWN, S.WITHDRAWN, S.DELIVERED]
    assert work(people.coordinator) == []


def work(reader: User) -> list[WorkItem]:
    with acting_as(reader, purpose="test"):
        return list(WorkItem.objects.filter(kind="assessment"))


def test_it_is_work_of_its_author_until_it_is_delivered(people: People, case: Case, clinic: Body) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation)
    [item] = work(clinic.person)
    assert (item.subject, item.user_id, item.reference) == (assessment.pk, clinic.person.pk, case.reference)
    delivered(assessment, clinic.person)
    assert work(clinic.person) == []


def test_an_overdue_one_reaches_the_coordinators(people: People, case: Case, clinic: Body) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation)
    long_ago = timezone.now() - timedelta(days=9)
    change(CaseAssessment.objects.filter(pk=assessment.pk), requested_at=long_ago, due_at=long_ago)
    run_steps()
    assert stored(assessment, people.coordinator).escalated_at is not None
    assert [item.is_escalated for item in work(people.coordinator)] == [True]
    with acting_as(people.coordinator, purpose="test"):
        kinds = Event.objects.filter(subject=assessment.pk).order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["case_assessment.requested", "case_assessment.reminded", "case_assessment.overdue"]


def test_a_colleague_of_the_body_who_is_not_named_sees_nothing(people: People, case: Case, clinic: Body) -> None:
    delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    colleague = make_user((clinic.organisation, Role.PARTNER_WORKER))
    assert conclusions(colleague) == copies(colleague) == []
