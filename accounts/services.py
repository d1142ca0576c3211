"""Users that are processes. Each sees only what its policy names, and cannot sign in."""

from __future__ import annotations

from enum import StrEnum

from .models import User


class Service(StrEnum):
    RELAY = "relay"
    DEADLINES = "deadlines"
    SHIFT = "shift"
    TELEPHONE = "telephone"


def service_user(service: Service) -> User:
    """The user row behind a service; made by the first migration."""
    return User.objects.get(service=service)
