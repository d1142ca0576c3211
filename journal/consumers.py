"""Push to open pages. A message says which thing changed; the page fetches it over HTTP as the person it shows it to."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.models import User

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

    async def changed(self, message: dict[str, Any]) -> None:
        await self.send_json({"changed": message["id"], "kind": message["kind"]})


@database_sync_to_async
def groups_of(user: User) -> list[str]:
    return [
        user_group(user.pk),
        *{organisation_group(m.organisation_id) for m in user.active_memberships},
    ]
