# mypy: allow-untyped-calls
from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.layers import BaseChannelLayer, get_channel_layer
from channels.routing import URLRouter
from cluster import OwnDatabase
from django.test import Client
from people import People, as_user, make_people, new_id
from web import sign_in

from foundation.accounts.actions import end_role
from foundation.accounts.models import User
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.journal.actions import record
from foundation.journal.consumers import groups_of
from foundation.journal.relay import deliver_batch
from foundation.journal.routing import websocket_urlpatterns
from foundation.privacy.context import acting_as
from hotline.contacts.events import CONTACT_SAVED

application = AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
CLOSED = {"type": "websocket.close", "code": 4401}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def people(own_database: OwnDatabase) -> People:
    return make_people()


class Page(ApplicationCommunicator):
    """An open page's socket, with the cookie of the person's session."""

    def __init__(self, user: User | None) -> None:
        browser = Client()
        if user is not None:
            sign_in(browser, user)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
        headers = [(b"cookie", cookies.encode())]
        super().__init__(
            application, {"type": "websocket", "path": "/ws/live/", "headers": headers, "query_string": b""}
        )

    async def hears(self) -> Any:
        return json.loads((await self.receive_output())["text"])

    async def close(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()


@pytest.mark.parametrize("who", ["funder", "administrator", "dpo", "liaison"])
def test_who_may_read_no_content_has_no_group_of_the_organisation(people: People, who: str) -> None:
    """Who hears that something happened has a live counter, with the keys of contacts."""
    user = getattr(people, who)
    assert async_to_sync(groups_of)(user) == [user_group(user.pk)]


def test_former_handler_has_no_group_of_the_centre(people: People) -> None:
    (membership,) = people.handler.active_memberships
    as_user(people.administrator, end_role, by=people.administrator, membership=membership)
    user = User.objects.get(pk=people.handler.pk)
    assert async_to_sync(groups_of)(user) == [user_group(user.pk)]


async def opened(user: User | None) -> Page:
    page: Page = await database_sync_to_async(Page)(user)
    await page.send_input({"type": "websocket.connect"})
    assert (await page.receive_output())["type"] == "websocket.accept"
    return page


async def push(group: str, subject: str) -> None:
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(group, {"type": "changed", "id": subject, "kind": "test"})


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async_to_sync(scenario)()


def test_an_anonymous_socket_is_closed(people: People) -> None:
    async def scenario() -> None:
        page = await opened(None)
        assert await page.receive_output() == CLOSED

    run(scenario)


def test_people_hear_of_their_own_organisation_and_themselves_only(people: People) -> None:
    async def scenario() -> None:
        page = await opened(people.handler)
        assert await page.hears() == {"ready": True}
        here, elsewhere, me = str(new_id()), str(new_id()), str(new_id())
        await push(organisation_group(people.other_centre.pk), elsewhere)
        await push(user_group(people.colleague.pk), elsewhere)
        await push(organisation_group(people.centre.pk), here)
        await push(user_group(people.handler.pk), me)
        heard = [await page.hears(), await page.hears()]
        assert heard == [{"changed": here, "kind": "test"}, {"changed": me, "kind": "test"}]
        assert await page.receive_nothing()
        await page.close()

    run(scenario)


def test_an_event_travels_to_the_page_as_a_key_and_nothing_else(people: People) -> None:
    subject = new_id()

    def happen() -> None:
        with acting_as(people.coordinator, purpose="test"):
            record(
                CONTACT_SAVED,
                by=people.coordinator,
                subject=subject,
                centre=people.centre.pk,
                data={"canary": "canary"},
                tell=(organisation_group(people.centre.pk),),
            )
        deliver_batch()

    async def scenario() -> None:
        page = await opened(people.handler)
        await page.hears()
        await database_sync_to_async(happen)()
        heard = await page.hears()
        while heard["changed"] != str(subject):  # tests beside this one share Valkey, and number their centres alike
            heard = await page.hears()
        assert heard == {"changed": str(subject), "kind": "contact"}
        await page.close()

    run(scenario)


def test_socket_gets_no_message_after_its_session_ended(people: People) -> None:
    def lose_role() -> None:
        (membership,) = people.handler.active_memberships
        as_user(people.administrator, end_role, by=people.administrator, membership=membership)

    async def scenario() -> None:
        page = await opened(people.handler)
        await page.hears()
        await database_sync_to_async(lose_role)()
        await push(organisation_group(people.centre.pk), str(new_id()))
        assert await page.receive_output() == CLOSED

    run(scenario)


def test_socket_closes_when_its_session_ends(people: People) -> None:
    """Without waiting for a message about work."""

    def lose_role() -> None:
        (membership,) = people.handler.active_memberships
        as_user(people.administrator, end_role, by=people.administrator, membership=membership)
        deliver_batch()

    async def scenario() -> None:
        page, colleague = await opened(people.handler), await opened(people.colleague)
        await page.hears()
        await colleague.hears()
        await database_sync_to_async(lose_role)()
        assert await page.receive_output() == CLOSED
        assert await colleague.receive_nothing()
        await colleague.close()

    run(scenario)


def test_messages_from_a_page_are_ignored(people: People) -> None:
    async def scenario() -> None:
        page = await opened(people.handler)
        await page.hears()
        for sent in ({"text": "no json"}, {"text": '{"a": 1}'}, {"bytes": b"\x00\xff"}, {"text": ""}):
            await page.send_input({"type": "websocket.receive", **sent})
        await push(user_group(people.handler.pk), "still here")
        assert await page.hears() == {"changed": "still here", "kind": "test"}
        await page.close()

    run(scenario)


@pytest.mark.parametrize("name", [user_group(1), organisation_group(2**40)])
def test_group_names_hold_keys_only_and_are_valid(name: str) -> None:
    assert name.partition(".")[2].isdigit()
    assert BaseChannelLayer().require_valid_group_name(name)
