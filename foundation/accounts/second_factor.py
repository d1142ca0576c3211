"""Whether the session of a signed-in person has seen a second factor. Reads the session only, no table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest

from .models import User

#: What allauth notes in the session for a passkey, a code of an app or a recovery code.
METHOD = "mfa"


def proofs(session: Any, user: Any) -> list[dict[str, Any]]:
    """What the person has proved in this session, oldest first: method, epoch seconds, type of factor."""
    found: list[dict[str, Any]] = get_authentication_records(cast(HttpRequest, SimpleNamespace(session=session)), user)
    return found


def is_shown(session: Any, user: Any) -> bool:
    """Whether the session may be used: a second factor was shown or just set up, or the data are a demonstration's."""
    return any(proof.get("method") == METHOD for proof in proofs(session, user)) or session.is_demonstration


def used_recovery_code(session: Any, user: User) -> bool:
    """Whether the second factor shown last was a recovery code."""
    shown = [proof for proof in proofs(session, user) if proof.get("method") == METHOD]
    return bool(shown) and shown[-1].get("type") == "recovery_codes"
