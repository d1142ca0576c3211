"""Files have the right content type: the provider plays only what is declared as audio."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client
from people import People
from telephone import by_telephone, go_on_duty, talking, waiting
from web import browser

from hotline.switchboard.models import Line, Voicemail, WebhookEvent

pytestmark = pytest.mark.django_db
HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
#: Content types that the provider plays (documentation of <Play>).
SOUND = {
    "audio/mpeg", "audio/wav", "audio/wave", "audio/x-wav", "audio/aiff", "audio/x-aifc", "audio/x-aiff", "audio/x-gsm",
    "audio/gsm", "audio/ulaw",
}  # fmt: skip


@pytest.fixture(params=["checkout", "collected"])
def web(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Client:
    """The whole stack, with static files from the checkout, and from collectstatic."""
    if request.param == "collected":
        settings.STATIC_ROOT = str(tmp_path)
        settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": HASHED}}
        call_command("collectstatic", interactive=False, verbosity=0)
    settings.WHITENOISE_USE_FINDERS = request.param == "checkout"
    return Client()


def type_of(web: Client, path: str) -> str:
    answer = web.get(path)
    assert answer.status_code == 200, path
    assert b"".join(answer), path  # type: ignore[call-overload]
    return str(answer["Content-Type"].partition(";")[0])


def played() -> set[str]:
    """Every URL that our documents contain in <Play>."""
    answers = by_telephone(lambda: [event.answer for event in WebhookEvent.objects.select_related("data_key")])
    documents = [ET.fromstring(answer) for answer in answers if answer]
    return {play.text or "" for document in documents for play in document.iter("Play")}


def test_everything_in_play_verbs_has_an_audio_content_type(people: People, line: Line, web: Client) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    waiting("+493411234568").wait()
    talking(people.handler, phone)
    phone.step("after")
    addresses = played()
    assert addresses
    assert {type_of(web, urlsplit(address).path) for address in addresses} <= SOUND


def test_every_static_file_has_its_content_type(web: Client) -> None:
    names = {
        name for finder in finders.get_finders() for name, _storage in finder.list([]) if "." in name
    }  # not a licence
    unknown = {name for name in names if type_of(web, static(name)) == "application/octet-stream"}
    assert len(names) > 20
    assert unknown == set()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.wav", "audio/wav"), ("a.mjs", "text/javascript"), ("a.woff2", "font/woff2"), ("a.svg", "image/svg+xml"),
     ("a.mp3", "audio/mpeg"), ("a.xsl", "text/xsl"), ("a.webmanifest", "application/manifest+json"),
     ("a.ttf", "font/ttf"), ("a.js.map", "application/json"), ("a.WAV", "audio/wav")],
)  # fmt: skip
def test_content_type_is_known_for_each_file_extension(name: str, kind: str, settings: Any, tmp_path: Path) -> None:
    (tmp_path / name).write_text("something")
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = str(tmp_path), False
    assert type_of(Client(), f"/static/{name}") == kind


def test_voicemail_has_an_audio_content_type(people: People, line: Line) -> None:
    phone = waiting()
    phone.leave_queue("queue-full")
    phone.press("")
    phone.record()
    phone.hang_up()

    key = phone.call.pk

    def fetched() -> None:
        voicemail = Voicemail.objects.select_related("data_key").get(call=key)
        voicemail.sound, voicemail.fetched_at = b"RIFF sound", voicemail.made_at
        voicemail.save()

    by_telephone(fetched)
    answer = browser(people.handler).get(f"/telephone/calls/{key}/voicemail/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/wav")
