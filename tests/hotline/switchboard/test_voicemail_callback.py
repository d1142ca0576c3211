"""The callback of a voicemail: its number, or that there is none, and a labelled player."""

from __future__ import annotations

import re
import uuid

import pytest
from answering import Provider
from contacts import browser
from django.test import Client
from django.urls import reverse
from people import People, as_user
from telephone import Phone, as_service, by_telephone, callbacks, go_on_duty, waiting

from hotline.contacts.actions import save_contact
from hotline.contacts.models import Callback, Contact
from hotline.switchboard.models import Line, Voicemail
from hotline.switchboard.tasks import run_commands
from hotline.switchboard.voicemails import lose

pytestmark = pytest.mark.django_db


def left(number: str) -> Phone:
    """A caller has waited and left a message."""
    phone = waiting(number)
    phone.leave_queue("leave")
    phone.record(seconds=12)
    return phone


def taken(people: People, client: Client, phone: Phone) -> tuple[Callback, str, str]:
    """The callback, its contact's page, and the telephone's fragment in it."""
    phone.hang_up()
    ((state, origin, _number),) = callbacks(people.coordinator)
    assert (state, origin) == ("open", "voicemail")
    callback = as_user(people.coordinator, Callback.objects.get)
    page = client.post(reverse("switchboard:call_back", args=[callback.pk]), follow=True).content.decode()
    part = client.get(reverse("switchboard:part_callback", args=[callback.pk])).content.decode()
    assert reverse("switchboard:part_callback", args=[callback.pk]) in page
    return callback, page, part


@pytest.fixture
def client(people: People, line: Line) -> Client:
    return browser(people.handler)


def test_number_of_the_callback_is_formatted(people: People, client: Client) -> None:
    _callback, page, _part = taken(people, client, left("+493411234567"))
    assert "<bdi>+49 341 1234567</bdi>" in page


@pytest.mark.parametrize("number", ["anonymous", "+266696687", ""])
def test_callback_without_a_number_asks_for_one_and_rings_it(people: People, client: Client, number: str) -> None:
    go_on_duty(people.handler)
    callback, page, part = taken(people, client, left(number))
    assert "Number not shown: listen for one in the message" in page
    assert "There is no number that could be rung" in page
    (contact,) = as_user(people.handler, lambda: list(Contact.objects.filter(pk=callback.pk) or Contact.objects.all()))
    changes = {"phone": "0341 7654321"}
    as_user(people.handler, save_contact, by=people.handler, contact_id=contact.pk, version=1, changes=changes)
    new = re.search(r'name="call" value="([^"]+)"', part)
    assert new
    client.post(reverse("switchboard:call_again", args=[contact.pk]), {"call": new[1]})
    part = client.get(reverse("switchboard:part_callback", args=[callback.pk])).content.decode()
    assert "Pick up your telephone and press 1" in part


def test_player_has_a_label(people: People, client: Client, provider: Provider) -> None:
    phone = left("+493411234567")
    phone.step("recording", RecordingSid="RE" + phone.sid[2:], RecordingDuration="12", RecordingStatus="completed")
    run_commands()
    callback, _page, _part = taken(people, client, phone)
    part = client.get(reverse("switchboard:part_voicemail", args=[callback.pk])).content.decode()
    player = re.search(r'<audio[^>]*src="([^"]+)"[^>]*aria-labelledby="([^"]+)"', part)
    assert player
    label = re.search(rf'<figcaption id="{player[2]}">(.*?)</figcaption>', part, re.DOTALL)
    assert label
    assert "The caller&#x27;s message" in label[1] or "The caller's message" in label[1]
    assert "12 seconds" in label[1]
    assert client.get(player[1]).content == b"RIFF sound"
    assert "hx-get" not in part, "whoever listens is not interrupted"


def test_missing_or_lost_sound_is_explained(people: People, client: Client) -> None:
    phone = left("+493411234567")
    callback, _page, _part = taken(people, client, phone)
    part = client.get(reverse("switchboard:part_voicemail", args=[callback.pk])).content.decode()
    assert "it is being fetched" in part
    assert "<audio" not in part
    call = phone.call
    as_service(lose, call=call)
    part = client.get(reverse("switchboard:part_voicemail", args=[callback.pk])).content.decode()
    assert "could not be fetched" in part
    assert "<audio" not in part


def test_voicemail_reported_after_the_end_is_shown(people: People, client: Client) -> None:
    phone = waiting()
    phone.leave_queue("leave")
    phone.hang_up()
    phone.record(seconds=12)
    callback = as_user(people.coordinator, lambda: Callback.objects.get(origin="voicemail"))
    part = client.get(reverse("switchboard:part_voicemail", args=[callback.pk])).content.decode()
    assert "it is being fetched" in part
    assert by_telephone(Voicemail.objects.count) == 1


def test_voicemail_of_an_unknown_or_foreign_callback_is_not_found(people: People, client: Client) -> None:
    callback, _page, _part = taken(people, client, left("+493411234567"))
    keys = {"known": callback.pk, "unknown": uuid.uuid4()}
    asked = {
        name: [
            browser(user).get(reverse("switchboard:part_voicemail", args=[key])).status_code for key in keys.values()
        ]
        for name, user in (("handler", people.handler), ("elsewhere", people.other_handler))
    }
    assert asked == {"handler": [200, 404], "elsewhere": [404, 404]}
