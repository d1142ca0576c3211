"""The provider's webhooks bypass the middleware of pages; no other request does."""

from __future__ import annotations

import pytest
from django.test import Client
from people import People
from web import sign_in

from hotline.telephony.provider import SIGNATURE_HEADER

pytestmark = pytest.mark.django_db
FORGED = {SIGNATURE_HEADER: "forged"}


@pytest.mark.parametrize("path", ["/desk/", "/telephone/hung-up/", "/telephone/agent/"])
def test_page_with_a_signature_header_still_needs_a_session(path: str) -> None:
    answer = Client().get(path, headers=FORGED)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_signature_header_does_not_replace_the_csrf_token(people: People) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, people.handler)
    assert browser.post("/telephone/state/", {"state": "ready"}, headers=FORGED).status_code == 403


def test_unknown_url_with_a_signature_header_is_404() -> None:
    assert Client().post("/telephone/nothing/", headers=FORGED).status_code == 404


def test_forged_webhook_is_refused_without_reading_the_session(people: People) -> None:
    browser = Client()
    sign_in(browser, people.handler)
    answer = browser.post("/telephone/voice/", {"CallSid": "CA1"}, headers=FORGED)
    assert answer.status_code == 403
    assert "Vary" not in answer  # a page has read the cookie
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("headers", [{}, FORGED])
@pytest.mark.parametrize("path", ["/telephone/voice/", "/telephone/message/"])
def test_webhook_posted_by_somebody_who_is_signed_in_is_refused_like_any_other(
    people: People, path: str, headers: dict[str, str]
) -> None:
    """The refusal is recorded by the telephone service, which cannot act inside the person's transaction."""
    browser = Client(raise_request_exception=False)
    sign_in(browser, people.handler)
    assert browser.post(path, {"CallSid": "CA1"}, headers=headers).status_code == 403
