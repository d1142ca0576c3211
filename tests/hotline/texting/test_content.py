"""The content of every message is shown: no message appears empty, in any language."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from contacts import browser
from django.db import connection
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from people import People, as_user
from telephone import CALLER, LINE, by_telephone, tell

from hotline.contacts.models import Contact
from hotline.switchboard.models import Line
from hotline.telephony.problems import KINDS, problem_of
from hotline.texting.actions import reply
from hotline.texting.content import details_of, is_visible, media_of, parts_of
from hotline.texting.models import OptOut, TextMessage

PLACE = {"MessageType": "location", "Latitude": "48.366512", "Longitude": "10.894446"}
KINDS_OF_CONTENT: list[Any] = [
    pytest.param(PLACE, ["Location:", "48.366512, 10.894446"], id="location"),
    pytest.param(
        {**PLACE, "Label": "Rathaus", "Address": "Rathausplatz 2, Augsburg"},
        ["Location:", "Rathaus, Rathausplatz 2, Augsburg · 48.366512, 10.894446"],
        id="location with a name",
    ),
    pytest.param({"Latitude": "0", "Longitude": "0"}, ["Location:", "0, 0"], id="location without its type"),
    pytest.param({"MessageType": "location", "Address": "Hof"}, ["Location:", "Hof"], id="address only"),
    pytest.param({"NumMedia": "1", "MediaContentType0": "text/vcard"}, ["1 contact card, not fetched"], id="vcard"),
    pytest.param(
        {"NumMedia": "1", "MediaContentType0": "text/x-vcard;charset=utf-8"}, ["1 contact card"], id="x-vcard"
    ),
    pytest.param({"NumMedia": "1", "MessageType": "contacts"}, ["1 contact card"], id="contacts"),
    pytest.param({"NumMedia": "1", "MediaContentType0": "audio/ogg"}, ["1 voice message or sound"], id="voice"),
    pytest.param({"NumMedia": "1", "MediaContentType0": "video/mp4"}, ["1 video"], id="video"),
    pytest.param({"NumMedia": "1", "MediaContentType0": "application/pdf"}, ["1 PDF document"], id="pdf"),
    pytest.param({"NumMedia": "1", "MediaContentType0": "text/calendar"}, ["1 appointment"], id="appointment"),
    pytest.param(
        {"NumMedia": "1", "MediaContentType0": "image/webp", "MessageType": "sticker"}, ["1 sticker"], id="sticker"
    ),
    pytest.param(
        {"NumMedia": "1", "MediaContentType0": "application/zip"},
        ["1 file, not fetched:", "application/zip"],
        id="file",
    ),
    pytest.param({"NumMedia": "2"}, ["2 attachments, not fetched"], id="attachments of no type"),
    pytest.param(
        {
            "NumMedia": "3",
            "MediaContentType0": "image/png",
            "MediaContentType1": "image/jpeg",
            "MediaContentType2": "audio/amr",
        },
        ["2 pictures", "1 voice message or sound"],
        id="several",
    ),
    pytest.param({"MessageType": "reaction", "Body": "👍"}, ["👍", "Reaction to a message"], id="reaction"),
    pytest.param({"MessageType": "reaction"}, ["Took back a reaction"], id="reaction taken back"),
    pytest.param({"ButtonText": "Yes, call me", "MessageType": "button"}, ["Chose from", "Yes, call me"], id="button"),
    pytest.param(
        {"ListTitle": "Tuesday", "MessageType": "interactive"}, ["Chose from", "Tuesday"], id="entry of a list"
    ),
    pytest.param({"MessageType": "order"}, ["of a kind that is not shown here:", "order"], id="order"),
    pytest.param(
        {"MessageType": "unsupported"}, ["of a kind that is not shown here:", "unsupported"], id="unsupported"
    ),
    pytest.param({"MessageType": "poll_2031"}, ["of a kind that is not shown here:", "poll_2031"], id="of the future"),
    pytest.param({}, ["The message is empty."], id="empty"),
    pytest.param({"Body": " \u00a0\n"}, ["only signs that cannot be seen"], id="spaces"),
    pytest.param({"Body": "\u200d\u200b\ufe0f\u2060"}, ["only signs that cannot be seen"], id="invisible signs"),
    pytest.param({"Body": "\u3164\u2800\u115f"}, ["only signs that cannot be seen"], id="blank letters"),
    pytest.param({"Body": "\u202e\u2066"}, ["only signs that cannot be seen"], id="signs of direction"),
    pytest.param({"Body": "x", "Forwarded": "true"}, ["x", "Forwarded: somebody else"], id="forwarded"),
    pytest.param({"Body": "x", "FrequentlyForwarded": "true"}, ["x", "Forwarded"], id="forwarded often"),
    pytest.param({"Body": "x", "OriginalRepliedMessageSid": "SM404"}, ["x", "Answers an earlier message"], id="answer"),
    pytest.param(
        {"Body": "x", "ReferralHeadline": "Help", "ReferralBody": "for parents"},
        ["Came by an advertisement:", "Help – for parents"],
        id="advertisement",
    ),
]


def bubble(people: People, body: str = "", **values: str) -> str:
    """The text of a message as its contact's page shows it."""
    whole = {"MessageSid": uuid.uuid4().hex, "From": f"whatsapp:{CALLER}", "To": f"whatsapp:{LINE}", "Body": body}
    assert tell("/telephone/message/", {"NumMedia": "0", **whole, **values}).status_code == 200
    contact = as_user(people.coordinator, lambda: Contact.objects.latest("number"))
    page = browser(people.coordinator).get(reverse("texting:part_messages", args=[contact.pk])).content.decode()
    shown = page.rpartition("<li>")[2].partition('<p class="timeline-who">')[0]
    return " ".join(re.sub(r"<[^>]*>", " ", shown).split())


@pytest.mark.django_db
@pytest.mark.parametrize(("values", "said"), KINDS_OF_CONTENT)
def test_kind_of_content_is_shown(people: People, line: Line, values: dict[str, str], said: list[str]) -> None:
    shown = bubble(people, **values)
    assert [words for words in said if words not in shown] == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "fr"])
def test_kind_of_content_is_shown_in_each_language(people: People, line: Line, language: str) -> None:
    with translation.override("en"):
        english = {part.label for values in (one.values[0] for one in KINDS_OF_CONTENT) for part in parts(values)}
    with translation.override(language):
        found = {part.label for values in (one.values[0] for one in KINDS_OF_CONTENT) for part in parts(values)}
    assert len(found) == len(english)
    assert found & english <= {"1 sticker, not fetched"}


def parts(values: dict[str, str]) -> list[Any]:
    return parts_of(values.get("Body", ""), media_of(values), details_of(values))


NAMES = [
    "Body", "MessageType", "Latitude", "NumMedia", "MediaContentType0", "Label", "ButtonText", "ListTitle",
    "OriginalRepliedMessageSid", "Forwarded", "ReferralBody", "Unheard",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), st.text()))
def test_no_message_is_shown_empty(values: dict[str, str]) -> None:
    shown = parts(values)
    assert is_visible(values.get("Body", "")) or [part for part in shown if part.label.strip()]


@pytest.mark.django_db
def test_reply_shows_the_quoted_message(people: People, line: Line) -> None:
    bubble(people, "Can I bring my sister?", MessageSid="SM-first")
    assert "Answers an earlier message: Can I bring my sister?" in bubble(
        people, "Yes?", OriginalRepliedMessageSid="SM-first"
    )


@pytest.mark.django_db
def test_content_besides_text_is_encrypted(people: People, line: Line) -> None:
    bubble(people, **{**PLACE, "Address": "Rathausplatz 2"})

    def rows() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("select encode(convert_to(t::text, 'UTF8'), 'escape') from texting_textmessage t")
            return [row[0] for row in cursor.fetchall()]

    (row,) = by_telephone(rows)
    for secret in ("Rathausplatz", "48.366512", "location"):
        assert secret not in row
        assert secret.encode().hex() not in row


# --- the provider's codes ---------------------------------------------------------------------------------------------

CODES = sorted({code for kind in KINDS for code in kind.codes})
WANTED = {30003, 30004, 30005, 30006, 30007, 30008, 21211, 21408, 21610, 21612, 21614, 63003, 63016, 63018, 63024}


def test_frequent_error_codes_have_texts() -> None:
    assert set(CODES) >= WANTED
    assert len(CODES) == sum(len(kind.codes) for kind in KINDS), "each is in one list"


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_each_error_code_has_text_and_advice_in_each_language(language: str) -> None:
    with translation.override("en"):
        english = {code: problem_of(code) for code in CODES}
    with translation.override(language):
        for code in CODES:
            problem = problem_of(code)
            assert problem.what
            assert problem.advice
            assert language == "en" or problem != english[code]
        unknown = problem_of(99999)
        assert "99999" in unknown.what
        assert unknown.advice


@pytest.mark.parametrize("code", ["99999", "x", "", "²", "-1", "1" * 60])
def test_text_of_an_unknown_error_code_contains_the_code(code: str) -> None:
    assert code[:40] in problem_of(code).what


@pytest.mark.django_db
@pytest.mark.parametrize("code", [*sorted(WANTED - {21610}), 99999])
def test_undelivered_message_shows_reason_and_advice(people: People, line: Line, code: int) -> None:
    page = undelivered(people, code)
    assert problem_of(code).what in page
    assert problem_of(code).advice in page
    assert f"code: {code}" in page
    assert "<textarea" in page


@pytest.mark.django_db
def test_opt_out_reported_by_the_provider_is_stored(people: People, line: Line) -> None:
    page = undelivered(people, 21610)
    assert "has asked for no more messages" in page
    assert "<textarea" not in page, "answering ends"
    assert by_telephone(OptOut.objects.filter(ended_at=None).count) == 1
    tell("/telephone/message/", {"MessageSid": "SM7", "From": CALLER, "To": LINE, "Body": "START"})
    assert by_telephone(OptOut.objects.filter(ended_at=None).count) == 0


def undelivered(people: People, code: int) -> str:
    """The page of messages after the provider reported that a reply was not delivered."""
    tell("/telephone/message/", {"MessageSid": "SM1", "From": CALLER, "To": LINE, "Body": "words"})
    contact = as_user(people.handler, Contact.objects.get)
    message: TextMessage = as_user(
        people.handler, reply, by=people.handler, contact=contact, message_id=uuid.uuid4(), text="answer"
    )
    told = {"MessageSid": "SM2", "MessageStatus": "undelivered", "ErrorCode": str(code)}
    tell(f"/telephone/message/{message.pk}/", told)
    page = browser(people.handler).get(reverse("texting:part_messages", args=[contact.pk])).content.decode()
    return page.replace("&#x27;", "'")
