"""The list of cases and the case file, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, complete, filled, make_contact
from case_rows import assessed, current, give, give_to_partner, make_case, read
from django.test import Client
from django.utils import timezone
from people import People, as_user, new_id
from web import browser, queries_of

from casework.cases import actions
from casework.cases.models import Case, CaseContact
from foundation.accounts.models import User
from foundation.journal.models import Look
from foundation.privacy.context import acting_as
from hotline.contacts.access import decide_access, request_access
from hotline.contacts.models import AccessRequest
from triage.models import Assessment
from triage.vocabulary import Disposition

HTMX = {"HX-Request": "true"}


def page(user: User, address: str, **values: Any) -> str:
    answer = browser(user).get(address, values)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(user: User, case: Case, step: str, **values: Any) -> Any:
    return browser(user).post(f"/cases/{case.pk}/{step}/", values)


def test_cases_of_a_contact_that_is_not_readable_are_not_found(people: People) -> None:
    """An answer for any id would tell whether a contact exists."""
    case = make_case(people.handler)
    with acting_as(people.coordinator, purpose="test"):
        contact_id = CaseContact.objects.get(case=case).contact_id
    asked = {
        user: [browser(user).get(f"/contacts/{key}/cases/").status_code for key in (contact_id, new_id())]
        for user in (people.handler, people.other_handler, people.dpo)
    }
    assert asked == {people.handler: [200, 404], people.other_handler: [404, 404], people.dpo: [404, 404]}


def grant(people: People, case: Case, to: User) -> None:
    with acting_as(people.coordinator, purpose="test"):
        contact_id = CaseContact.objects.get(case=case).contact_id
    asked: AccessRequest = as_user(
        to, request_access, by=to, request_id=new_id(), contact_id=contact_id, reason="The mother called me today."
    )
    as_user(people.coordinator, decide_access, by=people.coordinator, request_id=asked.pk, grant=True)


# ---- Who sees what -------------------------------------------------------------------------------------------------


def test_case_is_readable_only_with_permission_and_each_access_is_recorded(people: People) -> None:
    case = make_case(people.handler)
    opened = {user.pk for user in people.everybody if browser(user).get(f"/cases/{case.pk}/").status_code == 200}
    assert opened == {people.handler.pk, people.coordinator.pk}
    with acting_as(people.dpo, purpose="test"):
        looks = Look.objects.filter(subject=case.pk).values_list("what", "actor_id")
        assert {actor for what, actor in looks if what == "case.read"} == opened
    with acting_as(people.worker, purpose="test"):
        assert list(Look.objects.filter(subject=case.pk).values_list("what", flat=True)) == ["case.read.denied"]


@pytest.mark.parametrize("part", ["summary/", "timeline/", "notes/", "timeline/?before=9999999"])
def test_fragments_of_a_case_need_the_same_permission_as_the_case(people: People, part: str) -> None:
    case = make_case(people.handler)
    address = f"/cases/{case.pk}/{part}"
    opened = {user.pk for user in people.everybody if browser(user).get(address).status_code == 200}
    assert opened == {people.handler.pk, people.coordinator.pk}


@pytest.mark.parametrize("step", ["take", "assign", "rename", "close", "reopen", "notes/new", "contacts/add"])
def test_posts_to_a_case_without_permission_are_404(people: People, step: str) -> None:
    case = make_case(people.handler)
    others = [user for user in people.everybody if user not in (people.handler, people.coordinator)]
    assert {post(user, case, step, text="x", label="x").status_code for user in others} == {404}


def test_anonymous_request_is_redirected_to_the_sign_in(people: People) -> None:
    case = make_case(people.handler)
    assert Client().get(f"/cases/{case.pk}/").headers["Location"] == f"/accounts/login/?next=/cases/{case.pk}/"


def test_who_was_granted_access_reads_the_case_and_changes_nothing(people: People) -> None:
    case = make_case(people.handler, notes="He does not come home any more.")
    grant(people, case, people.colleague)
    shown = page(people.colleague, f"/cases/{case.pk}/")
    assert "you may read this case, not change it" in shown
    assert "note-form" not in shown
    assert post(people.colleague, case, "notes/new", note_id=new_id(), text="x").status_code == 404
    with acting_as(people.colleague, purpose="test"):
        contact_id = CaseContact.objects.get(case=case).contact_id
    assert "He does not come home" in page(people.colleague, f"/cases/{case.pk}/contacts/{contact_id}/")


def test_a_contact_outside_the_case_is_not_read_through_it(people: People) -> None:
    case, other = make_case(people.handler), make_contact(people.handler)
    assert browser(people.handler).get(f"/cases/{case.pk}/contacts/{other.pk}/").status_code == 404


def test_a_contact_that_the_reader_may_not_see_is_counted_and_not_named(people: People) -> None:
    case, second = make_case(people.handler), make_contact(people.handler, label="Canary in the second contact")
    as_user(people.handler, actions.link_contact, by=people.handler, case_id=case.pk, contact=second)
    with acting_as(people.coordinator, purpose="test"):
        first = CaseContact.objects.exclude(contact=second).get(case=case).contact_id
    asked = as_user(
        people.colleague, request_access, by=people.colleague, request_id=new_id(), contact_id=first, reason="Reason."
    )
    as_user(people.coordinator, decide_access, by=people.coordinator, request_id=asked.pk, grant=True)
    shown = page(people.colleague, f"/cases/{case.pk}/")
    assert "One further contact is not open to you." in shown
    assert "Canary" not in shown
    assert second.reference not in shown.replace(f"Contact {second.reference} was added", "")


def test_referrals_of_a_case_need_the_same_permission_as_the_case(people: People) -> None:
    case = make_case(people.handler)
    answers = {user.pk: browser(user).get(f"/cases/{case.pk}/referrals/") for user in people.everybody}
    assert {pk for pk, one in answers.items() if one.status_code == 200} == {people.handler.pk, people.coordinator.pk}
    assert "No partner has been asked yet." in answers[people.handler.pk].content.decode()


# ---- The list ------------------------------------------------------------------------------------------------------


def listed(user: User, show: str = "") -> set[str]:
    answer = browser(user).get("/cases/", {"show": show})
    assert answer.status_code == 200
    return {case.reference for case in answer.context["page"].rows}


def test_each_filter_shows_its_cases(people: People) -> None:
    mine, free, theirs = make_case(people.handler), make_case(people.coordinator), make_case(people.colleague)
    closed, given = make_case(people.handler), make_case(people.handler)
    give(people, free, None)
    as_user(people.handler, actions.mark_closed, by=people.handler, case_id=closed.pk, reason="goals_met")
    give_to_partner(people, given)
    names = {case: case.reference for case in (mine, free, theirs, closed, given)}
    shown = {show: listed(people.handler, show) for show in ("", "mine", "unassigned", "open", "partner", "closed")}
    assert shown == {
        "": {names[mine], names[given]},
        "mine": {names[mine], names[given]},
        "unassigned": {names[free]},
        "open": {names[mine], names[free], names[given]},
        "partner": {names[given]},
        "closed": {names[closed]},
    }
    assert listed(people.coordinator, "all") == set(names.values())
    assert listed(people.coordinator) == set(names.values()) - {names[closed]}
    assert "Example Partner" in page(people.coordinator, "/cases/", show="partner")


@pytest.mark.parametrize("show", ["all", "everything", "'"])
def test_filter_without_permission_is_404(people: People, show: str) -> None:
    assert browser(people.handler).get("/cases/", {"show": show}).status_code == 404


def test_list_of_cases_is_404_for_other_roles(people: People) -> None:
    opened = {user.pk for user in people.everybody if browser(user).get("/cases/").status_code == 200}
    working = {"handler", "colleague", "coordinator", "other_handler", "other_coordinator"}
    assert opened == {getattr(people, name).pk for name in working}


def test_case_readable_by_a_grant_is_not_in_the_list(people: People) -> None:
    case = make_case(people.handler)
    grant(people, case, people.dpo)
    assert browser(people.dpo).get(f"/cases/{case.pk}/").status_code == 200
    assert browser(people.dpo).get("/cases/").status_code == 404


def copies(case: Case, number: int, *, older: bool = False) -> list[Case]:
    """Insert this number of other cases, directly, because only the list reads them."""
    made = []
    for position in range(number):
        copy = Case.objects.get(pk=case.pk)
        assessment = Assessment.objects.get(pk=case.assessment_id)
        contact = assessment.contact
        contact.pk, contact.number = new_id(), contact.number * 1000 + position + (500 if older else 0)
        contact.save(force_insert=True)
        assessment.pk, assessment.contact, assessment.supersedes = new_id(), contact, None
        assessment.save(force_insert=True)
        copy.pk, copy.number, copy.assessment = (
            new_id(),
            case.number * 1000 + position + (500 if older else 0),
            assessment,
        )
        copy.opened_at = timezone.now() - timedelta(days=1 if older else 0, minutes=number - position)
        copy.save(force_insert=True)
        made.append(copy)
    return made


def test_pages_do_not_shift_while_rows_are_added(people: People) -> None:
    case = make_case(people.handler)
    with acting_as(people.handler, purpose="test"):
        copies(case, 59, older=True)
    client = browser(people.handler)
    first = client.get("/cases/").context["page"]
    with acting_as(people.handler, purpose="test"):
        copies(case, 3)
    second = client.get("/cases/", {"before": first.older}).context["page"]
    third = client.get("/cases/", {"before": second.older}).context["page"]
    assert [len(one.rows) for one in (first, second, third)] == [25, 25, 10]
    assert len({case.pk for one in (first, second, third) for case in one.rows}) == 60
    assert (first.newer, third.older) == (None, None)
    back = client.get("/cases/", {"after": third.newer}).context["page"]
    assert [case.pk for case in back.rows] == [case.pk for case in second.rows]


def test_a_longer_list_takes_no_more_queries(people: People) -> None:
    case, client = make_case(people.handler), browser(people.handler)
    client.get("/cases/")
    one = queries_of(lambda: client.get("/cases/"))
    with acting_as(people.handler, purpose="test"):
        copies(case, 2)
    assert queries_of(lambda: client.get("/cases/")) == one


def test_a_longer_case_takes_no_more_queries(people: People) -> None:
    case, client = make_case(people.handler), browser(people.handler)

    def grow() -> None:
        contact = make_contact(people.handler)
        as_user(people.handler, actions.link_contact, by=people.handler, case_id=case.pk, contact=contact)
        assessed(people.handler, contact)
        for user in (people.handler, people.coordinator):
            as_user(user, actions.add_note, by=user, case_id=case.pk, note_id=new_id(), text="…")

    give(people, case, people.colleague)
    grow()
    client.get(f"/cases/{case.pk}/")
    few = queries_of(lambda: client.get(f"/cases/{case.pk}/"))
    grow()
    grow()
    assert queries_of(lambda: client.get(f"/cases/{case.pk}/")) == few


def test_completed_triage_without_a_case_is_listed_first_and_can_be_opened(people: People) -> None:
    draft = filled(people, REFERRAL)
    done = complete(people.handler, draft)
    left = browser(people.handler).get("/cases/").context["triage_without_case"]
    assert [assessment.pk for assessment in left] == [done.pk]
    assert browser(people.colleague).get("/cases/").context["triage_without_case"] == []
    assert browser(people.other_coordinator).get("/cases/").context["triage_without_case"] == []
    answers = [browser(user).post(f"/assessments/{done.pk}/case/") for user in (people.coordinator, people.handler)]
    with acting_as(people.handler, purpose="test"):
        case = Case.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/cases/{case.pk}/"}
    assert browser(people.handler).get("/cases/").context["triage_without_case"] == []


@pytest.mark.parametrize("who", ["colleague", "other_coordinator", "worker", "dpo"])
def test_nobody_else_opens_the_case_of_a_triage(people: People, who: str) -> None:
    done = complete(people.handler, filled(people, REFERRAL))
    assert browser(getattr(people, who)).post(f"/assessments/{done.pk}/case/").status_code == 404


def test_a_reference_leads_to_its_case(people: People) -> None:
    case = make_case(people.handler)
    for written in (case.reference, case.reference.lower(), str(case.number), f"F{case.number}"):
        answer = browser(people.handler).get(f"/cases/reference/{written}/")
        assert answer.headers["Location"] == f"/cases/{case.pk}/"
    for unknown in ("F-0", "C-1", "F-x", "F-" + "9" * 30, "F-²"):
        assert browser(people.handler).get(f"/cases/reference/{unknown}/").status_code == 404
    assert browser(people.worker).get(f"/cases/reference/{case.reference}/").status_code == 404


# ---- The case file -------------------------------------------------------------------------------------------------


def test_case_file_shows_the_decision_and_its_reasons(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    shown = page(people.handler, f"/cases/{case.pk}/")
    with acting_as(people.handler, purpose="test"):
        assessment = case.assessment
    question = assessment.checklist.questions["security_signal"]
    label = next(answer.label for answer in question.answers if answer.code == "concrete")
    assert "Decide on informing the security authorities" in shown
    assert f"<dt>{question.label}</dt><dd>{label}</dd>" in shown


def test_the_file_says_when_a_person_decided_otherwise(people: People) -> None:
    from triage.actions import Choice
    from triage.vocabulary import Urgency

    draft = filled(people, REFERRAL)
    choice = Choice(Disposition.CENTRAL_CASE, Urgency.STANDARD, frozenset(), "She wants to talk to us first.")
    done = complete(people.handler, draft, choice)
    case = as_user(people.handler, actions.open_case, by=people.handler, assessment=done)
    shown = page(people.handler, f"/cases/{case.pk}/")
    assert "the answers proposed: Referral to a partner" in shown
    assert "She wants to talk to us first." in shown


def test_a_note_is_written_and_an_empty_one_is_told(people: People) -> None:
    case, note_id = make_case(people.handler), new_id()
    for _time in range(2):
        assert (
            post(people.handler, case, "notes/new", note_id=note_id, text="First line\n<b>second</b>").status_code
            == 302
        )
    shown = page(people.handler, f"/cases/{case.pk}/")
    assert shown.count("First line<br>&lt;b&gt;second&lt;/b&gt;") == 1
    assert post(people.handler, case, "notes/new", note_id=new_id(), text=" ").status_code == 422


def test_the_latest_notes_are_shown_and_the_others_on_demand(people: People) -> None:
    case = make_case(people.handler)
    for position in range(12):
        text = f"Note number {position}."
        as_user(people.handler, actions.add_note, by=people.handler, case_id=case.pk, note_id=new_id(), text=text)
    assert page(people.handler, f"/cases/{case.pk}/").count("Note number") == 10
    assert page(people.handler, f"/cases/{case.pk}/notes/?all").count("Note number") == 12


def test_a_coordinator_assigns_and_an_outdated_page_is_told_who_was_faster(people: People) -> None:
    case = make_case(people.handler)
    seen = current(case, people.coordinator).pk
    assert post(people.coordinator, case, "assign", to=people.colleague.pk, seen=seen).status_code == 302
    late = post(people.coordinator, case, "assign", to=people.handler.pk, seen=seen)
    assert late.status_code == 409
    assert f"{people.coordinator.name} changed this" in late.content.decode()
    assert current(case, people.coordinator).user == people.colleague


@pytest.mark.parametrize("to", ["worker", "other_handler", "administrator"])
def test_only_people_of_the_centre_can_be_chosen_as_responsible(people: People, to: str) -> None:
    case = make_case(people.handler)
    seen = current(case, people.coordinator).pk
    assert post(people.coordinator, case, "assign", to=getattr(people, to).pk, seen=seen).status_code == 422
    assert current(case, people.coordinator).user == people.handler


def test_a_handler_gives_a_case_back_and_another_takes_it(people: People) -> None:
    case = make_case(people.coordinator)
    give(people, case, people.handler)
    seen = current(case, people.handler).pk
    assert post(people.handler, case, "assign", seen=seen).status_code == 302
    assert "Take the case" in page(people.colleague, f"/cases/{case.pk}/")
    assert post(people.colleague, case, "take").status_code == 302
    assert post(people.handler, case, "take").status_code == 404  # had the right to write, but never opened the case
    assert current(case, people.coordinator).user == people.colleague


def test_late_take_shows_a_message(people: People) -> None:
    case = make_case(people.coordinator)
    give(people, case, None)
    page(people.handler, f"/cases/{case.pk}/")
    post(people.colleague, case, "take")
    assert post(people.handler, case, "take").status_code == 409


def test_case_of_a_partner_shows_that_and_no_actions_of_the_partner(people: People) -> None:
    case = make_case(people.handler)
    give_to_partner(people, case)
    shown = page(people.coordinator, f"/cases/{case.pk}/")
    assert "Example Partner has accepted the case" in shown
    assert f"/cases/{case.pk}/close/" not in shown
    assert f"/cases/{case.pk}/assign/" not in shown


def test_a_title_is_changed_and_an_outdated_one_is_told(people: People) -> None:
    case = make_case(people.handler)
    assert post(people.handler, case, "rename", version=1, label="Son, 19").status_code == 302
    assert post(people.coordinator, case, "rename", version=1, label="Other").status_code == 409
    assert post(people.coordinator, case, "rename", version=2, label="x" * 121).status_code == 422
    assert read(people.handler, case).label == "Son, 19"


def test_another_contact_is_added_by_its_reference(people: People) -> None:
    case, second, foreign = make_case(people.handler), make_contact(people.handler), make_contact(people.colleague)
    for written in ("", "C-x", "C-" + "9" * 18, foreign.reference):
        assert post(people.handler, case, "contacts/add", contact=written).status_code == 422
    assert post(people.handler, case, "contacts/add", contact=f" c{second.number}").status_code == 302
    shown = page(people.handler, f"/cases/{case.pk}/")
    assert f"Contact {second.reference} was added to the case" in shown


def test_a_case_is_closed_and_opened_again(people: People) -> None:
    case = make_case(people.handler)
    for _time in range(2):
        assert post(people.handler, case, "close", reason="goals_met").status_code == 302
    assert "Open the case again" in page(people.handler, f"/cases/{case.pk}/")
    assert post(people.handler, case, "reopen", cause="asked").status_code == 302
    assert read(people.handler, case).state == "open"
