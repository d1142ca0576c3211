"""The template tag that lists the demo's users on the sign-in page."""

from __future__ import annotations

from django import template

from demo.people import BIRDS, PASSWORD
from foundation.accounts.roles import ROLES

register = template.Library()


@register.inclusion_tag("demo/people.html")
def demo_people() -> dict[str, object]:
    """The demo's users, to sign in as."""
    people = [(bird.email, bird.name, ROLES[bird.role]) for bird in BIRDS]
    return {"people": people, "password": PASSWORD}
