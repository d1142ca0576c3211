"""Closings in the access matrix: one that was withdrawn, one that waits for a body, a proposal to open a case again."""

from __future__ import annotations

import closures
from people import as_user
from security.matrix.world import World

from casework.cases.models import Case
from casework.closures.actions import withdraw


def add_closures(world: World) -> None:
    people = world.people
    key = world.keys["case"]["open"]
    case: Case = as_user(people.handler, lambda: Case.objects.get(pk=key))
    first = closures.proposed(people.handler, case)
    step = {"closure_id": first.pk, "version": first.version, "reason": "he was seen again"}
    as_user(people.handler, withdraw, by=people.handler, **step)
    second = closures.proposed(people.handler, case)
    for name, closure in {"withdrawn": first, "open": second}.items():
        world.add("closure", name, closure.pk)
    for name, organisation in {"given": people.centre, "waiting": people.body}.items():
        world.add("opinion", name, closures.opinion_of(people.handler, second, organisation).pk)
        world.names[closures.opinion_of(people.handler, first, organisation).pk] = f"opinion.{name}"
    world.add("reopening", "proposed", closures.asked_as_if_monitored(people.liaison, case, people.body).pk)
