"""Forged webhooks are refused, and no signed webhook causes an error.

LOTSE_FUZZ=10000 sends this number of random requests instead of a few.
"""

from __future__ import annotations

import os
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import People, as_user
from telephone import (
    ACCOUNT,
    CALLER,
    LINE,
    PUBLIC,
    Desk,
    Phone,
    by_telephone,
    claim,
    go_on_duty,
    leg_of,
    sign,
    tell,
    undone,
    waiting,
)

from hotline.contacts.models import Contact
from hotline.switchboard.models import Call, Leg, Line, Refusal, WebhookEvent
from hotline.texting.models import TextMessage

pytestmark = pytest.mark.django_db
ASKED_FOR = int(os.environ.get("LOTSE_FUZZ", "0"))
MANY = settings(
    max_examples=ASKED_FOR or 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
KEY = "00000000-0000-4000-8000-000000000001"
PATHS = [
    "voice/", "status/", "message/", f"message/{KEY}/",
    *[f"call/{KEY}/{name}/" for name in (
        "menu/1", "wait", "queue", "leave", "recorded", "recording", "room", "after", "conference",
    )],
    *[f"leg/{KEY}/{name}/" for name in ("answer", "accept", "after", "status")],
]  # fmt: skip
VALUES = {"AccountSid": ACCOUNT, "CallSid": "CA1", "From": CALLER, "To": LINE, "MessageSid": "SM1", "Body": "words"}
FORM = "application/x-www-form-urlencoded"


def stored() -> tuple[int, ...]:
    kinds = (WebhookEvent, Call, Leg, TextMessage)
    return tuple(by_telephone(lambda: [kind.objects.count() for kind in kinds]))


def refusals() -> int:
    return sum(by_telephone(lambda: list(Refusal.objects.values_list("count", flat=True))))


def post(path: str, body: bytes, signature: str | None, content_type: str = FORM, **headers: str) -> int:
    if signature is not None:
        headers["X-Twilio-Signature"] = signature
    client = Client(raise_request_exception=False)
    answer = client.post(f"/telephone/{path}", body, content_type=content_type, headers=headers)
    return int(answer.status_code)


def body_of(values: dict[str, str]) -> bytes:
    return urlencode(values).encode()


def test_request_with_a_valid_signature_is_accepted(line: Line) -> None:
    """Shows that the refusals below are due to the signature."""
    assert post("voice/", body_of(VALUES), sign(f"{PUBLIC}/telephone/voice/", VALUES)) == 200
    assert (refusals(), by_telephone(Call.objects.count)) == (0, 1)


GOOD = sign(f"{PUBLIC}/telephone/voice/", VALUES)
FORGED: dict[str, tuple[bytes, str | None]] = {
    "unsigned": (body_of(VALUES), None),
    "empty signature": (body_of(VALUES), ""),
    "another token": (body_of(VALUES), sign(f"{PUBLIC}/telephone/voice/", VALUES, "another token")),
    "an empty token": (body_of(VALUES), sign(f"{PUBLIC}/telephone/voice/", VALUES, "")),
    "another path": (body_of(VALUES), sign(f"{PUBLIC}/telephone/status/", VALUES)),
    "another host": (body_of(VALUES), sign("https://testserver/telephone/voice/", VALUES)),
    "truncated body": (body_of(VALUES)[:-4], GOOD),
    "no body": (b"", GOOD),
    "one parameter more": (body_of(VALUES) + b"&Digits=1", GOOD),
    "one value more": (body_of(VALUES) + b"&From=%2B49301", GOOD),
    "one value before": (b"From=%2B49301&" + body_of(VALUES), GOOD),
    "another value": (body_of({**VALUES, "From": "+49301"}), GOOD),
    "signature with a letter changed": (body_of(VALUES), GOOD[::-1]),
    "signature cut": (body_of(VALUES), GOOD[:-1]),
    "signature not ascii": (body_of(VALUES), "ä" * 28),
    "bytes that are no text": (b"\xff\xfe\x00=%ff%00", GOOD),
    "huge body": (body_of(VALUES) + b"&x=" + b"a" * 3_000_000, GOOD),
    "very many parameters": (b"&".join(b"a%d=1" % n for n in range(5000)), GOOD),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_forged_webhook_is_only_counted(line: Line, forgery: str) -> None:
    body, signature = FORGED[forgery]
    before = stored()
    assert post("voice/", body, signature) == 403
    assert (stored(), refusals()) == (before, 1)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_body_of_another_content_type_is_refused(line: Line, content_type: str) -> None:
    before = stored()
    assert post("voice/", body_of(VALUES), GOOD, content_type) == 403
    assert stored() == before


@pytest.mark.parametrize("path", PATHS)
def test_every_webhook_accepts_only_signed_posts(line: Line, path: str) -> None:
    before = stored()
    assert post(path, body_of(VALUES), None) == 403
    client = Client()
    for method in (client.get, client.head, client.put, client.delete, client.options):
        assert method(f"/telephone/{path}").status_code == 405
    assert stored() == before


def test_webhooks_without_an_account_are_refused(line: Line, settings: Any) -> None:
    settings.TELEPHONY = {**settings.TELEPHONY, "token": ""}
    assert post("voice/", body_of(VALUES), sign(f"{PUBLIC}/telephone/voice/", VALUES, "")) == 403


def test_refusals_are_counted_by_day_and_kind_without_content(line: Line) -> None:
    for path in ("voice/", "voice/", "status/"):
        post(path, body_of(VALUES), None)
    rows = by_telephone(lambda: list(Refusal.objects.order_by("kind").values_list("kind", "count")))
    assert rows == [("status", 1), ("voice", 2)]


@pytest.mark.parametrize("path", PATHS)
def test_without_its_parameters_a_signed_webhook_is_stored_and_harmless(line: Line, path: str) -> None:
    answer = tell(f"/telephone/{path}", {})
    assert answer.status_code in (200, 204)
    assert answer.status_code == 204 or b"<Response" in answer.content
    assert by_telephone(lambda: list(WebhookEvent.objects.values_list("problem", flat=True))) == [""]


def test_event_that_cannot_be_applied_is_stored_and_the_caller_hears_an_announcement(line: Line) -> None:
    """A telephone with a sid that belongs to another leg: the unique constraint refuses it."""
    phone = waiting()
    answer = tell("/telephone/voice/", {"CallSid": "x" * 100, "From": CALLER, "To": LINE})
    assert (answer.status_code, b"<Hangup" in answer.content) == (200, True)
    assert by_telephone(lambda: WebhookEvent.objects.exclude(problem="").count()) == 1
    assert phone.call.state == "waiting"


# --- random requests ------------------------------------------------------------------------------------------------

words = st.one_of(
    st.text(max_size=30),
    st.integers(-5, 10**20).map(str),
    st.sampled_from(["", "1", "completed", "busy", "anonymous", CALLER, LINE, "client:user_1", "whatsapp:" + CALLER,
                     "participant-leave", "participant-join", "participant-hold", "leave", "hangup", "redirected",
                     "delivered", "\x00", "Mon, 01 Jan 0001 00:00:00 +1400", "Fri, 31 Dec 9999 23:59:59 -1200"]),
)  # fmt: skip
names = st.sampled_from([
    "CallSid", "From", "To", "Digits", "QueueResult", "CallStatus", "SequenceNumber", "Timestamp", "ConferenceSid",
    "StatusCallbackEvent", "ParticipantLabel", "ReasonParticipantLeft", "RecordingSid", "RecordingDuration",
    "RecordingStatus", "MessageSid", "MessageStatus", "ErrorCode", "Body", "NumMedia", "Direction",
])  # fmt: skip
forms = st.dictionaries(st.one_of(names, st.text(min_size=1, max_size=10)), words, max_size=8)
signatures = st.one_of(st.none(), st.just(GOOD), st.text("abcdefABCDEF0123456789+/=", max_size=40), st.just("ä"))
bodies = st.one_of(st.binary(max_size=200), forms.map(body_of))


@MANY
@given(st.sampled_from(PATHS), st.text("abc019-/%", max_size=12), bodies, signatures, st.sampled_from([FORM, "text/x"]))
def test_random_requests_are_never_accepted_and_cause_no_error(
    line: Line, path: str, more: str, body: bytes, signature: str | None, content_type: str
) -> None:
    with undone():
        before = stored()
        assert post(path + more, body, signature, content_type) in (301, 302, 400, 403, 404)
        assert stored() == before


@pytest.fixture
def places(people: People, line: Line) -> list[str]:
    """The webhooks of a waiting call, of one that is being connected, and of its leg."""
    go_on_duty(people.handler)
    connecting, queued = waiting(), waiting("+493411234568")
    claim(people.handler, connecting)
    desk = Desk(leg=leg_of(connecting.call))
    found = ["voice/", "status/", "message/", f"message/{KEY}/"]
    for phone in (connecting, queued):
        found += [path.replace(KEY, str(phone.call.pk)) for path in PATHS if path.startswith("call/")]
    return found + [path.replace(KEY, str(desk.leg.pk)) for path in PATHS if path.startswith("leg/")]


@settings(MANY, max_examples=ASKED_FOR or 25)
@given(st.lists(st.tuples(st.integers(0, 99), forms), min_size=1, max_size=3))
def test_any_signed_parameters_get_an_answer(places: list[str], requests: list[tuple[int, dict[str, str]]]) -> None:
    with undone():
        for which, form in requests:
            path, token = places[which % len(places)], uuid.uuid4().hex
            answers = [raw(path, form, token) for _ in range(2)]
            assert all(answer.status_code in (200, 204) for answer in answers), answers[0].content
            assert answers[0].content == answers[1].content


def raw(path: str, form: dict[str, str], token: str) -> Any:
    signature = sign(f"{PUBLIC}/telephone/{path}", form)
    headers = {"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": token}
    client = Client(raise_request_exception=False)
    return client.post(f"/telephone/{path}", body_of(form), content_type=FORM, headers=headers)


@pytest.mark.parametrize(
    "form",
    [
        {"CallSid": "\x00"},
        {"ConferenceSid": "CF\x00", "CallSid": "CA1"},
        {"CallSid": "CA1", "Timestamp": "Mon, 01 Jan 0001 00:00:00 +1400"},
        {"CallSid": "CA1", "Timestamp": "Fri, 31 Dec 9999 23:59:59 -1200"},
        {"CallSid": "CA" + "1" * 500},
        {"CallSid": "CA1", "SequenceNumber": "9" * 8, "RecordingSid": "RE1", "RecordingDuration": "9" * 5},
    ],
    ids=lambda form: next(iter(form.values()))[:12],
)
@pytest.mark.parametrize("path", ["voice/", f"call/{KEY}/conference/", f"call/{KEY}/menu/{'9' * 300}/"])
def test_unusual_values_can_be_stored(line: Line, path: str, form: dict[str, str]) -> None:
    assert raw(path, form, "token").status_code in (200, 204, 404)
    assert raw(path, form, "t" * 500).status_code in (200, 204, 404)


def test_a_fuzzed_call_still_leads_to_one_contact_at_most(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = Phone()
    phone.into_queue()
    claim(people.handler, phone)
    for path in PATHS:
        if path.startswith("call/"):
            phone.says(f"/telephone/{path.replace(KEY, str(phone.call.pk))}")
    assert as_user(people.coordinator, Contact.objects.count) == 1
