"""More handlers for a simulated shift: waders, as the others are birds of the coast."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from hotline.switchboard.agents import agent_of, arrange_agent
from hotline.switchboard.vocabulary import Skill
from regions.vocabulary import Language

from .make import make_user
from .people import DOMAIN, PASSWORD


def call_in(coordinator: User, number: int) -> list[str]:
    """The e-mail addresses of so many simulated handlers with a place at the telephone; made where they are missing."""
    assert coordinator.centre is not None
    password = make_password(PASSWORD)  # the demo has one for all
    emails = [f"wader{place}@{DOMAIN}" for place in range(1, number + 1)]
    for place, email in enumerate(emails, start=1):
        user = User.objects.filter(email=email).first()
        if user is None:
            with acting_as(service_user(Service.SETUP), purpose="simulation"):
                user = make_user(email, f"Simulated Wader {place}", "en", coordinator.centre, Role.HANDLER)
                user.take_hash(password)
                user.save(update_fields=["stamp"])
        _sit_down(user, place)
    return emails


def _sit_down(user: User, place: int) -> None:
    with acting_as(user, purpose="simulation"):
        arrange_agent(
            by=user,
            agent=agent_of(by=user),
            phone=f"+4930231259{10 + place:02d}",
            is_browser=False,
            languages=[Language.GERMAN, Language.ENGLISH, Language.FRENCH],
            skills=[Skill.EXIT],
        )
