"""The access matrix: every URL, method and role, on records in every state; who gets what, and sees whose content.

What is declared, and how: declared.py. `LOTSE_MATRIX=all` also visits every record where a role gets nothing at any,
sends methods that do not exist, and asks for every page as a fragment.
"""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from cluster import OwnDatabase
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import clear_url_caches, path, set_urlconf
from security.matrix.checks import Checker, undeclared
from security.matrix.declared import EVERYBODY, UNKNOWN, Relations, Statuses, Undeclared
from security.matrix.records import as_superuser, make_world
from security.matrix.spellings import spellings
from security.matrix.visits import Route, Visitor, canaries_in, routes
from security.matrix.world import World
from telephone import TELEPHONY

from config import urls
from foundation.accounts.models import User
from foundation.journal import consumers
from foundation.journal.consumers import groups_of
from foundation.journal.models import Event

ALL = os.environ.get("LOTSE_MATRIX", "") == "all"
METHODS = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"] if ALL else ["GET", "POST"]
#: Lists that are asked for words; none of them may show more than without.
QUERIES = {
    "hotline:search": ["q=zq", "q=text", "seen=1"],
    "hotline:contacts": ["show=all", "page=1"],
    "cases:list": ["show=all", "state=closed", "q=zq"],
    "handoff:board": ["show=all"],
    "handoff:inbox": ["show=all", "show=ended"],
    "journal:audit": ["page=1", "show=looks"],
    "hotline:callbacks": ["show=all"],
}
pytestmark = pytest.mark.xdist_group("matrix")


@pytest.fixture(scope="module")
def world(modules_database: OwnDatabase) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "TELEPHONY", dict(TELEPHONY))
        yield make_world()


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Iterator[Callable[[Visitor], Visitor]]:
    """Adds a visitor's visits to the number that is printed at the end of the run."""
    visitors: list[Visitor] = []
    yield lambda visitor: visitors.append(visitor) or visitor
    record_property("matrix", sum(visitor.visits for visitor in visitors))


def test_every_url_has_a_declaration() -> None:
    assert len(routes()) > 230
    assert undeclared(Statuses.read()) == []


def test_every_role_is_in_the_world(world: World) -> None:
    assert sorted(world.cast) == EVERYBODY


def test_every_state_has_its_relations(world: World) -> None:
    """A record that a relation does not name would be nobody's, and a page that nobody gets proves little."""
    relations = Statuses.read().relations
    wrong = [
        f"{kind} {relation}: {name}"
        for (kind, relation), people in relations.people.items()
        for name in people.keys() ^ world.keys[kind].keys()
    ]
    assert wrong == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_gets_what_is_declared(world: World, who: str, method: str, counted: Any) -> None:
    visitor = counted(Visitor.of(world, who))
    assert Checker(world, ALL).wrong(visitor, method, routes()) == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_lists_and_searches_show_no_foreign_content(world: World, who: str, counted: Any) -> None:
    visitor, checker, wrong = counted(Visitor.of(world, who)), Checker(world), []
    for route in routes():
        for query in QUERIES.get(route.name, []):
            sends = ["GET", "POST"] if route.name == "hotline:search" else ["GET"]
            for method in sends:
                answer = visitor.visit(method, route.path(world, ""), query)
                wrong += [f"{route.name}?{query}: {one}" for one in checker.leaks(answer.text, who)]
                if answer.status >= 500:
                    wrong.append(f"{route.name}?{query}: {answer.status}")
    assert wrong == []


@pytest.mark.skipif(not ALL, reason="LOTSE_MATRIX=all")
@pytest.mark.parametrize("who", EVERYBODY)
def test_fragments_show_no_foreign_content(world: World, who: str, counted: Any) -> None:
    visitor, checker, wrong = counted(Visitor.of(world, who)), Checker(world), []
    for route in routes():
        for record in checker.records(visitor, "GET", route):
            answer = visitor.visit("GET", route.path(world, record), hx_request="true")
            wrong += [f"{route.name} {record}: {one}" for one in checker.leaks(answer.text, who)]
            if answer.status == 500:
                wrong.append(f"{route.name} {record}: {answer.status}")
    assert wrong == []


#: Who may get a live message about a record of the centre at all.
HEAR_OF_CENTRE = {"handler", "colleague", "coordinator"}
HEAR_OF_REFERRALS = {"worker", "partner_coordinator"}


def test_live_messages_reach_only_people_who_work_with_the_records(world: World) -> None:
    """A frame has the key of a record: of the person's own centre, of a referral to the partner, or of a membership."""
    relations = Relations.read()
    with as_superuser():
        events = list(Event.objects.filter(centre=world.people.centre).exclude(tell=[]))
    assert len(events) > 100
    wrong = []
    for who, user in world.cast.items():
        joined = groups_of.func(User.objects.get(pk=user.pk)) if user else []  # type: ignore[attr-defined]
        groups = {one for one in joined if not one.startswith("user.")}  # what is addressed to somebody is theirs
        for event in events:
            kind, _dot, record = world.names.get(event.subject, "").partition(".")
            is_theirs = kind == "member" and who in relations.roles(["belongs"], kind, record)
            allowed = who in HEAR_OF_CENTRE or (who in HEAR_OF_REFERRALS and kind == "referral") or is_theirs
            if groups & set(event.tell) and not allowed:
                wrong.append(f"{who} hears {event.kind} of {world.names.get(event.subject)}")
    assert sorted(set(wrong)) == []


# --- what the matrix has to find ------------------------------------------------------------


class Leak:
    """Middleware of a mistake: ``change`` does something to each answer."""

    change: Callable[[HttpResponse], object]

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        Leak.change(answer)
        return answer


def found(world: World, who: str, name: str, change: Callable[[HttpResponse], object] | None = None) -> list[str]:
    (route,) = [one for one in routes() if one.name == name]
    Leak.change = change or (lambda answer: None)
    with override_settings(MIDDLEWARE=[f"{__name__}.Leak", *settings.MIDDLEWARE]):
        return Checker(world).wrong(Visitor.of(world, who), "GET", [route])


def canary_of(world: World, record: str, field: str) -> str:
    (canary,) = [key for key, at in world.canaries.items() if at == (record, field)]
    return canary


LEAKS: dict[str, Callable[[HttpResponse, str], object]] = {
    "body": lambda answer, canary: answer.write(canary),
    "header": lambda answer, canary: answer.__setitem__("X-Contact", canary),
    "redirect": lambda answer, canary: answer.__setitem__("Location", f"/search/?q={canary}"),
    "cookie": lambda answer, canary: answer.set_cookie("last", canary),
}


@pytest.mark.parametrize("place", LEAKS)
def test_leaked_canary_is_found(world: World, place: str) -> None:
    canary = canary_of(world, "hotline_contact@contact.elsewhere", "notes")
    assert found(world, "handler", "hotline:part_open") == []
    shown = "handler: GET hotline:part_open: shows hotline_contact@contact.elsewhere notes"
    assert shown in found(world, "handler", "hotline:part_open", lambda answer: LEAKS[place](answer, canary))


def test_leaked_phone_is_found_in_another_spelling(world: World) -> None:
    phone = canary_of(world, "hotline_contact@contact.elsewhere", "phone")
    for spelling in spellings(phone):
        leaked = found(world, "handler", "hotline:part_open", lambda answer, said=spelling: answer.write(said))  # type: ignore[misc]
        assert "contact.elsewhere phone" in str(leaked), spelling


@pytest.mark.parametrize(
    ("table", "who", "name", "wrong"),
    [
        ("switchboard_voicemail", "handler", "switchboard:voicemail", "colleagues_voicemail: 200 instead of 404"),
        ("hotline_contact", "handler", "hotline:contact", "shows hotline_contact@contact.asked"),
    ],
)
def test_widened_policy_is_found(
    world: World, modules_database: OwnDatabase, table: str, who: str, name: str, wrong: str
) -> None:
    assert found(world, who, name) == []
    modules_database.sql(f"create policy widened on {table} for select to lotse_web using (true)")
    try:
        assert wrong in str(found(world, who, name))
    finally:
        modules_database.sql(f"drop policy widened on {table}")


def test_answer_that_tells_whether_a_record_exists_is_found(world: World) -> None:
    """A 404 of another kind is an oracle, too, and so is an error."""
    numbers = itertools.count()
    other = found(world, "worker", "hotline:contact", lambda answer: answer.write("x" * next(numbers)))
    assert "404 differs from unknown" in str(other)
    error = found(world, "worker", "hotline:contact", lambda answer: setattr(answer, "status_code", 500))
    assert "worker: GET hotline:contact draft: 500 instead of 404" in error


def test_undeclared_url_is_found() -> None:
    module = ModuleType("urls_with_one_more")
    one_more = path("new/<uuid:contact_id>/", HttpResponse, name="new")
    module.urlpatterns = [*urls.urlpatterns, one_more]  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    try:
        with override_settings(ROOT_URLCONF=module.__name__):
            set_urlconf(None)
            clear_url_caches()
            (said,) = undeclared(Statuses.read())
            assert said.startswith("new: say in tests/security/matrix/urls/root.txt who gets what")
    finally:
        del sys.modules[module.__name__]
        clear_url_caches()


def test_undeclared_method_must_be_405(world: World) -> None:
    statuses = Statuses.read()
    del statuses.lines["hotline:contact", "GET"]
    (route,) = [one for one in routes() if one.name == "hotline:contact"]
    visitor = Visitor.of(world, "handler")
    assert "200 instead of 405" in str(Checker(world, statuses=statuses).wrong(visitor, "GET", [route]))


def test_word_that_is_no_role_and_no_relation_is_refused() -> None:
    with pytest.raises(Undeclared, match="handlers is no role, no group and no relation to a case"):
        list(Statuses.read().relations.roles(["reads", "handlers"], "case", "open"))


def test_every_parameter_of_a_url_has_a_value(world: World) -> None:
    unfilled = [one.name for one in routes() if re.search(r"[<>?$^]", one.path(world, ""))]
    assert unfilled == []
    assert Route("x", "x/<uuid:contact_id>/").path(world, UNKNOWN) == "/x/00000000-0000-4000-8000-000000000000/"


def test_officers_in_the_group_of_the_centre_would_be_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "HEAR_OF_WORK", (*consumers.HEAR_OF_WORK, "dpo"))
    with pytest.raises(AssertionError, match="dpo hears"):
        test_live_messages_reach_only_people_who_work_with_the_records(world)


@pytest.mark.parametrize(
    "table", ["hotline_contact", "cases_case", "handoff_disclosure", "handoff_summary", "cases_note"]
)
def test_content_is_shown_to_those_who_may_see_it(world: World, table: str) -> None:
    """Pages that show nothing to anybody could leak nothing."""
    shown, visitor = set(), Visitor.of(world, "coordinator")
    for route in routes():
        if route.name in {"hotline:contact", "cases:case", "handoff:referral"}:
            for record in world.keys[route.record_kind or ""]:
                answer = visitor.visit("GET", route.path(world, record))
                shown |= {place for place, _field in canaries_in(answer.text, world)}
    assert len([place for place in shown if place.startswith(f"{table}@")]) >= 4
