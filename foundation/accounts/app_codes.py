"""Each code of an app is accepted once, whichever process is asked, and none that is older than one accepted before."""

from __future__ import annotations

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import connection

# One statement, so that of two processes that ask at the same time one waits for the other's row, and finds it changed.
TAKE = """
update mfa_authenticator set data = jsonb_set(data, '{accepted}', to_jsonb(%(period)s::bigint))
where id = %(id)s and coalesce((data ->> 'accepted')::bigint, 0) < %(period)s
"""


def take(app: Authenticator, code: str) -> bool:
    """Whether a code that is right has not been used. Notes the period of time that it is for, counted from 1970.

    Raises WrongKey if the app's secret cannot be opened.
    """
    secret = get_adapter().decrypt(app.data["secret"])
    typed = normalize_user_code(code)
    periods = [
        period for period in yield_hotp_counters_from_time() if format_hotp_value(hotp_value(secret, period)) == typed
    ]
    if not periods:
        return False
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"id": app.pk, "period": max(periods)})
        return bool(cursor.rowcount)
