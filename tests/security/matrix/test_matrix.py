"""The access matrix: every URL, method and role, on records in every state; who gets what, and sees whose content.

`LOTSE_MATRIX=all` visits every record with more methods and as fragments. `LOTSE_MATRIX=draft` visits all and writes
drafts of the declarations beside them, to be read.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cluster import OwnDatabase
from security.matrix import generate
from security.matrix.checks import Checker, undeclared
from security.matrix.declared import EVERYBODY, HERE, Statuses
from security.matrix.records import World, as_superuser, make_world
from security.matrix.visits import Visitor, canaries_in, routes, sample_of
from telephone import TELEPHONY

from foundation.accounts.models import User
from foundation.journal.consumers import groups_of
from foundation.journal.models import Event

HOW = os.environ.get("LOTSE_MATRIX", "")
MOST = 0 if HOW else 2
METHODS = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"] if HOW == "all" else ["GET", "POST"]
#: Without ``LOTSE_MATRIX``: of URLs where somebody gets nothing at all, one in so many is visited.
ONE_IN = 5
#: Lists that are asked for words; none of them may show more than without.
QUERIES = {
    "hotline:search": ["q=zq", "q=text", "seen=1"],
    "hotline:contacts": ["show=all", "page=1"],
    "cases:list": ["show=all", "state=closed", "q=zq"],
    "handoff:board": ["show=all"],
    "handoff:inbox": ["show=all", "show=ended"],
    "journal:audit": ["page=1", "show=denied"],
    "hotline:callbacks": ["show=all"],
}


@pytest.fixture(scope="module")
def world(modules_database: OwnDatabase) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

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


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_gets_what_is_declared(world: World, who: str, method: str, counted: Any) -> None:
    visitor, checker = counted(Visitor.of(world, who)), Checker(world, MOST)
    open_to = [one for one in routes() if checker.statuses.is_open_to(one.name, method, who)]
    closed = [one for one in routes() if one not in open_to]
    rest = closed if HOW else sample_of(closed, len(closed) // ONE_IN, f"{who} {method}")
    assert checker.wrong(visitor, method, open_to + rest) == []


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


@pytest.mark.skipif(HOW != "all", reason="LOTSE_MATRIX=all")
@pytest.mark.parametrize("who", EVERYBODY)
def test_fragments_show_no_foreign_content(world: World, who: str, counted: Any) -> None:
    visitor, checker, wrong = counted(Visitor.of(world, who)), Checker(world), []
    for route in routes():
        for record in checker.records(route, who):
            answer = visitor.visit("GET", route.path(world, record), hx_request="true")
            wrong += [f"{route.name} {record}: {one}" for one in checker.leaks(answer.text, who)]
            if answer.status >= 500:
                wrong.append(f"{route.name} {record}: {answer.status}")
    assert wrong == []


#: Who may get a live message about a record of the centre at all.
HEAR_OF_CENTRE = {"handler", "colleague", "coordinator"}
HEAR_OF_REFERRALS = {"worker", "partner_coordinator"}


def test_live_messages_reach_only_people_who_work_with_the_records(world: World) -> None:
    """A frame has the key of a record: of the person's own centre, or of a referral to the partner."""
    with as_superuser():
        events = list(Event.objects.filter(centre=world.people.centre).exclude(tell=[]))
    assert len(events) > 100
    wrong = []
    for who, user in world.cast.items():
        joined = groups_of.func(User.objects.get(pk=user.pk)) if user else []  # type: ignore[attr-defined]
        groups = {one for one in joined if not one.startswith("user.")}  # what is addressed to somebody is theirs
        for event in events:
            is_referral = world.names.get(event.subject, "").startswith("referral.")
            allowed = who in HEAR_OF_CENTRE or (who in HEAR_OF_REFERRALS and is_referral)
            if groups & set(event.tell) and not allowed:
                wrong.append(f"{who} hears {event.kind} of {world.names.get(event.subject)}")
    assert sorted(set(wrong)) == []


@pytest.mark.skipif(HOW != "draft", reason="LOTSE_MATRIX=draft")
def test_write_drafts(world: World) -> None:
    seen: generate.Seen = defaultdict(lambda: defaultdict(dict))
    read: dict[str, set[str]] = defaultdict(set)
    for who in EVERYBODY:
        visitor, checker = Visitor.of(world, who), Checker(world)
        for route in routes():
            for record in checker.records(route, who):
                for method in ("GET", "POST"):
                    answer = visitor.visit(method, route.path(world, record), name=route.name)
                    seen[route.name, method][record][who] = answer.status
                    for key, _field in canaries_in(answer.text, world):
                        read[key].add(who)
    (HERE / "statuses.draft.txt").write_text(generate.statuses([one.name for one in routes()], seen), encoding="utf-8")
    (HERE / "readers.draft.txt").write_text(generate.readers(read), encoding="utf-8")
