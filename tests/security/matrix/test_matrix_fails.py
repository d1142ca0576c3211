"""The matrix fails as it should: with a leaked canary, a widened policy, and a URL that nobody declared."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from cluster import OwnDatabase
from django.http import HttpResponse
from django.test import override_settings
from django.urls import clear_url_caches, path, set_urlconf
from security.matrix.checks import Checker, undeclared
from security.matrix.declared import Statuses
from security.matrix.records import World, make_world
from security.matrix.visits import Route, Visitor, routes
from telephone import TELEPHONY

from config import urls
from foundation.journal import consumers
from hotline.contacts import contact_views, fragments


@pytest.fixture(scope="module")
def world(modules_database: OwnDatabase) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        patch.setattr(settings, "TELEPHONY", dict(TELEPHONY))
        yield make_world()


def found(world: World, who: str, name: str) -> list[str]:
    (route,) = [one for one in routes() if one.name == name]
    return Checker(world).wrong(Visitor.of(world, who), "GET", [route])


def canary_of(world: World, record: str, field: str) -> str:
    (canary,) = [key for key, at in world.canaries.items() if at == (record, field)]
    return canary


@pytest.mark.parametrize("place", ["context", "header", "redirect", "cookie"])
def test_leaked_canary_is_found(world: World, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Wherever the response has it: in a page by its context, a header, a redirect, or a cookie."""
    canary, render = canary_of(world, "hotline_contact@contact.elsewhere", "notes"), fragments.render

    def leaks(request: Any, template: str, context: dict[str, Any], **rest: Any) -> HttpResponse:
        if place == "context":
            for one in context["open_contacts"]:
                one.label = canary
        answer = render(request, template, context, **rest)
        if place == "header":
            answer["X-Contact"] = canary
        if place == "redirect":
            answer["Location"] = f"/search/?q={canary}"
        if place == "cookie":
            answer.set_cookie("last", canary)
        return answer

    assert found(world, "handler", "hotline:part_open") == []
    monkeypatch.setattr(fragments, "render", leaks)
    shown = "handler: GET hotline:part_open  shows hotline_contact@contact.elsewhere notes"
    assert found(world, "handler", "hotline:part_open") == [shown]


def test_leaked_phone_is_found_in_another_spelling(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, render = canary_of(world, "hotline_contact@contact.elsewhere", "phone"), fragments.render

    def leaks(request: Any, template: str, context: dict[str, Any], **rest: Any) -> HttpResponse:
        answer = render(request, template, context, **rest)
        answer.write(f"{phone[:3]} {phone[3:6]} {phone[6:]}")
        return answer

    monkeypatch.setattr(fragments, "render", leaks)
    assert "contact.elsewhere phone" in str(found(world, "handler", "hotline:part_open"))


@pytest.mark.parametrize(
    ("table", "who", "name", "wrong"),
    [
        ("switchboard_voicemail", "handler", "switchboard:voicemail", "colleagues_voicemail: 200 instead of 404"),
        ("hotline_contact", "handler", "hotline:contacts", "shows hotline_contact@contact.asked"),
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


def test_status_that_tells_whether_a_record_exists_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 404 of another kind is an oracle, too."""
    render, seen = contact_views.render, itertools.count()

    def tells(*args: Any, **values: Any) -> HttpResponse:
        answer = render(*args, **values)
        answer.status_code = 404
        answer.write("x" * next(seen))
        return answer

    monkeypatch.setattr(contact_views, "render", tells)
    assert "404 differs from unknown" in str(found(world, "handler", "hotline:ask_access"))


def test_undeclared_url_is_found() -> None:
    module = ModuleType("urls_with_one_more")
    module.urlpatterns = [*urls.urlpatterns, path("new/<uuid:contact_id>/", HttpResponse, name="new")]  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    try:
        with override_settings(ROOT_URLCONF=module.__name__):
            set_urlconf(None)
            clear_url_caches()
            assert undeclared(Statuses.read()) == ["new"]
    finally:
        del sys.modules[module.__name__]
        clear_url_caches()


def test_undeclared_method_must_be_405(world: World) -> None:
    statuses = Statuses.read()
    del statuses.lines["hotline:contact", "GET"]
    (route,) = [one for one in routes() if one.name == "hotline:contact"]
    visitor = Visitor.of(world, "handler")
    assert "200 instead of 405" in str(Checker(world, statuses=statuses).wrong(visitor, "GET", [route]))


def test_every_parameter_of_a_url_has_a_value(world: World) -> None:
    unfilled = [one.name for one in routes() if re.search(r"[<>?$^]", one.path(world, ""))]
    assert unfilled == []
    assert Route("x", "x/<uuid:contact_id>/").path(world, "unknown") == "/x/00000000-0000-4000-8000-000000000000/"


def test_officers_in_the_group_of_the_centre_would_be_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from security.matrix import test_matrix

    monkeypatch.setattr(consumers, "HEAR_OF_WORK", (*consumers.HEAR_OF_WORK, "dpo"))
    with pytest.raises(AssertionError, match="dpo hears"):
        test_matrix.test_live_messages_reach_only_people_who_work_with_the_records(world)
