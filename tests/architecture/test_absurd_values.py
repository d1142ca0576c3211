"""Invalid values in every URL and form lead to an error message, never to a server error."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import referrals
from contacts import browser
from django import forms
from django.apps import apps
from django.http import QueryDict
from django.test import Client
from django.urls import resolve
from html_forms import Control, HtmlForm, forms_of, links_of
from people import People
from telephone import TELEPHONY, make_line
from whole_world import make_dossier, routes

from foundation.accounts import form_owner

LONG = "x" * 5000
ABSURD = [
    "", " ", "\x00", "a\x00b", "-1", "0", "1e400", "NaN", "Infinity", "-Infinity", "99999999999999999999999", "²", "٣",
    "0001-01-01", "9999-12-31", "0000-00-00", "2026-02-30", "10000-01-01", "0001-01-01T00:00", "9999-12-31T23:59",
    "2026-03-29T02:30", "2026-01-01T00:00+99:99", "24:00", "25:61", "\ud800", "\udfff", "\u202ex", "\ufeff", "💥" * 40,
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{", "[]", "null", "%", "%00",
    "' or 1=1 --", "../../etc/passwd", "<script>", LONG, "1" * 400, "1,5", "1.5", "True", "\r\n\r\n",
]  # fmt: skip


# --- fields ----------------------------------------------------------------------------------------------------------


def form_classes() -> list[type[forms.BaseForm]]:
    """All form classes of ours."""
    for config in apps.get_app_configs():
        if "/site-packages/" not in config.path:
            for module in pkgutil.iter_modules([config.path]):
                if "form" in module.name or module.name in ("gallery", "views"):
                    importlib.import_module(f"{config.name}.{module.name}")

    def below(kind: type[Any]) -> Iterator[type[Any]]:
        for sub in kind.__subclasses__():
            yield sub
            yield from below(sub)

    own = {config.name for config in apps.get_app_configs() if "/site-packages/" not in config.path}
    return sorted(
        {form for form in below(forms.BaseForm) if form.__module__.rpartition(".")[0] in own},
        key=lambda form: f"{form.__module__}.{form.__qualname__}",
    )


FIELDS = [(form, name) for form in form_classes() for name in form.base_fields]  # type: ignore[attr-defined]


def test_the_forms_were_found() -> None:
    assert len({form for form, _name in FIELDS}) > 30


def test_no_field_has_the_name_of_one_that_every_page_adds() -> None:
    assert [(form, name) for form, name in FIELDS if name in ("csrfmiddlewaretoken", form_owner.FIELD)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "form",
    list(dict.fromkeys(form for form, _name in FIELDS)),
    ids=lambda form: f"{form.__module__}.{form.__qualname__}",
)
def test_a_field_takes_or_refuses_every_absurd_value(form: type[forms.BaseForm]) -> None:
    """As a browser sends it: through the widget, with one and two values."""
    for name, field in form.base_fields.items():  # type: ignore[attr-defined]
        for value in ABSURD:
            data = QueryDict(mutable=True)
            data.setlist(name, [value, value])
            data[f"{name}_offset"] = value
            try:
                typed = field.widget.value_from_datadict(data, {}, name)
                field.has_changed(field.initial, typed)
                field.clean(typed)
            except forms.ValidationError:
                continue  # refused, in words


# --- addresses -------------------------------------------------------------------------------------------------------

PATHS = {
    "uuid": ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    "int": ["0", "99999999999999999999999", "9223372036854775808", "2147483648"],
    "str": [quote("\x00"), "%ED%A0%80", quote("²"), "C-99999999999999999999", "-1", "x" * 300],
    "slug": ["x" * 300, "-1", "1e400"],
    "path": ["../../x", "%00", "x" * 300],
}
#: Answered by the provider's signature; tests/hotline/switchboard/test_forged.py sends these what it likes.
SIGNED = re.compile(r"telephone/(voice|status|message|call|leg)/")
QUERIES = [
    "page", "from", "to", "day", "period", "show", "current", "country", "q", "seen", "subject", "beside", "after",
    "postal_code", "region", "sector", "before", "number", "shown", "next", "kind", "organisation", "centre", "on",
    "year", "state", "sort", "language", "contact", "case", "version", "decision", "urgent",
]  # fmt: skip


def absurd_addresses(turn: int) -> Iterator[tuple[str, str]]:
    """Every URL with invalid parts, and with an invalid value for all known query parameters."""
    for number, route in enumerate(routes()):
        if SIGNED.match(route):
            continue
        step = number + turn
        path = re.sub(
            r"<(?:(\w+):)?\w+>", lambda match, step=step: (found := PATHS[match[1] or "str"])[step % len(found)], route
        )
        yield f"/{path}", ABSURD[(step * 7) % len(ABSURD)]


ROLES = ["handler", "coordinator", "worker", "administrator", "dpo", "funder"]


@pytest.fixture
def people(db: None) -> People:
    return referrals.ready()


def quiet(who: str, people: People) -> Client:
    client = browser(getattr(people, who))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(("turn", "who"), enumerate(ROLES))
def test_no_address_breaks_on_absurd_values(people: People, turn: int, who: str) -> None:
    client, wrong = quiet(who, people), []
    for number, (address, value) in enumerate(absurd_addresses(turn)):
        if address in ("/readyz", "/ui/counts/"):
            continue
        sent = {name: value.encode("utf-8", "surrogatepass") for name in QUERIES}
        posts = [client.post] if number % 3 == turn % 3 else []  # the others are another role's
        for send in (client.get, *posts):
            answer = send(address, sent)
            if answer.status_code >= 500:
                wrong.append((send.__name__, address, value, answer.status_code))
    assert wrong == []


# --- the forms of real pages -----------------------------------------------------------------------------------------

MOST_PAGES = 45
STARTS = {
    "handler": ["/", "/callbacks/new/", "/search/", "/telephone/agent/"],
    "coordinator": ["/shift/", "/network/", "/triage/confirmations/", "/releases/"],
    "worker": ["/inbox/"],
    "administrator": ["/administration/", "/network/", "/administration/conflicts/new/"],
}
#: What ends the walk's own session or changes nothing of ours.
LEFT_OUT = re.compile(r"/accounts/|/language/|/admin/|/static/|/ui/")
TEXTUAL = ("text", "textarea", "search", "email", "tel", "number", "date", "datetime-local", "time", "url")


def pages_of(client: Client, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Pages that links lead to, of each kind one or two."""
    seen: set[str] = set()
    kinds: dict[str, int] = {}
    waiting = deque(starts)
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.popleft()
        kind = re.sub(r"[0-9a-f-]{36}|\d+", "N", urlsplit(address).path)
        if address in seen or kinds.get(kind, 0) >= 2 or LEFT_OUT.match(kind):
            continue
        seen.add(address)
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = client.get(address, follow=True)
        assert answer.status_code < 500, address
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            text, here = answer.content.decode(), answer.request["PATH_INFO"]
            waiting.extend(sorted(links_of(text, here) - seen))
            yield text, here


def fill(form: HtmlForm, turn: int) -> dict[str, list[bytes]]:
    """Put an invalid value into every text field; in every third form also into hidden fields and choices."""
    values = itertools.cycle(ABSURD[turn % len(ABSURD) :] + ABSURD[: turn % len(ABSURD)])
    for control in form.controls:
        if control.kind in TEXTUAL or (turn % 3 == 0 and control.name not in ("csrfmiddlewaretoken", "shown_to")):
            control.value, control.is_on = next(values), True
            control.options = [(control.value, True)] if control.kind == "select" else []
    return {name: [one.encode("utf-8", "surrogatepass") for one in several] for name, several in form.data().items()}


def is_kept(control: Control, page: str) -> bool:
    """Whether the page still shows it, as far as a browser could send it at all."""
    shown = unescape(page).replace("\r\n", "\n")
    return control.value.encode("utf-8", "replace").decode().replace("\r\n", "\n").strip()[:80] in shown


@pytest.mark.parametrize("who", sorted(STARTS))
def test_every_form_on_a_page_refuses_absurd_values_and_keeps_them(people: People, who: str, settings: Any) -> None:
    settings.TELEPHONY = dict(TELEPHONY)
    make_line(people.centre)
    dossier = make_dossier(people, people.colleague)
    client = quiet(who, people)
    mine = {
        "handler": [
            f"/desk/{dossier.contact.pk}/",
            f"/cases/{dossier.case.pk}/",
            f"/desk/{dossier.contact.pk}/callback/",
            f"/triage/contacts/{dossier.draft.contact_id}/",
            f"/triage/contacts/{dossier.draft.contact_id}/finish/",
        ],
        "worker": [f"/inbox/{dossier.referral.pk}/", f"/inbox/{dossier.accepted.pk}/"],
    }.get(who, [])
    sent: dict[str, int] = {}
    wrong = []
    for turn, (text, here) in enumerate(pages_of(client, [*mine, *STARTS[who]])):
        for number, form in enumerate(forms_of(text, here)):
            path = urlsplit(form.action).path
            name = resolve(path).view_name
            if LEFT_OUT.match(path) or sent.get(name, 0) >= 2:
                continue
            sent[name] = sent.get(name, 0) + 1
            answer = client.post(form.action, fill(form, turn * 5 + number * 3 + sent[name] - 1))
            if answer.status_code >= 500:
                wrong.append((name, here, answer.status_code, [(one.name, one.value[:30]) for one in form.controls]))
            elif answer.status_code == 422 and "html" in answer["Content-Type"]:
                page = answer.content.decode()
                if form.action not in {one.action for one in forms_of(page, path)}:
                    continue  # an earlier form of this walk has moved the record on
                lost = [(one.name, one.value[:30]) for one in form.texts if not is_kept(one, page)]
                wrong.extend((name, here, "lost", *one) for one in lost)
    assert len(sent) >= {"handler": 10, "coordinator": 6, "worker": 4, "administrator": 4}[who], sorted(sent)
    assert wrong == []
