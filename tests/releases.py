"""Helpers that count and release, as the worker and two coordinators do."""

from __future__ import annotations

from django.db import connection
from people import People, as_user

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from reporting.figures.counting import Counting, count_on
from reporting.publishing import actions
from reporting.publishing.models import Release


def count(limit: int = 10_000) -> Counting:
    """Count as the worker does. Builds the journal's chain first, because a test's transaction never commits."""
    with acting_as(service_user(Service.STATISTICS), purpose="test"), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        done = count_on(limit)
        cursor.execute("set constraints all deferred")
        return done


def prepare(user: User, people: People, code: str = "2026-03") -> Release:
    made: Release = as_user(user, actions.prepare_release, by=user, centre=people.centre, code=code)
    return made
