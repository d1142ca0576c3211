"""Every action: repeated, too late, from an outdated page, and by people without permission."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from assessments import WEAK
from django.test import Client
from people import People, as_user, make_user, new_id
from referrals import SUMMARY, accepted, draft, make_case, offer, offered, seen_by
from web import sign_in

from casework.cases.actions import assign_case
from casework.cases.models import Responsibility
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals import centre_actions, partner_actions
from handoff.referrals.deadline_actions import expire
from handoff.referrals.models import Message, Referral
from handoff.referrals.states import ReferralState
from handoff.referrals.transitions import lock
from handoff.referrals.vocabulary import DeclineReason, Feedback, Outcome

S = ReferralState


def run(user: User, action: Callable[..., Any], referral: Referral, **values: Any) -> Any:
    return as_user(user, action, by=user, referral_id=referral.pk, **values)


def let_expire(referral: Referral) -> None:
    clock = service_user(Service.DEADLINES)
    with acting_as(clock, purpose="test"):
        expire(by=clock, referral=lock(referral.pk))


def trace(people: People, referral: Referral) -> list[str]:
    with acting_as(people.coordinator, purpose="test"):
        return list(Event.objects.filter(subject=referral.pk).order_by("pk").values_list("kind", flat=True))


#: Name, the side that acts, the action with its values, a function that brings a referral to the required state.
def steps() -> list[tuple[str, str, Callable[..., Any], dict[str, Any], Callable[[People], Referral]]]:
    message = {"message_id": uuid.uuid4(), "text": "words"}
    return [
        ("offered", "centre", centre_actions.offer_referral, {"text": SUMMARY}, lambda p: draft(p, make_case(p))),
        ("question_answered", "centre", centre_actions.answer_question, message, asked),
        ("withdrawn", "centre", centre_actions.withdraw_referral, {}, offered),
        ("accepted", "partner", partner_actions.accept_referral, {}, offered),
        (
            "declined",
            "partner",
            partner_actions.decline_referral,
            {"reason": DeclineReason.SAFETY, "text": "why"},
            offered,
        ),
        ("question_asked", "partner", partner_actions.ask_question, message, offered),
        (
            "feedback",
            "partner",
            partner_actions.give_feedback,
            {**message, "feedback": Feedback.IN_COUNSELLING},
            accepted,
        ),
        ("completed", "partner", partner_actions.complete_referral, {"outcome": Outcome.DISTANCED}, accepted),
        ("returned", "partner", partner_actions.return_referral, {"text": "why"}, accepted),
        ("asked_again", "partner", partner_actions.ask_again, {}, expired),
    ]


def asked(people: People) -> Referral:
    referral = offered(people)
    run(people.worker, partner_actions.ask_question, referral, message_id=new_id(), text="who?")
    return referral


def expired(people: People) -> Referral:
    referral = offered(people)
    let_expire(referral)
    return referral


@pytest.mark.parametrize("step", steps(), ids=lambda step: step[0])
def test_repeated_action_has_one_effect(people: People, step: Any) -> None:
    name, side, action, values, way = step
    referral = way(people)
    before = trace(people, referral)
    actor = people.handler if side == "centre" else people.worker
    first = run(actor, action, referral, **values)
    second = run(actor, action, referral, **values)
    assert (first.state, first.version) == (second.state, second.version)
    assert trace(people, referral) == [*before, f"referral.{name}"]


@pytest.mark.parametrize("step", steps(), ids=lambda step: step[0])
def test_action_by_people_without_permission_is_refused(people: People, step: Any) -> None:
    _name, side, action, values, way = step
    referral = way(people)
    before = trace(people, referral)
    own = [people.handler, people.coordinator] if side == "centre" else [people.worker]
    for user in people.everybody:
        if user in own:
            continue
        with pytest.raises(NotAllowed):
            run(user, action, referral, **values)
    assert trace(people, referral) == before


@pytest.mark.parametrize("step", steps(), ids=lambda step: step[0])
def test_action_from_an_outdated_page_raises_stale_with_the_events(people: People, step: Any) -> None:
    """The other side has ended the referral since the page was shown."""
    _name, side, action, values, way = step
    referral = way(people)
    if referral.state == S.ACCEPTED:
        run(people.worker, partner_actions.return_referral, referral, text="no")
        actor = make_user((people.partner, Role.PARTNER_COORDINATOR))
        if action is partner_actions.return_referral:
            return  # a second return is a repeat, whoever sent the first
    elif action is partner_actions.ask_again:
        referral = offered(people, make_case(people))
        run(people.handler, centre_actions.withdraw_referral, referral)
        actor = people.worker
    elif side == "partner" or action is centre_actions.offer_referral:
        run(people.handler, centre_actions.withdraw_referral, referral)
        actor = people.worker if side == "partner" else people.handler
    else:
        run(people.worker, partner_actions.decline_referral, referral, reason=DeclineReason.OTHER)
        actor = people.handler
    before = trace(people, referral)
    with pytest.raises(Stale) as told:
        run(actor, action, referral, **{**values, **({"message_id": new_id()} if "message_id" in values else {})})
    assert told.value.events[0].kind in ("referral.withdrawn", "referral.declined", "referral.returned")
    assert trace(people, referral) == before


LATE = [
    ("accept", partner_actions.accept_referral, {}, {}),
    ("decline", partner_actions.decline_referral, {"reason": DeclineReason.OTHER}, {"decline-reason": "other"}),
    ("ask", partner_actions.ask_question, {"text": "who?"}, {"question-text": "who?"}),
]


@pytest.mark.parametrize("late", LATE, ids=lambda late: late[0])
def test_partner_answering_after_expiry_gets_a_message_and_may_ask_again(people: People, late: Any) -> None:
    name, action, values, posted = late
    referral = expired(people)
    more = {"message_id": new_id()} if name == "ask" else {}
    with pytest.raises(partner_actions.TooLate):
        run(people.worker, action, referral, **values, **more)
    client = Client()
    sign_in(client, people.worker)
    ids = {"question-message_id": str(new_id())} if name == "ask" else {}
    answer = client.post(f"/inbox/{referral.pk}/{name}/", {**posted, **ids})
    assert answer.status_code == 409
    assert f"/inbox/{referral.pk}/ask-again/" in answer.content.decode()
    assert client.post(f"/inbox/{referral.pk}/ask-again/").status_code == 302
    assert seen_by(people.worker, referral.pk).asked_again_at is not None
    centre = Client()
    sign_in(centre, people.handler)
    assert "asks to be offered again" in centre.get("/referrals/").content.decode()
    again = centre.post(f"/referrals/{referral.pk}/again/", {"referral_id": str(new_id())})
    assert seen_by(people.handler, uuid.UUID(again["Location"].split("/")[2])).organisation_id == people.partner.pk


def test_second_answer_names_the_colleague_who_answered_first(people: People) -> None:
    referral = offered(people)
    colleague = make_user((people.partner, Role.PARTNER_COORDINATOR))
    run(colleague, partner_actions.accept_referral, referral)
    client = Client()
    sign_in(client, people.worker)
    answer = client.post(f"/inbox/{referral.pk}/accept/")
    assert answer.status_code == 409
    assert colleague.name in answer.content.decode()


def test_referral_from_a_weak_source_raises_verify_first(people: People) -> None:
    case = make_case(people, answers=WEAK)
    with pytest.raises(centre_actions.VerifyFirst):
        draft(people, case)
    client = Client()
    sign_in(client, people.handler)
    page = client.get(f"/cases/{case.pk}/partners/")
    assert page.context["verify_first"]
    assert "Verify the source first." in page.content.decode()
    posted = {"referral_id": str(new_id()), "organisation": str(people.partner.pk), "service": "exit"}
    assert client.post(f"/cases/{case.pk}/partners/draft/", posted)["Location"] == f"/cases/{case.pk}/partners/"


def test_offer_while_another_partner_is_asked_raises_already_offered(people: People) -> None:
    case = make_case(people)
    first, second = draft(people, case), draft(people, case, people.other_partner)
    offer(people, first)
    with pytest.raises(centre_actions.AlreadyOffered):
        offer(people, second)
    client = Client()
    sign_in(client, people.handler)
    answer = client.post(f"/referrals/{second.pk}/offer/", {"text": SUMMARY})
    assert answer.status_code == 409
    assert first.reference in answer.content.decode()


def test_second_draft_for_the_same_partner_returns_the_first(people: People) -> None:
    case = make_case(people)
    first = draft(people, case)
    assert draft(people, case).pk == first.pk
    run(people.handler, centre_actions.withdraw_referral, first)
    assert draft(people, case).pk != first.pk


def test_disclosure_without_a_legal_basis_is_refused(people: People) -> None:
    referral = draft(people, make_case(people))
    with pytest.raises(centre_actions.NoLegalBasis):
        offer(people, referral, fields=["phone"])


def test_partner_that_declined_is_excluded_with_that_reason(people: People) -> None:
    case = make_case(people)
    run(people.worker, partner_actions.decline_referral, offered(people, case), reason=DeclineReason.NO_CAPACITY)
    client = Client()
    sign_in(client, people.handler)
    page = client.get(f"/cases/{case.pk}/partners/").context["suggestions"]
    assert [partner.name for partner in page.ranked] == ["Other Partner"]
    assert "declined or did not answer" in " ".join(page.excluded[0].reasons)


def test_case_without_a_fitting_partner_is_kept_by_the_centre(people: People) -> None:
    case = make_case(people, country="FR", region_id=None)
    client = Client()
    sign_in(client, people.handler)
    page = client.get(f"/cases/{case.pk}/partners/").content.decode()
    assert "The centre keeps this case." in page


def test_nearest_partners_are_listed_beside_the_contact(people: People) -> None:
    case = make_case(people)
    client = Client()
    sign_in(client, people.handler)
    shown = client.get(f"/contacts/{case.assessment.contact_id}/partners/").content.decode()
    assert shown.index("Example Partner") < shown.index("Other Partner")
    assert "covers Bavaria" in shown
    assert Client().get(f"/contacts/{case.assessment.contact_id}/partners/").status_code == 302


@pytest.mark.parametrize("key", ["", "abc", "999999999"])
def test_draft_for_an_organisation_that_is_no_partner_is_404(people: People, key: str) -> None:
    case = make_case(people)
    client = Client()
    sign_in(client, people.handler)
    posted = {"referral_id": str(new_id()), "organisation": key, "service": "exit"}
    assert client.post(f"/cases/{case.pk}/partners/draft/", posted).status_code == 404
    good = str(people.partner.pk)
    for wrong in ({"referral_id": "x"}, {"service": "x"}, {"organisation": str(people.centre.pk)}):
        assert (
            client.post(f"/cases/{case.pk}/partners/draft/", {**posted, "organisation": good, **wrong}).status_code
            == 404
        )


def test_responsibility_is_with_exactly_one_at_each_step(people: People) -> None:
    case = make_case(people)

    def current() -> tuple[Organisation, int]:
        with acting_as(people.coordinator, purpose="test"):
            row = Responsibility.objects.current().select_related("organisation").get(case=case)
            return row.organisation, Responsibility.objects.filter(case=case).count()

    assert current() == (people.centre, 1)
    referral = offered(people, case)
    assert current() == (people.centre, 1)
    run(people.worker, partner_actions.accept_referral, referral)
    assert current() == (people.partner, 2)
    run(people.worker, partner_actions.return_referral, referral, text="no")
    assert current() == (people.centre, 3)


def test_a_message_id_of_another_referral_writes_nothing(people: People) -> None:
    referral = asked(people)
    with acting_as(people.worker, purpose="test"):
        known = Message.objects.get(referral=referral).pk
    run(people.worker, partner_actions.ask_question, referral, message_id=known, text="again")
    with acting_as(people.worker, purpose="test"):
        assert [message.text for message in Message.objects.filter(referral=referral)] == ["who?"]


def test_newly_assigned_person_can_draft_an_offer(people: People) -> None:
    case = make_case(people)
    with acting_as(people.coordinator, purpose="test"):
        seen = Responsibility.objects.current().get(case=case).pk
        assign_case(by=people.coordinator, case_id=case.pk, to=people.colleague, seen=seen)
    assert draft(people, case, by=people.colleague).state == S.DRAFT
