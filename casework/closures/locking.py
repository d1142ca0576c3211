"""Locks a closing before its opinions, as everybody does who changes them."""

from __future__ import annotations

import uuid

from django.db import connection

from .models import Closure, Opinion


def lock_closure(closure_id: uuid.UUID) -> Closure | None:
    """The closing, locked until the end of the transaction; None if the actor does not see it."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.lock_closure(%s)", [closure_id])
    return Closure.objects.filter(pk=closure_id).first()


def lock_opinion(opinion_id: uuid.UUID) -> None:
    """Lock the closing of an opinion before a step of the worklist."""
    opinion = Opinion.objects.filter(pk=opinion_id).first()
    if opinion is not None:
        lock_closure(opinion.closure_id)
