"""How often somebody may do something, counted in Redis for all processes together.

If Redis does not answer, nothing is limited: nobody is kept from work by a server that carries notifications only.
"""

from __future__ import annotations

import hashlib
import time
from functools import cache

import redis
from django.conf import settings
from redis.exceptions import RedisError

MINUTE = 60


class TooOften(Exception):
    """More often than allowed in this minute."""


def count(what: str, who: object, a_minute: int) -> None:
    """Count once. Raises TooOften from the first time in this minute that is too many."""
    if seen(what, who) > a_minute:
        raise TooOften


def seen(what: str, who: object) -> int:
    """How often in this minute, this time included; 0 if Redis does not answer."""
    name = hashlib.sha256(f"{settings.SECRET_KEY} {who}".encode()).hexdigest()[:16]  # no address, no person
    key = f"{settings.CHANNEL_PREFIX}:limit:{what}:{name}:{int(time.time()) // MINUTE}"
    try:
        with server().pipeline(transaction=False) as both:
            both.incr(key)
            both.expire(key, 2 * MINUTE)
            return int(both.execute()[0])
    except RedisError:
        return 0


@cache
def server() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
