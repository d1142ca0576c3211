"""Properties of proposals for any answers, and examples."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from triage.checklist import current
from triage.engine.answers import AnswerError
from triage.engine.questionnaire import Kind, Question
from triage.questionnaire import Checklist
from triage.rules import EffectKind, Proposal, propose, second_person_for
from triage.vocabulary import Disposition, Duty, Urgency

Given = dict[str, str | list[str]]
CORE = current()
SCALES = [question for question in CORE.questions.values() if question.kind is Kind.SCALE]


def answer_to(question: Question) -> st.SearchStrategy[str | list[str]]:
    if not question.takes_many:
        return st.sampled_from(question.codes)
    together = [code for code in question.codes if code not in question.exclusive]
    several = st.lists(st.sampled_from(together), min_size=1, unique=True)
    alone = st.sampled_from(sorted(question.exclusive)).map(lambda code: [code])
    return st.one_of(several, alone)


def some_answers(checklist: Checklist = CORE) -> st.SearchStrategy[Given]:
    return st.fixed_dictionaries({}, optional={q.id: answer_to(q) for q in checklist.questions.values()})


def all_answers(checklist: Checklist = CORE) -> st.SearchStrategy[Given]:
    return st.fixed_dictionaries({q.id: answer_to(q) for q in checklist.questions.values()})


answers = st.one_of(some_answers(), all_answers())
thorough = settings(max_examples=100, deadline=None)


def proposed(**given_answers: str | list[str]) -> Proposal:
    return propose(CORE, given_answers)


#: Answers that lead to plain advice.
CALM: Given = {
    "source_reliability": "b",
    "information_credibility": "2",
    "source_knowledge": "first_hand",
    "source_conflict": ["none"],
    "security_signal": "none",
    "announced_violence": "no",
    "weapons": "no",
    "self_harm": "no",
    "radicalisation": "no",
    "age_band": "adult",
    "children_in_household": "no",
    "child_welfare_risk": "no",
    "return_from_conflict_area": "no",
    "release_from_prison": "no",
    "support_wanted": "information",
    "consent_caller": "given",
    "safety_caller": "safe",
}


def calm_but(**changes: str | list[str]) -> Proposal:
    return propose(CORE, {**CALM, **changes})


# ---- Properties ----------------------------------------------------------------------------------------------------


@thorough
@given(answers)
def test_same_answers_always_give_the_same_proposal(given_answers: Given) -> None:
    reordered = dict(reversed(given_answers.items()))
    assert propose(CORE, given_answers) == propose(CORE, reordered)


@thorough
@given(all_answers())
def test_complete_answers_never_give_an_open_proposal(given_answers: Given) -> None:
    proposal = propose(CORE, given_answers)
    assert proposal.disposition != Disposition.OPEN
    assert proposal.progress.answered == proposal.progress.asked
    assert proposal.missing == ()


@thorough
@given(answers)
def test_every_effect_has_a_reason_made_of_given_answers(given_answers: Given) -> None:
    proposal = propose(CORE, given_answers)
    for reason in proposal.reasons:
        assert reason.answers
        for question, answer in reason.answers:
            assert answer in given_answers[question]
    effects = {(reason.effect.kind, reason.effect.code) for reason in proposal.reasons}
    expected = {(EffectKind.DUTY, duty.value) for duty in proposal.duties}
    expected |= {(EffectKind.SERVICE, service) for service in proposal.services}
    expected |= {(EffectKind.URGENCY, "urgent")} if proposal.urgency == Urgency.URGENT else set()
    expected |= {(EffectKind.DISPOSITION, proposal.leaning.value)} if proposal.leaning != Disposition.OPEN else set()
    assert effects == expected


@thorough
@given(
    answers,
    st.one_of(
        st.fixed_dictionaries({"source_reliability": st.sampled_from(["e", "f"])}),
        st.fixed_dictionaries({"information_credibility": st.sampled_from(["5", "6"])}),
        st.just({"source_conflict": ["malicious_report"]}),
    ),
)
def test_weak_source_never_leads_to_a_disclosing_disposition(given_answers: Given, weakness: Given) -> None:
    proposal = propose(CORE, {**given_answers, **weakness})
    assert {proposal.disposition, proposal.leaning}.isdisjoint(
        {Disposition.REFERRAL, Disposition.SECURITY, Disposition.CHILD_PROTECTION}
    )
    assert Duty.SECURITY_INFORMATION not in proposal.duties
    assert Duty.VERIFY_SOURCE in proposal.duties or proposal.disposition in (Disposition.ADVICE, Disposition.OPEN)


@thorough
@given(answers)
def test_imminent_danger_is_an_urgent_emergency_whatever_else_was_said(given_answers: Given) -> None:
    proposal = propose(CORE, {**given_answers, "security_signal": "imminent"})
    assert proposal.disposition == Disposition.EMERGENCY
    assert proposal.urgency == Urgency.URGENT
    assert Duty.EMERGENCY in proposal.duties


@thorough
@given(answers, st.sampled_from(["possible", "serious", "acute"]))
def test_a_child_at_risk_is_always_a_duty(given_answers: Given, risk: str) -> None:
    proposal = propose(CORE, {**given_answers, "child_welfare_risk": risk})
    assert Duty.CHILD_PROTECTION in proposal.duties
    assert proposal.disposition != Disposition.ADVICE


@thorough
@given(answers)
def test_an_unknown_security_signal_is_never_closed_as_advice(given_answers: Given) -> None:
    proposal = propose(CORE, {**given_answers, "security_signal": "unknown"})
    assert Duty.CLARIFY_SECURITY in proposal.duties
    assert proposal.disposition != Disposition.ADVICE


@thorough
@given(some_answers())
def test_without_a_security_answer_there_is_no_advice(given_answers: Given) -> None:
    given_answers.pop("security_signal", None)
    assert propose(CORE, given_answers).disposition != Disposition.ADVICE


@thorough
@given(
    answers,
    st.sampled_from(
        [
            ("return_from_conflict_area", "planned"),
            ("return_from_conflict_area", "returned"),
            ("release_from_prison", "planned"),
            ("release_from_prison", "released"),
        ]
    ),
)
def test_a_standing_case_always_leads_to_an_individual_case(given_answers: Given, standing: tuple[str, str]) -> None:
    proposal = propose(CORE, {**given_answers, standing[0]: standing[1]})
    assert Duty.INDIVIDUAL_CASE in proposal.duties
    assert proposal.leaning in {
        Disposition.CENTRAL_CASE,
        Disposition.SECURITY,
        Disposition.CHILD_PROTECTION,
        Disposition.EMERGENCY,
    }


@thorough
@given(answers, st.sampled_from(SCALES), st.data())
def test_a_graver_answer_never_takes_a_duty_or_urgency_away(
    given_answers: Given, scale: Question, data: st.DataObject
) -> None:
    graver_at = data.draw(st.integers(min_value=1, max_value=len(scale.codes) - 1))
    milder_at = data.draw(st.integers(min_value=0, max_value=graver_at - 1))
    milder = propose(CORE, {**given_answers, scale.id: scale.codes[milder_at]})
    graver = propose(CORE, {**given_answers, scale.id: scale.codes[graver_at]})
    assert milder.duties <= graver.duties
    assert milder.services <= graver.services
    assert (milder.urgency, graver.urgency) != (Urgency.URGENT, Urgency.STANDARD)


@thorough
@given(answers)
def test_no_consent_is_never_a_proposed_referral(given_answers: Given) -> None:
    proposal = propose(CORE, {**given_answers, "consent_caller": "refused"})
    assert proposal.disposition != Disposition.REFERRAL
    assert Duty.KEEP_CONFIDENTIAL in proposal.duties


@thorough
@given(answers)
def test_a_dropped_protection_always_needs_a_second_person(given_answers: Given) -> None:
    proposal = propose(CORE, given_answers)
    assume(proposal.duties & {Duty.SECURITY_INFORMATION, Duty.CHILD_PROTECTION, Duty.EMERGENCY})
    assert second_person_for(proposal, Disposition.ADVICE, [])
    assert not second_person_for(proposal, proposal.disposition, [duty.value for duty in proposal.duties])


# ---- Examples ------------------------------------------------------------------------------------------------------


def test_proposal_without_answers_is_open() -> None:
    proposal = proposed()
    assert (proposal.disposition, proposal.urgency) == (Disposition.OPEN, Urgency.STANDARD)
    assert (proposal.duties, proposal.services, proposal.reasons) == (frozenset(), frozenset(), ())
    assert proposal.progress.answered == 0


@pytest.mark.parametrize(
    ("changes", "disposition"),
    [
        ({}, Disposition.ADVICE),
        ({"radicalisation": "possible"}, Disposition.ADVICE),
        ({"radicalisation": "yes"}, Disposition.CENTRAL_CASE),
        ({"radicalisation": "yes", "support_wanted": "local"}, Disposition.REFERRAL),
        ({"radicalisation": "possible", "wish_to_leave": "yes"}, Disposition.REFERRAL),
        ({"radicalisation": "yes", "support_wanted": "reassurance"}, Disposition.CENTRAL_CASE),
        (
            {"radicalisation": "yes", "support_wanted": "local", "consent_caller": "withdrawn"},
            Disposition.CENTRAL_CASE,
        ),
        ({"radicalisation": "unknown", "support_wanted": "unknown"}, Disposition.VERIFY_FIRST),
        ({"security_signal": "unknown"}, Disposition.VERIFY_FIRST),
        ({"security_signal": "possible"}, Disposition.CENTRAL_CASE),
        ({"security_signal": "concrete"}, Disposition.SECURITY),
        ({"announced_violence": "vague", "weapons": "present"}, Disposition.SECURITY),
        ({"travel": "preparing"}, Disposition.SECURITY),
        ({"security_signal": "concrete", "source_reliability": "f"}, Disposition.VERIFY_FIRST),
        ({"security_signal": "imminent", "source_reliability": "f"}, Disposition.EMERGENCY),
        ({"self_harm": "acute"}, Disposition.EMERGENCY),
        ({"self_harm": "thoughts"}, Disposition.CENTRAL_CASE),
        ({"safety_caller": "in_danger"}, Disposition.EMERGENCY),
        ({"child_welfare_risk": "serious"}, Disposition.CHILD_PROTECTION),
        ({"child_welfare_risk": "possible"}, Disposition.CENTRAL_CASE),
        ({"child_welfare_risk": "unknown", "children_in_household": "yes"}, Disposition.VERIFY_FIRST),
        ({"child_welfare_risk": "unknown"}, Disposition.ADVICE),
        ({"release_from_prison": "planned"}, Disposition.CENTRAL_CASE),
        ({"release_from_prison": "planned", "source_reliability": "e"}, Disposition.CENTRAL_CASE),
        ({"source_reliability": "f"}, Disposition.ADVICE),
        ({"source_reliability": "f", "radicalisation": "yes"}, Disposition.VERIFY_FIRST),
        ({"source_conflict": ["custody_dispute"], "source_knowledge": "second_hand", "radicalisation": "yes"},
         Disposition.VERIFY_FIRST),
        ({"ours_to_handle": "other_service", "radicalisation": "yes"}, Disposition.ADVICE),
    ],
)  # fmt: skip
def test_one_changed_answer_gives_the_expected_disposition(changes: Given, disposition: Disposition) -> None:
    assert calm_but(**changes).disposition == disposition


def test_referral_without_source_grading_stays_open() -> None:
    given_answers = {**CALM, "radicalisation": "yes", "support_wanted": "local"}
    del given_answers["source_reliability"]
    proposal = propose(CORE, given_answers)
    assert (proposal.disposition, proposal.leaning) == (Disposition.OPEN, Disposition.REFERRAL)
    assert proposal.missing[0] == "source_reliability"


def test_services_follow_from_the_needs() -> None:
    proposal = calm_but(radicalisation="yes", support_for=["relatives"], wish_to_leave="ambivalent", needs=["school"])
    assert proposal.services == {"relatives", "exit", "school"}


def test_an_interested_source_is_noted_and_does_not_stop_a_referral() -> None:
    proposal = calm_but(radicalisation="yes", support_wanted="local", source_conflict=["custody_dispute"])
    assert proposal.disposition == Disposition.REFERRAL
    assert proposal.duties == {Duty.HEAR_OTHER_SIDE}


def test_what_is_unknown_and_matters_is_to_be_found_out() -> None:
    answers = {"gap_family": "important", "gap_online": "unknown", "source_reliability": "f", "self_harm": "unknown"}
    assert calm_but(**answers).find_out == ("source_reliability", "self_harm", "gap_family")


def test_answers_to_questions_that_are_not_shown_count_as_not_given() -> None:
    proposal = proposed(consent_recipients=["partner"], phenomena=["right"], radicalisation="no")
    assert proposal.progress.answered == 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("no_such_question", "yes"),
        ("security_signal", "huge"),
        ("security_signal", ["none", "possible"]),
        ("source_conflict", ["none", "drug_dealing"]),
        ("needs", ["school", "cake"]),
    ],
)
def test_proposal_for_unknown_question_or_answer_raises_answer_error(question: str, answer: Any) -> None:
    with pytest.raises(AnswerError) as raised:
        propose(CORE, {question: answer})
    assert (raised.value.question, raised.value.answer) == (question, answer)


def test_an_empty_answer_is_no_answer() -> None:
    assert proposed(security_signal="", needs=[]) == proposed()


def test_dropping_a_duty_or_disclosing_from_weak_source_needs_a_second_person() -> None:
    security = calm_but(security_signal="concrete")
    duties = [duty.value for duty in security.duties]
    assert second_person_for(security, "security", duties) == frozenset()
    assert second_person_for(security, "emergency", duties) == frozenset()
    assert second_person_for(security, "advice", duties) == {"security"}
    assert second_person_for(security, "security", ["clarify_security", "coordinator_review"]) == {
        "security_information"
    }
    weak = calm_but(source_reliability="f", radicalisation="yes")
    assert second_person_for(weak, "referral", ["verify_source"]) == {"weak_source"}
    assert second_person_for(weak, "central_case", ["verify_source"]) == frozenset()
    assert second_person_for(weak, "central_case", []) == {"verify_source"}
