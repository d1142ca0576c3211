"""Push messages to open pages. A message has only the id of what changed; the page fetches it over HTTP as its user."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from foundation.accounts.models import User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Role
from foundation.accounts.second_factor import is_shown
from foundation.accounts.sessions import SessionStore

NOT_SIGNED_IN = 4401
#: Administrators, officers and funders may not learn which contact changes when; even empty messages would count.
HEAR_OF_WORK = (Role.HANDLER, Role.COORDINATOR, Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR)


class LiveConsumer(AsyncJsonWebsocketConsumer):
    joined: list[str]

    async def connect(self) -> None:
        self.joined = []
        user = self.scope["user"]
        await self.accept()
        if not user.is_authenticated or not is_shown(self.scope["session"], user):
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
    """Only people who work with contacts, cases or referrals hear of those of their organisation."""
    return [user_group(user.pk), *map(organisation_group, sorted(organisations_as(user, *HEAR_OF_WORK)))]


@database_sync_to_async
def is_signed_in(session: SessionStore) -> bool:
    """Whether the session exists and has not expired."""
    return session.is_alive()
