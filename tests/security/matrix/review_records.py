"""Reviews in the access matrix: held by the liaison's body or the centre, over, proposed, and of a colleague's case."""

from __future__ import annotations

import reviews
from people import as_user
from security.matrix.world import World

from casework.cases.models import Case
from casework.reviews.models import Review
from casework.reviews.permissions import Holder


def add_reviews(world: World) -> None:
    """After the assessments, of which one that was delivered has proposed a review."""
    people = world.people
    of_open, of_colleague = (_case(world, name) for name in ("open", "colleagues"))
    handler, body = people.handler, Holder(people.body, people.liaison)
    made = {
        "of_body": reviews.planned_review(handler, of_open, body),
        "of_centre": reviews.planned_review(handler, of_open, reviews.of_centre(people)),
        "held": reviews.held(handler, reviews.planned_review(handler, of_open, reviews.of_centre(people))),
        "of_colleague": reviews.planned_review(
            people.colleague, of_colleague, reviews.of_centre(people, people.colleague)
        ),
        "proposed": as_user(handler, lambda: Review.objects.of_case(of_open.pk).get(state="proposed")),
    }
    for name, one in made.items():
        world.add("review", name, one.pk)


def _case(world: World, name: str) -> Case:
    key = world.keys["case"][name]
    found: Case = as_user(world.people.coordinator, lambda: Case.objects.get(pk=key))
    return found
