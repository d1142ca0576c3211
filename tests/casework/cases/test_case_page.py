"""The case page is read in a minute: one sentence, its parts, and a timeline with filters."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from assessments import SECURITY
from case_rows import give, give_to_partner, make_case
from django.utils import timezone
from people import People, as_user, new_id
from web import browser, one_line

from casework.cases import actions
from casework.cases.models import Case
from casework.cases.timeline import SIZE
from casework.cases.timeline_filters import Group, codes_of, group_of
from casework.cases.work_actions import add_action
from foundation.accounts.models import User
from foundation.journal.registry import codes_in_case


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler, relation="child", sex="male", phenomenon="right")


def page(user: User, case: Case, **values: str) -> Any:
    answer = browser(user).get(f"/cases/{case.pk}/", values)
    assert answer.status_code == 200
    return answer


def add(people: People, case: Case, text: str, **later: int) -> None:
    values = {"text": text, "strand": "social", "to": None, "due_at": timezone.now() + timedelta(**later)}
    as_user(people.handler, add_action, by=people.handler, case_id=case.pk, action_id=new_id(), **values)


def brief(user: User, case: Case) -> str:
    (said,) = re.findall(r'<p class="brief">(.*?)</p>', one_line(page(user, case)))
    return str(said)


# ---- one sentence ----


def test_the_head_says_whom_it_is_about_the_concern_who_is_responsible_and_what_is_next(
    people: People, case: Case
) -> None:
    add(people, case, "Call the school.", days=3)
    add(people, case, "Call the mother <now>.", days=2)
    said = brief(people.handler, case)
    assert said.startswith("About: son or daughter, male. Right-wing. ")
    assert "Referral to a partner, standard." in said
    assert f"Responsible: {people.handler.name}." in said
    assert "Next: " in said


def test_the_next_thing_is_the_one_that_is_due_first_and_its_text_is_escaped(people: People, case: Case) -> None:
    add(people, case, "Call the mother <now>.", minutes=5)
    assert "Next: Call the mother &lt;now&gt;, due" in brief(people.handler, case)


def test_nobody_and_a_partner_are_named_as_responsible(people: People, case: Case) -> None:
    give(people, case, None)
    assert "Responsible: nobody." in brief(people.coordinator, case)
    give_to_partner(people, case)
    assert f"Responsible: {people.partner.name}, {people.worker.name}." in brief(people.coordinator, case)


# ---- its parts ----


def test_each_part_that_is_linked_is_on_the_page(people: People, case: Case) -> None:
    shown = one_line(page(people.handler, case))
    (parts,) = re.findall(r'<nav class="sections".*?</nav>', shown)
    linked = re.findall(r'href="#([\w-]+)"', parts)
    names = [
        "duties",
        "contacts",
        "team",
        "plan",
        "reviews",
        "assessments",
        "consultations",
        "closing",
        "release",
        "referrals",
        "notes",
        "timeline",
    ]
    assert linked == [f"h-{name}" for name in names]
    assert all(shown.count(f'id="{one}"') == 1 for one in linked)


def test_parts_have_numbers_and_what_is_empty_is_left_out(people: People) -> None:
    case = make_case(people.handler, {**SECURITY, "gap_family": "important"})
    shown = page(people.handler, case)
    said = one_line(shown)
    (parts,) = re.findall(r'<nav class="sections".*?</nav>', said)
    assert 'href="#h-questions"' in parts
    file = shown.context["file"]
    assert f'To do <span class="muted">{len(file.open_actions)}</span>' in parts
    assert f'Not known yet <span class="muted">{len(file.open_questions)}</span>' in parts


# ---- filters of the timeline ----


def test_each_kind_of_event_belongs_to_one_filter() -> None:
    by_group = [code for group in Group for code in codes_of(group)]
    assert sorted(by_group) == sorted(codes_in_case())
    assert group_of("case.note_added") == Group.WORK
    assert group_of("release.published") is None


def note(people: People, case: Case) -> None:
    as_user(people.handler, actions.add_note, by=people.handler, case_id=case.pk, note_id=new_id(), text="Words.")


def kinds(answer: Any) -> set[str]:
    return {entry.event.kind for entry in answer.context["timeline"].entries}


@pytest.mark.parametrize("part", ["", "timeline/"])
def test_one_kind_is_shown_with_and_without_scripts(people: People, case: Case, part: str) -> None:
    note(people, case)
    add(people, case, "Call.", days=1)
    address = f"/cases/{case.pk}/{part}"
    for group in Group:
        answer = browser(people.handler).get(address, {"show": group.value})
        assert {group_of(kind) for kind in kinds(answer)} <= {group}
        assert re.search(rf'id="timeline-{group.value}"[^>]*aria-current="true"', one_line(answer))
    assert kinds(browser(people.handler).get(address, {"show": "work"})) >= {"case.note_added", "action.added"}
    everything = browser(people.handler).get(address)
    assert len({group_of(kind) for kind in kinds(everything)}) == 3
    assert "Nothing of this kind has happened." in one_line(browser(people.handler).get(address, {"show": "team"}))


def test_pages_of_a_filtered_timeline_have_each_event_once(people: People, case: Case) -> None:
    for _number in range(SIZE + 5):
        note(people, case)
    first = page(people.handler, case, show="work")
    older = first.context["timeline"].older
    assert f"?show=work&before={older}#h-timeline" in one_line(first).replace("&amp;", "&")
    give(people, case, people.colleague)
    second = page(people.coordinator, case, show="work", before=str(older))
    ids = [entry.event.pk for answer in (first, second) for entry in answer.context["timeline"].entries]
    assert len(ids) == len(set(ids)) >= SIZE + 5
    assert second.context["timeline"].older is None


@pytest.mark.parametrize("part", ["", "timeline/"])
@pytest.mark.parametrize("query", [{"show": "everything"}, {"show": "x" * 5000}, {"before": "-1"}, {"before": "²"}])
def test_an_unknown_filter_is_not_found(people: People, case: Case, part: str, query: dict[str, str]) -> None:
    assert browser(people.handler).get(f"/cases/{case.pk}/{part}", query).status_code == 404


def test_the_refresh_of_a_filtered_timeline_keeps_the_filter(people: People, case: Case) -> None:
    shown = one_line(browser(people.handler).get(f"/cases/{case.pk}/timeline/", {"show": "work"}))
    assert f'hx-get="/cases/{case.pk}/timeline/?show=work&' in shown.replace("&amp;", "&")
