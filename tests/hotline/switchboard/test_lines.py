"""Pages for telephone lines: validation, later changes, preview of the texts."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from past_policies import change
from people import People, as_user, make_user
from web import browser

from foundation.accounts.models import Organisation
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from hotline.switchboard.lines import Impossible, LineSettings, add_line, save_line
from hotline.switchboard.models import Line

FIELDS = {"version": 0, "name": "Advice line", "number": "030 23125000", "language_1": "de", "is_active": "on"}


def post(people: People, pk: int | None = None, centre: Organisation | None = None, **values: Any) -> Any:
    address = reverse("switchboard:line", args=[pk]) if pk else new(centre or people.centre)
    return browser(people.administrator).post(address, {**FIELDS, **values})


def new(centre: Organisation) -> str:
    return reverse("switchboard:new_line", args=[centre.pk])


def stored(people: People) -> list[Line]:
    with acting_as(people.administrator, purpose="test"):
        return list(Line.objects.order_by("pk"))


def add(people: People, **values: Any) -> Line:
    settings = LineSettings(**{"number": "+493023125000", "name": "Advice line", "languages": ["de"], **values})
    line: Line = as_user(
        people.administrator, add_line, by=people.administrator, centre=people.centre, settings=settings
    )
    return line


@pytest.mark.parametrize(
    ("country", "typed", "number"),
    [
        ("DE", "030 23125000", "+493023125000"),
        ("DE", "+49 (0)30 23125000", "+493023125000"),
        ("BE", "02 279 22 11", "+3222792211"),
        ("FR", "01 39 98 44 00", "+33139984400"),
        ("FR", "+49 30 23125000", "+493023125000"),
        ("LU", "26 12 34 56", "+35226123456"),
        ("AT", "01 5123456", "+4315123456"),
    ],
)
def test_number_of_a_line_is_parsed_for_the_centres_country(
    people: People, country: str, typed: str, number: str
) -> None:
    change(Organisation.objects.filter(pk=people.centre.pk), country=country)
    answer = post(people, number=typed, language_1="fr", language_3="nl", skill="exit", is_round_the_clock="on")
    (line,) = stored(people)
    assert answer.headers["Location"] == reverse("switchboard:line", args=[line.pk])
    assert (str(line.number), line.languages, line.skill) == (number, ["fr", "nl"], "exit")
    assert (line.is_round_the_clock, line.is_active, line.centre) == (True, True, people.centre)
    with acting_as(people.dpo, purpose="test"):
        assert Event.objects.get(kind="line.added").data["languages"] == ["fr", "nl"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""),
        ("number", "112"),
        ("number", "call us"),
        ("number", "+49 30"),
        ("number", "0" * 39),
        ("number", "anonymous"),
        ("number", "+1 999 999 9999"),
        ("name", " "),
        ("name", "x" * 81),
        ("language_1", ""),
        ("language_1", "xx"),
        ("language_2", "de"),
        ("skill", "magic"),
        ("version", "-1"),
    ],
)
def test_invalid_line_form_shows_errors_and_keeps_the_input(people: People, field: str, value: str) -> None:
    answer = post(people, **{"language_2": "fr", field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    if field != "name":
        assert 'value="Advice line"' in answer.text
    if field == "number" and value:
        assert "Write it like 030" in answer.text
    assert stored(people) == []


@pytest.mark.parametrize("typed", ["030 23125000", "+493023125000", "(030) 23 12 50 00", "0049 30 23125000"])
@pytest.mark.parametrize("is_active", [True, False])
def test_number_can_belong_to_only_one_line(people: People, typed: str, is_active: bool) -> None:
    add(people, is_active=is_active)
    answer = post(people, number=typed, name="Another")
    assert answer.status_code == 422
    assert "Advice line" in str(answer.context["form"].errors["number"])
    assert len(stored(people)) == 1


def test_line_can_be_changed_and_deactivated(people: People) -> None:
    line = add(people)
    values = {"name": "New name", "number": "030 23125001", "language_1": "en", "language_2": "de", "is_active": ""}
    for _twice in range(2):
        assert post(people, line.pk, **values).status_code == 302
    (after,) = stored(people)
    assert (after.name, str(after.number), after.languages) == ("New name", "+493023125001", ["en", "de"])
    assert (after.is_active, after.version) == (False, 1)


def test_concurrent_change_of_a_line_is_reported_and_input_kept(people: People) -> None:
    line = add(people)
    post(people, line.pk, name="By one")
    answer = post(people, line.pk, name="By another")
    assert answer.status_code == 409
    assert 'value="By another"' in answer.text
    assert stored(people)[0].name == "By one"


def test_preview_shows_what_callers_hear_before_saving(people: People) -> None:
    answer = post(people, language_2="fr", language_3="tr", preview="1")
    assert (answer.status_code, stored(people)) == (200, [])
    heard = [(one.language, one.text) for one in answer.context["preview"].menu]
    assert heard[0] == ("de-DE", "Für Deutsch drücken Sie die 1.")
    assert [language for language, _text in heard] == ["de-DE", "fr-FR", "tr-TR"]
    assert "1 1 2" in answer.context["preview"].notices[0].text
    assert "nicht besetzt" in answer.context["preview"].closed[0].text
    round_the_clock = post(people, preview="1", is_round_the_clock="on").context["preview"]
    assert (round_the_clock.menu, round_the_clock.closed) == ([], [])


def test_lines_are_accessible_only_to_administrators_of_the_centre(people: People) -> None:
    line = add(people)
    addresses = [reverse("switchboard:lines"), new(people.centre), reverse("switchboard:line", args=[line.pk])]
    stranger = make_user((people.other_centre, Role.ADMINISTRATOR))
    for user in [*people.everybody, stranger]:
        codes = [browser(user).get(address).status_code for address in addresses]
        expected = {people.administrator: [200, 200, 200], stranger: [200, 404, 404]}.get(user, [404, 404, 404])
        assert codes == expected, user.role_labels
    assert browser(stranger).post(addresses[2], {**FIELDS, "name": "Mine"}).status_code == 404
    assert "Advice line" not in browser(stranger).get(addresses[0]).text
    settings = LineSettings("+493023125009", "X", ["de"])
    with pytest.raises(NotAllowed):
        as_user(stranger, add_line, by=stranger, centre=people.centre, settings=settings)
    with pytest.raises(NotAllowed):
        as_user(stranger, save_line, by=stranger, line=line, version=0, settings=settings)
    assert [one.name for one in stored(people)] == ["Advice line"]


@pytest.mark.parametrize(
    "values", [{"languages": []}, {"languages": ["de", "de"]}, {"languages": ["xx"]}, {"skill": "magic"}, {"name": ""}]
)
def test_actions_refuse_values_that_the_form_refuses(people: People, values: dict[str, Any]) -> None:
    with pytest.raises(Impossible):
        add(people, **values)


def test_administration_page_lists_missing_steps_of_the_telephone(people: People) -> None:
    def line_step() -> Any:
        return browser(people.administrator).get(reverse("accounts:administration")).context["steps"][0]

    assert (line_step().is_done, line_step().url) == (False, new(people.centre))
    line = add(people, languages=["de", "fr"])
    assert (line_step().is_done, line_step().now) == (True, "Advice line: German, French")
    post(people, line.pk, is_active="")
    assert not line_step().is_done
