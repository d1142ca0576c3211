"""Who may read and write which row of this app's tables, the tables without row-level security; triggers on roles."""

from __future__ import annotations

from foundation.privacy.rls import (
    BY_APPLICATION,
    Declaration,
    Protected,
    Rule,
    Transitions,
    Unprotected,
    at_the_centre,
    both,
    declared_items,
    is_actor,
    orgs_as,
    quoted,
    service,
)

from .roles import ALONE_IF_NOBODY_ELSE, CONFIRM_AT_THEIR_CENTRE, NEEDS_SECOND_PERSON
from .states import IN_FORCE, LINK, PROPOSAL, Who

ADMINISTRATORS = Rule("administrators", f"{orgs_as('administrator')} <> '{{}}'")
AT_THE_CENTRE = at_the_centre(*(role.value for role in CONFIRM_AT_THEIR_CENTRE))
SIGN_IN, SETUP, RETENTION = service("sign_in"), service("setup"), service("retention")
THE_PERSON = Rule("the person", is_actor("user_id"))
BY_ACTOR = is_actor("decided_by_id")
NOT_INVOLVED = "(select ntk.actor()) not in (proposed_by_id, user_id)"

DECLARATIONS: list[Declaration] = [
    Unprotected(
        "accounts_(user|organisation|membership)",
        "who works for whom: read to sign in, and to name colleagues; triggers say who writes them (ADR 38)",
    ),
    # The service of the sign-in checks passwords before anybody has signed in.
    Protected(
        "accounts_passwordhash",
        select=[THE_PERSON, SIGN_IN],
        insert=[THE_PERSON, SIGN_IN, SETUP],
        update=[THE_PERSON, SIGN_IN, SETUP],
        update_columns=["encoded", "changed_at"],
        denied="delete, truncate",
    ),
    # Whom the directory means is found, and linked, before anybody has signed in.
    Protected(
        "accounts_directorylink",
        select=[ADMINISTRATORS, SIGN_IN, THE_PERSON],
        insert=[
            both(
                SIGN_IN,
                "for a person whose account is open",
                "exists (select from accounts_user u where u.id = user_id and u.is_active and u.service = '')",
            )
        ],
        delete=[both(ADMINISTRATORS, "of somebody else", "user_id <> (select ntk.actor())")],
        denied="update, truncate",
    ),
    Unprotected(
        "accounts_session", "found before anybody is known; keys are digests, and contents are signed with the key"
    ),
    Unprotected("accounts_firstruncode", "a hash that is of use before anybody has an account"),
    Unprotected("django_(migrations|content_type|session|admin_log)", "Django's own; django_session is empty"),
    Unprotected(r"auth_\w+", "Django's own, unused"),
    Unprotected(r"account_\w+", "e-mail addresses of users, for the sign-in"),
    # Administrators count and remove those of others by functions, and read none.
    Protected(
        "mfa_authenticator",
        select=[THE_PERSON, SIGN_IN, RETENTION],
        insert=[THE_PERSON],
        update=[THE_PERSON, SIGN_IN, RETENTION],
        delete=[THE_PERSON],
        granted={"lotse_policy": "delete"},
    ),
    Unprotected(r"axes_\w+", "attempts to sign in"),
    Protected(
        "accounts_roleproposal",
        select=[ADMINISTRATORS, AT_THE_CENTRE, SIGN_IN],
        insert=[
            both(
                ADMINISTRATORS,
                "in their own name, for somebody else",
                f"{is_actor('proposed_by_id')} and user_id <> proposed_by_id",
            )
        ],
        update=[ADMINISTRATORS, AT_THE_CENTRE, SIGN_IN],
        update_columns=["state", "decided_by_id", "decided_at", "reason"],
    ),
    Transitions(
        "accounts_roleproposal",
        PROPOSAL,
        who={
            Who.SECOND_PERSON: Rule(
                "administrators, and coordinators and data protection officers of the centre, in their own name, "
                "if they neither proposed the role nor get it",
                f"({ADMINISTRATORS.sql} or {AT_THE_CENTRE.sql}) and {BY_ACTOR} and {NOT_INVOLVED}"
                " and expires_at > now()",
            ),
            Who.ONLY_ONE: Rule(
                "who proposed it, if it reads no content and nobody else could confirm it",
                f"{ADMINISTRATORS.sql} and {BY_ACTOR} and {is_actor('proposed_by_id')}"
                f" and role in ({quoted(*sorted(ALONE_IF_NOBODY_ELSE))})"
                " and not ntk.could_confirm(centre_id, proposed_by_id, user_id)",
            ),
            Who.ADMINISTRATOR: both(ADMINISTRATORS, "in their own name", BY_ACTOR),
            Who.CLOCK: both(SIGN_IN, "in its own name, when the time is over", f"{BY_ACTOR} and expires_at <= now()"),
        },
        marks=["decided_by_id", "decided_at", "reason"],
    ),
    Protected(
        "accounts_onetimelink",
        select=[ADMINISTRATORS, SIGN_IN, THE_PERSON],
        insert=[
            both(
                ADMINISTRATORS,
                "in their own name, for somebody else's password",
                f"{is_actor('made_by_id')} and user_id <> made_by_id and purpose <> 'address'",
            ),
            both(
                THE_PERSON,
                "in their own name, for a new address",
                f"{is_actor('made_by_id')} and purpose = 'address'",
            ),
        ],
        update=[ADMINISTRATORS, SIGN_IN, THE_PERSON],
        update_columns=["state", "ended_at", "attempts", "due_at", "claimed_until", "sent_at", "gave_up_at"],
    ),
    Transitions(
        "accounts_onetimelink",
        LINK,
        who={
            Who.THE_PERSON: both(THE_PERSON, "before it expires", "expires_at > now()"),
            Who.ADMINISTRATOR_OR_PERSON: Rule(
                "administrators, or the person", f"{ADMINISTRATORS.sql} or {THE_PERSON.sql}"
            ),
            Who.CLOCK: both(SIGN_IN, "when the time is over", "expires_at <= now()"),
        },
        marks=["ended_at"],
    ),
    # Deleted when it is sent; so nothing says later who got which e-mail.
    Protected(
        "accounts_staffnotice",
        select=[SIGN_IN],
        insert=[
            ADMINISTRATORS,
            both(THE_PERSON, "about their own address", "email <> ''"),
            both(RETENTION, "about what is due to be erased", "kind = 'erasure_waits'"),
        ],
        update=[SIGN_IN],
        delete=[SIGN_IN],
    ),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    BY_APPLICATION=BY_APPLICATION,
    NEEDS_SECOND_PERSON=quoted(*sorted(NEEDS_SECOND_PERSON)),
    CONFIRM_AT_THEIR_CENTRE=quoted(*CONFIRM_AT_THEIR_CENTRE),
    IN_FORCE=quoted(*IN_FORCE),
)
