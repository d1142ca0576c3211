"""What happens when a person's second factors change: events, and sessions that end. allauth writes the factors."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import connection, transaction

from foundation.privacy.keys import WrongKey

from . import audit
from .actions import end_sessions
from .events import FACTOR_ADDED, FACTOR_REMOVED, FACTORS_REMOVED, RECOVERY_CODE_USED, RECOVERY_CODES_MADE
from .factor_adapter import FactorAdapter
from .models import User
from .permissions import NotAllowed, require
from .roles import Permission
from .session_actions import end_other_sessions

#: What allauth encrypts in the data of a factor: the secret of an app, the seed of recovery codes.
SECRETS = ("secret", "seed")


def factors(user: User) -> list[Authenticator]:
    """Passkeys and app, oldest first; without recovery codes, which stand in for one that is lost."""
    found = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return list(found.order_by("pk"))


def number_of_factors(user: User) -> int:
    """How many passkeys and apps somebody else has, for administrators."""
    return _ask("select ntk.number_of_factors(%s)", user)


def _ask(question: str, user: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question, [user.pk])
        (answer,) = cursor.fetchone()
    return int(answer)


def may_add_factor(*, by: User, has_shown_one: bool) -> bool:
    """Whether this session may add a factor: one with a factor may, one without only the very first.

    Locks the person, so that of two sessions without a factor only one sets up the first.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return has_shown_one or not factors(by)


@transaction.atomic
def factor_added(*, by: User, factor: str, session_key: str) -> None:
    """``factor``: allauth's type. With the first one, the person's other sessions end: they know the password only."""
    audit.record(FACTOR_ADDED, by=by, about=by, user=by.pk, factor=factor)
    if len(factors(by)) == 1:
        end_other_sessions(by=by, session_key=session_key)


@transaction.atomic
def factor_removed(*, by: User, factor: str, session_key: str) -> None:
    """A person has removed a factor of their own. Their other sessions end: somebody else may have the lost device."""
    audit.record(FACTOR_REMOVED, by=by, about=by, user=by.pk, factor=factor)
    end_other_sessions(by=by, session_key=session_key)


@transaction.atomic
def recovery_codes_made(*, by: User) -> None:
    """New recovery codes have replaced the old ones."""
    audit.record(RECOVERY_CODES_MADE, by=by, about=by, user=by.pk)


@transaction.atomic
def recovery_code_used(*, by: User) -> None:
    """A person has signed in with a recovery code."""
    audit.record(RECOVERY_CODE_USED, by=by, about=by, user=by.pk)


@transaction.atomic
def remove_factors(*, by: User, user: User) -> bool:
    """An administrator removes all factors of a person who has lost them; the person's sessions end.

    The person sets up a new one at the next sign-in. False, without effect, if there were none. Raises NotAllowed,
    also for the administrator's own: those are removed with a recovery code, or by a colleague.
    """
    require(by, Permission.USERS_MANAGE)
    if by.pk == user.pk:
        raise NotAllowed(Permission.USERS_MANAGE)
    User.objects.select_for_update(no_key=True).get(pk=user.pk, service="")
    if not _ask("select ntk.remove_factors(%s)", user):
        return False
    audit.record(FACTORS_REMOVED, by=by, about=user, user=user.pk)
    end_sessions(user)
    return True


@transaction.atomic
def seal_factors_anew(*, by: User) -> tuple[int, list[int]]:
    """Seal the secrets of apps and recovery codes with the active master key, as part of its change.

    Returns how many were sealed, and the ids of those that no master key opens, which stay as they are.
    """
    adapter, sealed, wrong = FactorAdapter(), 0, []
    for factor in Authenticator.objects.select_for_update(no_key=True).order_by("pk"):
        try:
            anew = {name: adapter.sealed_anew(factor.data[name]) for name in SECRETS if name in factor.data}
        except WrongKey:
            wrong.append(factor.pk)
            continue
        if any(factor.data[name] != value for name, value in anew.items()):
            factor.data |= anew
            factor.save(update_fields=["data"])
            sealed += 1
    return sealed, wrong
