"""Tables without row-level security, with the reason; and triggers on roles."""

from __future__ import annotations

from foundation.privacy.rls import Declaration, Unprotected, declared_items

DECLARATIONS: list[Declaration] = [
    Unprotected(
        "accounts_(user|organisation|membership)", "who works for whom: needed to sign in, and to name colleagues"
    ),
    Unprotected(
        "accounts_session", "found before anybody is known; keys are digests, and contents are signed with the key"
    ),
    Unprotected("accounts_firstruncode", "a hash that is of use before anybody has an account"),
    Unprotected("django_(migrations|content_type|session|admin_log)", "Django's own; django_session is empty"),
    Unprotected(r"auth_\w+", "Django's own, unused"),
    Unprotected(r"account_\w+", "e-mail addresses of users, for the sign-in"),
    Unprotected("mfa_authenticator", "second factors, needed to sign in: public keys, and secrets that are encrypted"),
    Unprotected(r"axes_\w+", "attempts to sign in"),
]
sql_items = declared_items(__name__, DECLARATIONS)
