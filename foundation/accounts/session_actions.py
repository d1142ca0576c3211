"""A person's own sessions: where they are signed in, and ending those elsewhere."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from . import audit
from .events import SESSIONS_ENDED, USER_PASSWORD_CHANGED
from .models import Session, User
from .sessions import stored_key


def own_sessions(by: User) -> QuerySet[Session]:
    """The person's sessions that can still be used, newest first."""
    now = timezone.now()
    oldest = now - timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    return Session.objects.filter(user=by, expire_date__gt=now, began_at__gt=oldest).order_by("-began_at", "pk")


@transaction.atomic
def end_session(*, by: User, which: str, session_key: str) -> bool:
    """End one of the person's sessions elsewhere. ``which``: its key in the table; ``session_key``: that of the cookie.

    False, without effect, for one that has ended, is somebody else's, or is the one in use.
    """
    elsewhere = _elsewhere(by, session_key)
    ended, _each = elsewhere.filter(session_key=which).delete() if len(which) == len(stored_key("")) else (0, {})
    _note(by, ended, others=False)
    return ended > 0


@transaction.atomic
def end_sessions_elsewhere(*, by: User, session_key: str) -> int:
    """End all of the person's sessions except the one with this key of the cookie; how many have ended."""
    ended, _each = _elsewhere(by, session_key).delete()
    _note(by, ended, others=True)
    return ended


def end_other_sessions(*, by: User, session_key: str) -> None:
    """The same as the consequence of an action that writes an event. ``session_key``: empty if none is to stay."""
    _elsewhere(by, session_key).delete()


@transaction.atomic
def password_changed(*, by: User, session_key: str) -> None:
    """A person has changed the password, in this session or by an e-mail. Their other sessions end."""
    audit.record(USER_PASSWORD_CHANGED, by=by, about=by, user=by.pk)
    end_other_sessions(by=by, session_key=session_key)


def _elsewhere(by: User, session_key: str) -> QuerySet[Session]:
    return Session.objects.filter(user=by).exclude(session_key=stored_key(session_key))


def _note(by: User, ended: int, *, others: bool) -> None:
    if ended:
        audit.record(SESSIONS_ENDED, by=by, about=by, user=by.pk, number=ended, others=others)
