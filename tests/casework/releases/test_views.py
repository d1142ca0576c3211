"""The pages of releases from prison: announcing, changing, moving, saying how it went."""

from __future__ import annotations

from typing import Any

import pytest
from case_rows import make_case
from django.urls import reverse
from people import People, new_id
from prison_releases import TEXTS, announced, in_days, released, step, stored, with_step
from teams import Body, accepted, invited, make_body
from web import browser, one_line

from casework.cases.models import Case
from casework.releases import actions
from casework.releases.models import PrisonRelease
from casework.releases.states import PrisonReleaseState
from casework.releases.vocabulary import Phase
from foundation.accounts.models import User
from foundation.privacy.context import acting_as

R = PrisonReleaseState


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def probation(people: People, case: Case) -> Body:
    body = make_body("Probation office")
    accepted(invited(people.handler, case, body.organisation), body.person, body.deputy)
    return body


def page(user: User, name: str, key: Any) -> str:
    answer = browser(user).get(reverse(f"releases:{name}", args=[key]))
    assert answer.status_code == 200
    return one_line(answer)


def post(user: User, name: str, key: Any, **values: Any) -> Any:
    return browser(user).post(reverse(f"releases:{name}", args=[key]), values)


def form_of(**values: str) -> dict[str, str]:
    return {"release_id": str(new_id()), "release_date": in_days(40).isoformat(), **TEXTS, **values}


def all_of(people: People) -> list[PrisonRelease]:
    with acting_as(people.coordinator, purpose="test"):
        return list(PrisonRelease.objects.with_names())


def test_from_announcement_to_settled(people: People, case: Case, probation: Body) -> None:
    assert "No release from prison is announced." in page(people.handler, "of_case", case.pk)
    who = f"{probation.organisation.pk}-{probation.person.pk}"
    assert post(people.handler, "announce", case.pk, **form_of(responsible=who)).status_code == 302
    (release,) = all_of(people)
    assert (release.organisation, release.user) == (probation.organisation, probation.person)
    for fragment, reader in (("of_case", people.handler), ("of_team", probation.deputy)):
        assert TEXTS["establishment"] in page(reader, fragment, case.pk)
    shown = page(probation.person, "release", release.pk)
    assert all(text in shown for text in TEXTS.values())
    assert "The person was released" not in shown
    assert post(probation.person, "prepared", release.pk, version="1").status_code == 302
    moved = {"version": "2", "release_date": in_days(0).isoformat(), "reason": "The court decided."}
    assert post(probation.person, "move_date", release.pk, **moved).status_code == 302
    shown = page(people.handler, "release", release.pk)
    assert "The court decided." in shown
    assert "The person was released" in shown
    assert post(people.handler, "released", release.pk, version="3").status_code == 302
    assert post(people.handler, "settled", release.pk, version="4").status_code == 302
    assert stored(release, people.handler).state == R.SETTLED
    assert "It is settled" not in page(people.handler, "release", release.pk)


def test_who_may_not_write_sees_no_form(people: People, case: Case, probation: Body) -> None:
    release = announced(people.handler, case)
    shown = page(probation.person, "release", release.pk)
    assert not any(key in shown for key in ("mark-prepared", "change-release", "move-release", "add-step"))
    assert "Announce a release" not in page(probation.person, "of_team", case.pk)


def test_a_repeated_post_leads_to_the_release(people: People, case: Case) -> None:
    form = form_of()
    first = post(people.handler, "announce", case.pk, **form)
    assert post(people.handler, "announce", case.pk, **form).url == first.url
    assert post(people.handler, "announce", case.pk, **form_of()).status_code == 409
    assert post(people.handler, "announce", case.pk, release_id="x").status_code == 409
    assert len(all_of(people)) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"release_date": ""},
        {"release_date": "x"},
        {"release_date": "0001-01-01"},
        {"release_date": "9999-12-31"},
        {"establishment": ""},
        {"establishment": "x" * 1_001},
        {"conditions": "x" * 4_001},
        {"responsible": "0-0"},
        {"release_id": "x"},
    ],
)
def test_absurd_values_are_said_beside_the_form(people: People, case: Case, values: dict[str, str]) -> None:
    assert post(people.handler, "announce", case.pk, **form_of(**values)).status_code == 422
    assert all_of(people) == []


def test_without_a_choice_it_is_of_who_is_responsible(people: People, case: Case) -> None:
    post(people.handler, "announce", case.pk, **form_of())
    (release,) = all_of(people)
    assert (release.organisation, release.user) == (people.centre, people.handler)


def test_what_is_changed(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    assert TEXTS["conditions"] in page(people.handler, "change", release.pk)
    new = {**TEXTS, "conditions": "None.", "responsible": f"{people.centre.pk}-{people.coordinator.pk}"}
    assert post(people.handler, "change", release.pk, version="1", **new).status_code == 302
    now = stored(release, people.handler)
    assert (now.conditions, now.user) == ("None.", people.coordinator)


def test_who_changes_a_stale_page_keeps_what_was_typed(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    step(people.handler, actions.mark_prepared, release)
    answer = post(people.handler, "change", release.pk, version="1", **{**TEXTS, "conditions": "Typed late."})
    assert answer.status_code == 422
    assert "Typed late." in one_line(answer)
    assert 'name="version" value="2"' in one_line(answer)


def test_a_stale_step_is_told(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    step(people.handler, actions.mark_prepared, release)
    moved = {"release_date": in_days(50).isoformat(), "reason": "later"}
    for name, values in {"cancel": {"reason": "He stays."}, "move_date": moved, "released": {}, "settled": {}}.items():
        assert post(people.handler, name, release.pk, version="1", **values).status_code == 409, name
    assert post(people.handler, "prepared", release.pk, version="x").status_code == 409


def test_a_step_without_its_words_is_said_beside_the_form(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    assert post(people.handler, "cancel", release.pk, version="1").status_code == 422
    assert post(people.handler, "move_date", release.pk, version="1", release_date="x", reason="").status_code == 422


def test_before_the_date_nobody_is_released(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    answer = browser(people.handler).post(
        reverse("releases:released", args=[release.pk]), {"version": "1"}, follow=True
    )
    assert "The date is still to come." in one_line(answer)
    assert stored(release, people.handler).state == R.ANNOUNCED


def test_a_release_that_is_over_is_not_changed(people: People, case: Case) -> None:
    release = step(people.handler, actions.cancel, announced(people.handler, case), reason="He stays.")
    assert browser(people.handler).get(reverse("releases:change", args=[release.pk])).status_code == 409
    assert "He stays." in page(people.handler, "release", release.pk)
    again = step(people.handler, actions.mark_settled, released(people.handler, announced(people.handler, case)))
    assert "Settled" in page(people.handler, "release", again.pk)


def test_who_may_not_gets_a_404(people: People, case: Case, probation: Body) -> None:
    release = announced(people.handler, case)
    for stranger in (people.colleague, people.worker, people.dpo):
        assert browser(stranger).get(reverse("releases:release", args=[release.pk])).status_code == 404
        assert post(stranger, "prepared", release.pk, version="1").status_code == 404
    assert post(probation.person, "prepared", release.pk, version="1").status_code == 404
    assert post(probation.person, "announce", case.pk, **form_of()).status_code == 404


def step_form(**values: str) -> dict[str, str]:
    return {
        "step_id": str(new_id()),
        "text": "Find a flat.",
        "phase": "before",
        "days": "7",
        "strand": "social",
        **values,
    }


def test_the_page_reads_before_the_day_and_after_by_body(people: People, case: Case, probation: Body) -> None:
    release = announced(people.handler, case)
    who = f"{probation.organisation.pk}-{probation.person.pk}"
    for values in (
        {"text": "Meet him at the gate.", "phase": "on", "responsible": who},
        {"text": "Call after two weeks.", "phase": "after", "days": "14", "responsible": who},
        {},
    ):
        assert post(people.handler, "add_step", release.pk, **step_form(**values)).status_code == 302
    shown = page(probation.deputy, "release", release.pk)
    words = ("Find a flat.", "Meet him at the gate.", "Call after two weeks.")
    assert sorted(shown.index(one) for one in words) == [shown.index(one) for one in words]
    assert probation.organisation.name in shown[shown.index("h-phase-on") :]


@pytest.mark.parametrize(
    "values",
    [
        {"days": ""},
        {"days": "0"},
        {"days": "-1"},
        {"days": "99999"},
        {"days": "60"},
        {"text": ""},
        {"text": "x" * 1_001},
        {"phase": "x"},
        {"strand": "x"},
        {"responsible": "x"},
        {"step_id": "x"},
    ],
)
def test_absurd_steps_are_said_beside_the_form(people: People, case: Case, values: dict[str, str]) -> None:
    release = announced(people.handler, case)
    assert post(people.handler, "add_step", release.pk, **step_form(**values)).status_code == 422


def test_on_the_day_no_number_of_days_is_asked_for(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    for days in ("", "9", "x"):
        form = step_form(phase="on", days=days)
        assert post(people.handler, "add_step", release.pk, **form).status_code == 302


def test_a_release_that_is_over_gets_no_step(people: People, case: Case) -> None:
    release = step(people.handler, actions.cancel, announced(people.handler, case), reason="He stays.")
    assert post(people.handler, "add_step", release.pk, **step_form()).status_code == 409


def calendar(user: User) -> str:
    answer = browser(user).get(reverse("releases:calendar"))
    assert answer.status_code == 200
    return one_line(answer)


def test_the_calendar_has_all_releases_by_date(people: People, case: Case, probation: Body) -> None:
    assert "No release from prison is announced." in calendar(people.coordinator)
    of_body = {"organisation": probation.organisation, "user": probation.person}
    later = announced(people.handler, case, release_date=in_days(90), establishment="Prison by the sea", **of_body)
    with_step(people.handler, later, text="Find a flat.")
    with_step(people.handler, later, phase=Phase.AFTER, text="Call him.")
    other = make_case(people.colleague)
    announced(people.colleague, other, release_date=in_days(10), establishment="Prison on the hill")
    over = announced(people.handler, make_case(people.handler), establishment="Prison in the wood")
    step(people.handler, actions.cancel, over, reason="He stays.")
    shown = calendar(people.coordinator)
    assert shown.index("Prison on the hill") < shown.index("Prison by the sea")
    assert "1 step open before the day:" in shown
    assert "Find a flat." in shown
    assert probation.person.name in shown
    assert "Call him." not in shown
    assert "Prison in the wood" not in shown
    assert "No release from prison is announced." in calendar(people.other_coordinator)
    for stranger in (people.handler, people.worker, probation.person, people.dpo):
        assert browser(stranger).get(reverse("releases:calendar")).status_code == 404


def test_coordinators_find_the_calendar_beside_the_cases(people: People) -> None:
    for user, is_there in ((people.coordinator, True), (people.handler, False)):
        assert (reverse("releases:calendar") in one_line(browser(user).get("/cases/"))) == is_there
