"""Signs who acts: PostgreSQL takes an acting person from the application's roles only with a signature.

Whoever has a database login but not the key of the application is nobody. A signature holds for one connection and for
``LIFETIME``, counted from the start of the transaction by the database's clock, so that it cannot be kept and used by
whoever uses the connection next. ``ntk.actor`` checks it.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

LIFETIME = 60
"""Seconds."""
BLOCK = 64
"""Bytes of a block of SHA-256, for HMAC (RFC 2104)."""
ATTRIBUTE = "_lotse_server"


@dataclass(frozen=True)
class SigningKey:
    """A key derived from a secret key of the settings."""

    id: str
    secret: bytes

    @property
    def inner(self) -> bytes:
        return self._padded(0x36)

    @property
    def outer(self) -> bytes:
        return self._padded(0x5C)

    def _padded(self, byte: int) -> bytes:
        return bytes(one ^ byte for one in self.secret.ljust(BLOCK, b"\0"))


@dataclass(frozen=True)
class Server:
    """The PostgreSQL process of a connection, and its clock when this process's monotonic clock showed ``asked_at``."""

    pid: int
    clock: float
    asked_at: float

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock + time.monotonic() - self.asked_at


def signing_keys() -> list[SigningKey]:
    """The key that signs, then those of earlier secret keys, which are accepted until they leave the settings."""
    return [derived(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@cache
def derived(secret: str) -> SigningKey:
    """By HKDF, so that the secret key cannot be computed from what the database stores."""
    key = HKDF(SHA256(), length=32, salt=None, info=b"lotse acting person").derive(secret.encode())
    return SigningKey(hashlib.sha256(key).hexdigest()[:16], key)


def signed(actor_id: int) -> str:
    """The value of ``app.actor`` for the default connection, which is opened if it is not."""
    return value(actor_id, server_of(connection), derived(settings.SECRET_KEY))


def value(actor_id: int, server: Server, key: SigningKey) -> str:
    said = f"{actor_id} {int(server.now()) + LIFETIME} {key.id}"
    return f"{said} {hmac.new(key.secret, f'{said} {server.pid}'.encode(), hashlib.sha256).hexdigest()}"


def server_of(wrapper: BaseDatabaseWrapper) -> Server:
    """Asked once a connection. A pooler may tell clients a process number of its own, so the server is asked."""
    wrapper.ensure_connection()
    raw: Any = wrapper.connection
    server: Server | None = getattr(raw, ATTRIBUTE, None)
    if server is None:
        with wrapper.cursor() as cursor:
            cursor.execute("select pg_backend_pid(), extract(epoch from clock_timestamp())::float8")
            pid, clock = cursor.fetchone()
        server = Server(pid, clock, time.monotonic())
        setattr(raw, ATTRIBUTE, server)
    return server
