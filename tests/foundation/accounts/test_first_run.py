"""An empty installation is set up in the browser with a one-time code, once."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cluster import OwnDatabase
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from people import PASSWORD, make_centre, make_user

from foundation.accounts import first_run
from foundation.accounts.models import FirstRunCode, Membership, Organisation, User
from foundation.accounts.roles import Role

ADDRESS = "/first-run/"
FIELDS = {
    "name": "Ada Example",
    "email": "First@Example.org",
    "language": "de",
    "password": PASSWORD,
    "centre": "Example Centre",
    "country": "FR",
    "time_zone": "",
}


def new_code() -> str:
    out = StringIO()
    call_command("first_run_code", stdout=out)
    found = re.search(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){2}", out.getvalue())
    assert found
    return found[0]


def set_up(code: str, client: Client | None = None, **values: Any) -> Any:
    return (client or Client()).post(ADDRESS, {**FIELDS, "code": code, **values})


def people() -> list[User]:
    return list(User.objects.filter(service=""))


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "no hyphens", "spaces"])
def test_the_first_administrator_is_made_and_signed_in_on_the_hub(db: None, typed: str) -> None:
    code = new_code()
    changed = {"lower": code.lower(), "no hyphens": code.replace("-", ""), "spaces": code.replace("-", " ")}
    client = Client()
    answer = set_up(changed.get(typed, typed.format(code)), client)
    assert answer.headers["Location"] == "/administration/"
    page = client.get("/administration/", follow=True, headers={"Accept": "text/html"})
    assert (page.status_code, page.request["PATH_INFO"]) == (200, "/accounts/second-factor/")
    assert 'lang="de"' in page.text
    (user,) = people()
    centre = Organisation.objects.get()
    assert (user.email, user.language, user.check_password(PASSWORD)) == ("first@example.org", "de", True)
    assert (centre.name, centre.country, centre.time_zone) == ("Example Centre", "FR", "Europe/Paris")
    assert [one.role for one in user.active_memberships] == ["administrator"]
    row = FirstRunCode.objects.get()
    assert row.used_by == user
    assert code.replace("-", "") not in row.code_hash


def test_first_administrator_has_no_role_that_reads_content_whatever_is_posted(db: None) -> None:
    set_up(new_code(), is_coordinator="on", role="coordinator")
    assert [one.role for one in Membership.objects.all()] == ["administrator"]


def test_first_run_code_is_invalid_after_use_or_once_an_account_exists(db: None) -> None:
    code = new_code()
    set_up(code)
    assert Client().get(ADDRESS).status_code == 404
    assert set_up(code, email="second@example.org").status_code == 404
    assert len(people()) == 1
    with pytest.raises(CommandError, match="can sign in already"):
        call_command("first_run_code", stdout=StringIO())
    out = StringIO()
    call_command("first_run_code", if_empty=True, stdout=out)
    assert out.getvalue() == ""


def test_first_run_code_is_invalid_after_an_account_was_made_otherwise(db: None) -> None:
    code = new_code()
    make_user((make_centre(), Role.ADMINISTRATOR))
    assert set_up(code).status_code == 404
    with pytest.raises(first_run.SetUpAlready):
        first_run.check_first_run_code(code=code)
    assert len(people()) == 1


def wrong(code: str, kind: str) -> str:
    return {
        "other": "AAAA-BBBB-CCCC",
        "empty": "",
        "part": code[:9],
        "longer": code + "A",
        "hash": FirstRunCode.objects.get().code_hash[:40],
        "sign": "\u202eÄÖÜ",
    }[kind]


@pytest.mark.parametrize("kind", ["other", "empty", "part", "longer", "hash", "sign"])
def test_wrong_code_is_shown_at_the_field_and_input_kept(db: None, kind: str) -> None:
    answer = set_up(wrong(new_code(), kind))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["code"]
    assert 'value="Ada Example"' in answer.text
    assert people() == []


def test_an_expired_or_replaced_code_is_wrong(db: None) -> None:
    first, second = new_code(), new_code()
    assert set_up(first).status_code == 422
    FirstRunCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert set_up(second).status_code == 422
    assert set_up(new_code()).status_code == 302


def test_too_many_wrong_codes_block_the_first_run_for_a_minute(db: None) -> None:
    code = new_code()
    codes = [set_up(f"AAAA-BBBB-CC{number:02}").status_code for number in range(first_run.TRIES)]
    assert codes == [422] * first_run.TRIES
    assert set_up(code).status_code == 429
    FirstRunCode.objects.update(tries_since=timezone.now() - timedelta(seconds=61))
    assert set_up(code).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", ""),
        ("email", "x" * 260 + "@example.org"),
        ("name", " "),
        ("centre", ""),
        ("centre", "x" * 201),
        ("country", "Germany"),
        ("country", "Ge"),
        ("time_zone", "Berlin"),
        ("time_zone", "Europe/Berlin"),
        ("password", "short"),
        ("password", "password1234"),
        ("password", "ada example"),
        ("language", "nl"),
    ],
)
def test_invalid_form_does_not_use_the_code(db: None, field: str, value: str) -> None:
    code = new_code()
    answer = set_up(code, **{field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert (people(), Organisation.objects.count()) == ([], 0)
    assert set_up(code).status_code == 302


def test_two_concurrent_first_runs_leave_one(own_database: OwnDatabase) -> None:
    code = new_code()
    start = threading.Barrier(4)
    answers: list[int] = []

    def attempt(number: int) -> None:
        try:
            start.wait()
            answers.append(set_up(code, email=f"person{number}@example.org").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(people()) == Organisation.objects.count() == Membership.objects.count() == 1
    assert all(status in (302, 404) for status in answers)


@pytest.mark.parametrize(("place", "said"), [("elsewhere", "--data"), (".data", "")])
def test_the_page_names_the_command_with_its_data_directory(
    db: None, client: Client, settings: Any, tmp_path: Path, place: str, said: str
) -> None:
    settings.LOTSE_DATA = tmp_path / "with a space" if place == "elsewhere" else settings.BASE_DIR / ".data"
    text = client.get("/accounts/login/").text
    wanted = f"./lotse manage --data &#x27;{settings.LOTSE_DATA}&#x27; first_run_code" if said else ""
    assert (wanted or "./lotse manage first_run_code") in text
    assert f'href="{ADDRESS}"' in text
    assert (wanted or "./lotse manage first_run_code") in client.get(ADDRESS).text
