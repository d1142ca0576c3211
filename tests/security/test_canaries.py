"""A hundred canaries are typed in, numbers in six spellings: they are nowhere but in sealed fields and on pages.

Searched: what is logged, everything sent to Valkey and stored there (task arguments and live messages are
in it), addresses of redirects and links, pages of errors, e-mails, and a dump of the database.
"""

from __future__ import annotations

import base64
import logging
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from cluster import OwnDatabase
from contacts import save, url
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from people import People, as_user
from redis import Redis
from referrals import SUMMARY, offered, ready
from security.matrix.spellings import spellings
from web import sign_in

from foundation.journal.relay import deliver_batch
from handoff.referrals.tasks import send_notices
from hotline.contacts.models import Contact

CONTACTS = 25
SEALED = ("alias", "notes", "advice")
#: Statuses of pages that give a form back to whoever has typed it.
GIVE_BACK = {409, 422}
PAGES = re.compile(r'(?:href|action|src|hx-(?:get|post))="([^"]*)"')


@dataclass
class Canaries:
    """``words``: what was typed into sealed fields; ``phones``: numbers as they are stored."""

    words: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)

    def in_text(self, text: str) -> set[str]:
        """Also as bytes in hexadecimal digits, and in each spelling."""
        found = {word for word in self.words if word in text or word.encode().hex() in text}
        for phone in self.phones:
            ways = [*spellings(phone), phone[1:], phone[3:]]
            if any(way in text or way.encode().hex() in text for way in ways):
                found.add(phone)
        return found


@dataclass
class Places:
    """Where no canary may be; text by place."""

    said: dict[str, list[str]] = field(default_factory=dict)

    def add(self, place: str, text: str) -> None:
        self.said.setdefault(place, []).append(text)

    def read(self, answer: Any, path: str) -> Any:
        """The address, where it leads, and the page if it is one of an error."""
        self.add("addresses", path)
        self.add("addresses", f"{answer.headers.get('Location', '')} {answer.headers.get('HX-Redirect', '')}")
        body = answer.content.decode("utf-8", "replace")
        self.add("addresses", " ".join(PAGES.findall(body)).replace("tel:", ""))
        if answer.status_code >= 400 and answer.status_code not in GIVE_BACK:
            self.add("pages of errors", body)
        return answer


@pytest.fixture
def people(own_database: OwnDatabase) -> Iterator[People]:
    with override_settings(
        ROOT_URLCONF="security.failing_urls", EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"
    ):
        mail.outbox = []
        yield ready()


def test_hundred_canaries_are_nowhere_in_clear(
    people: People, own_database: OwnDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    canaries, places = Canaries(), Places()
    server = Redis.from_url(settings.REDIS_URL)
    with server.monitor() as monitor, caplog.at_level(logging.INFO):
        _type_and_use(people, canaries, places)
        places.add("e-mails", "\n".join(str(message.message()) for message in mail.outbox))
        places.add("sent to Valkey", "\n".join(_heard(server, monitor)))
    places.add("logs", "\n".join([caplog.text, *(str(vars(record)) for record in caplog.records)]))
    places.add("stored in Valkey", "\n".join(_stored(server)))
    places.add("dump", dump := _dump(own_database))
    assert len(canaries.words + canaries.phones) >= 100
    assert mail.outbox
    assert "contact.completed" in dump, "there is something that could leak"
    hits = {place: found for place, texts in places.said.items() if (found := canaries.in_text("\n".join(texts)))}
    assert hits == {}


def _type_and_use(people: People, canaries: Canaries, places: Places) -> None:
    browser = Client(raise_request_exception=False)
    sign_in(browser, people.handler)
    for number in range(CONTACTS):
        _one_contact(people, browser, number, canaries, places)
    secret = {name: f"zq9{number}9x" for number, name in enumerate(SEALED)}
    referral = offered(people, None, fields=["phone"], legal_basis="consent", text=SUMMARY)
    canaries.words += secret.values()
    case = reverse("cases:case", args=[referral.case_id])
    places.read(browser.post(f"{case}notes/new/", {"note_id": str(uuid.uuid4()), "text": secret["notes"]}), case)
    for user in (people.handler, people.worker, people.administrator):
        other = Client(raise_request_exception=False)
        sign_in(other, user)
        for path in (case, reverse("handoff:inbox"), reverse("hotline:desk"), "/nowhere/"):
            places.read(other.get(path), path)
    for _ in range(20):
        deliver_batch()
    send_notices()


def _one_contact(people: People, browser: Client, number: int, canaries: Canaries, places: Places) -> None:
    """Typed with a number in one of six spellings, saved, searched for, called back; then all that goes wrong."""
    contact, phone = uuid.uuid4(), f"+49341{7100000 + number}"
    words = {name: f"zq{number:02d}{place}x" for place, name in enumerate(SEALED)}
    canaries.words += words.values()
    canaries.phones.append(phone)
    spelled = spellings(phone)[number % 6]
    ask: Callable[..., Any] = lambda path, **form: places.read(browser.post(path, form), path)  # noqa: E731
    ask(url("new_contact"), contact_id=str(contact), channel="phone")
    version = as_user(people.handler, Contact.objects.get, pk=contact).version
    saved = places.read(save(browser, contact, version=version, phone=spelled, **words), url("autosave", contact))
    assert saved.status_code == 200
    assert as_user(people.handler, lambda: Contact.objects.get(pk=contact).notes) == words["notes"]
    ask(url("search"), q=spelled)
    ask(url("search"), q=words["alias"])
    ask(
        url("plan_for_contact", contact),
        callback_id=str(uuid.uuid4()),
        phone=spelled,
        due_at="no time",
        note=words["notes"],
    )
    ask(url("autosave", contact), version="none", phone=spelled, **words)
    ask(url("autosave", contact), version="99", phone=spelled, **words)
    ask(url("ask_access", uuid.uuid4()), phone=spelled, **words)
    ask(url("complete", contact), version=str(saved.json()["version"]), phone=spelled, kind="counselling", **words)
    for how in ("error", "sql", "constraint"):
        places.read(browser.get(reverse("fails", args=[how, contact])), "")


def _heard(server: Redis, monitor: Any) -> Iterator[str]:
    """What was sent to Valkey since, decoded: Celery wraps the arguments of tasks."""
    server.echo("the end")
    for command in monitor.listen():
        text = command["command"]
        if text.endswith("the end"):
            return
        yield from (text, *_unwrapped(text))


def _stored(server: Redis) -> Iterator[str]:
    for key in server.scan_iter():
        raw = server.dump(key) or b""
        text = f"{key!r} {raw!r}"
        yield from (text, *_unwrapped(text))


def _unwrapped(text: str) -> Iterator[str]:
    for packed in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        try:
            yield base64.b64decode(packed).decode("utf-8", "replace")
        except ValueError:
            continue


def _dump(database: OwnDatabase) -> str:
    program = database.servers.postgres.programs / "pg_dump"
    done = subprocess.run([program, "--dbname", database.superuser], capture_output=True, text=True, check=True)
    return done.stdout


def test_canary_in_clear_would_be_found(people: People, own_database: OwnDatabase) -> None:
    """In a field that is not sealed, and as bytes."""
    canaries = Canaries(["zq00x", "zq01x"], ["+493417100000"])
    own_database.sql("create table leak (text text, bytes bytea)")
    own_database.sql("insert into leak values ('zq00x 0341/710 0000', 'zq01x')")
    assert canaries.in_text(_dump(own_database)) == {"zq00x", "zq01x", "+493417100000"}
    packed = base64.b64encode(b'[["zq00x"], {}]').decode()
    assert canaries.in_text("\n".join(_unwrapped(f'LPUSH celery "{packed}"'))) == {"zq00x"}


def test_numbers_are_found_in_each_spelling() -> None:
    canaries = Canaries([], ["+493417100000"])
    assert [bool(canaries.in_text(f"said {way}.")) for way in spellings("+493417100000")] == [True] * 6
