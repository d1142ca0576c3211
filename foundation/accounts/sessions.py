"""Sessions in the database: one statement reads a session with its user, the user's roles and their organisations.

The table has a digest of the key in the browser's cookie, so that whoever reads the table cannot use the sessions. The
content is signed together with its key, so that it cannot be copied to another session.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth import middleware as auth_middleware
from django.contrib.sessions.backends import db
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from .devices import Browser, System, device_of
from .models import Membership, Organisation, Session, User


def _fields(*models: Any) -> list[tuple[Any, list[str]]]:
    return [(model, [field.attname for field in model._meta.concrete_fields]) for model in models]


FIELDS = _fields(User, Membership, Organisation)
COLUMNS = [
    f'"{model._meta.db_table}"."{field.column}"' for model, _names in FIELDS for field in model._meta.concrete_fields
]
# In SQL, because Django needs four times as long for it as PostgreSQL, in every request.
READ = f"""
select accounts_session.session_data, {", ".join(COLUMNS)},
    exists (select from accounts_organisation) and not exists (select from accounts_organisation where not is_demo)
from accounts_session
left join accounts_user on accounts_user.id = accounts_session.user_id
left join accounts_membership on accounts_membership.user_id = accounts_user.id
    and accounts_membership.ended_at is null
left join accounts_organisation on accounts_organisation.id = accounts_membership.organisation_id
where accounts_session.session_key = %s and accounts_session.expire_date > %s
order by accounts_membership.id
"""


#: Where browser and system are in a session.
DEVICE = "device"


def stored_key(session_key: str) -> str:
    """The key of the table for a key of a cookie: 160 bits of its SHA-256; the key itself is random."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """Django's store in the database. ``user`` is the session's user as read with it, not verified yet.

    ``is_demonstration``: whether all data are a demonstration's, as read with the session (``demonstration``).
    """

    user: User | None = None
    is_demonstration: bool = False

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @property
    def key_salt(self) -> str:
        return f"lotse session {self.session_key}"

    def load(self) -> dict[str, Any]:
        rows = []
        if self.session_key:
            with connection.cursor() as cursor:
                cursor.execute(READ, [stored_key(self.session_key), timezone.now()])
                rows = cursor.fetchall()
        if not rows:
            self._session_key = None
            return {}
        self.user = _user(rows)
        self.is_demonstration = rows[0][-1]
        data: dict[str, Any] = self.decode(rows[0][0])
        return data

    def is_alive(self) -> bool:
        """Whether the session is stored and has not expired."""
        key = self.session_key
        return key is not None and self._stored(key).filter(expire_date__gt=timezone.now()).exists()

    def exists(self, session_key: str) -> bool:
        return self._stored(session_key).exists()

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            self._stored(key).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made: Any = super().create_model_instance(data)
        made.session_key = stored_key(made.session_key)
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        if "signed_in_at" in data:
            made.began_at = min(timezone.now(), datetime.fromtimestamp(data["signed_in_at"], UTC))
        made.browser, made.system = data.get(DEVICE, (Browser.OTHER, System.OTHER))
        return cast("Session", made)

    def _stored(self, session_key: str) -> QuerySet[Session]:
        return Session.objects.filter(session_key=stored_key(session_key))

    # Django's own would look for the cookie's key.
    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    async def aexists(self, session_key: str) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        return await sync_to_async(self.create_model_instance)(data)


def _user(rows: list[tuple[Any, ...]]) -> User | None:
    """The user in the rows of READ, with active memberships and their organisations."""
    user: User | None = None
    memberships: list[Membership] = []
    for row in rows:
        person, membership, organisation = _instances(row[1:])
        user = user or person
        if membership and user:
            membership.organisation = organisation
            membership.user = user
            memberships.append(membership)
    if user:
        user.active_memberships = memberships if user.is_active else []
    return user


def _instances(values: tuple[Any, ...]) -> list[Any]:
    """User, membership and organisation of a row; None where the join found nothing."""
    found, start = [], 0
    for model, names in FIELDS:
        part = values[start : start + len(names)]
        found.append(model.from_db(connection.alias, names, part) if part[0] is not None else None)
        start += len(names)
    return found


class AuthenticationMiddleware(auth_middleware.AuthenticationMiddleware):
    """Django's middleware, which takes the user that was read with the session if Django's checks hold."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: verified_user(request))  # type: ignore[assignment]

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """A session that is written anyway gets the browser's name: its owner recognises a stranger's by it."""
        session = request.session
        if session.modified and SESSION_KEY in session:
            session[DEVICE] = device_of(request.headers.get("User-Agent", ""))
        return response


def verified_user(request: HttpRequest) -> Any:
    """The checks of ``django.contrib.auth.get_user``; where one fails, Django decides what follows."""
    if not hasattr(request, "_cached_user"):
        session: Any = request.session
        name = session.get(SESSION_KEY)  # reads the session
        user = getattr(session, "user", None)
        backend = session.get(BACKEND_SESSION_KEY)
        known_hash = session.get(HASH_SESSION_KEY, "")
        if (
            user
            and name == str(user.pk)
            and user.is_active
            and backend in settings.AUTHENTICATION_BACKENDS
            and constant_time_compare(known_hash, user.get_session_auth_hash())
        ):
            user.backend = backend
            request._cached_user = user  # type: ignore[attr-defined]
    return auth_middleware.get_user(request)
