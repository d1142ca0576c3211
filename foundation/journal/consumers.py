"""Push messages to open pages. A message has only the id of what changed; the page fetches it over HTTP as its user."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.accounts.sessions import SessionStore

from .groups import organisation_group, user_group

NOT_SIGNED_IN = 4401


class LiveConsumer(AsyncJsonWebsocketConsumer):
    joined: list[str]

    async def connect(self) -> None:
        self.joined = []
        user = self.scope["user"]
        await self.accept()
        if not user.is_authenticated:
            await self.close(NOT_SIGNED_IN)
            return
        for group in await groups_of(user):
            await self.channel_layer.group_add(group, self.channel_name)
            self.joined.append(group)
        await self.send_json({"ready": True})

    async def disconnect(self, code: int) -> None:
        for group in self.joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """Messages from pages are ignored."""

    async def changed(self, message: dict[str, Any]) -> None:
        """Send nothing to a session that has ended, for example with a role, even if its socket is open."""
        if not await is_signed_in(self.scope["session"]):
            await self.close(NOT_SIGNED_IN)
            return
        await self.send_json({"changed": message["id"], "kind": message["kind"]})


@database_sync_to_async
def groups_of(user: User) -> list[str]:
    """Funders are in no group of the centre: even empty messages would be a live counter."""
    return [
        user_group(user.pk),
        *{organisation_group(m.organisation_id) for m in user.active_memberships if m.role != Role.FUNDER},
    ]


@database_sync_to_async
def is_signed_in(session: SessionStore) -> bool:
    """Whether the session exists and has not expired."""
    return session.is_alive()
