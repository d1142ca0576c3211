"""Single things that roles could see or hear without needing to: voicemails of colleagues, load of other partners."""

from __future__ import annotations

import re
import uuid

import pytest
import referrals
from answering import connected, line
from contacts import browser
from django.db import ProgrammingError, connection
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user
from telephone import CALLER, LINE, by_telephone, tell, waiting
from whole_world import keep_sound

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from hotline.contacts.access import decide_access, request_access
from hotline.contacts.actions import take_contact
from hotline.contacts.callbacks import claim_callback
from hotline.contacts.models import Callback, Contact
from hotline.switchboard.models import Call, Line, Voicemail
from hotline.texting.models import TextMessage
from hotline.texting.states import MessageState

__all__ = ["connected", "line"]
pytestmark = pytest.mark.django_db
SAME_FOR_A_REPLY = ("line_id", "centre_id", "data_key_id", "contact_id", "channel")


@pytest.fixture
def message(people: People, connected: None, line: Line) -> Call:
    """An ended call with a voicemail that nobody had claimed, and its callback."""
    phone = waiting()
    phone.leave_queue("leave")
    phone.record(seconds=12)
    by_telephone(keep_sound, call=phone.call)
    phone.hang_up()
    return phone.call


def claimed_by(user: User, call: Call) -> None:
    """Before it ended; the database takes no claim of an ended call."""
    change(Call.objects.filter(pk=call.pk), claimed_by=user, claimed_at=timezone.now())


def hears(user: User, call: Call) -> tuple[int, int]:
    """The status of the sound's URL, and the rows that PostgreSQL shows."""
    rows = as_user(user, Voicemail.objects.filter(call=call.pk).count)
    return browser(user).get(reverse("switchboard:voicemail", args=[call.pk])).status_code, rows


def test_voicemail_that_nobody_claimed_is_open_to_the_shift(people: People, message: Call) -> None:
    assert {hears(one, message) for one in (people.handler, people.colleague, people.coordinator)} == {(200, 1)}
    assert {hears(one, message) for one in (people.other_handler, people.other_coordinator)} == {(404, 0)}


def test_voicemail_of_a_colleagues_ended_call_is_404(people: People, message: Call) -> None:
    claimed_by(people.handler, message)
    assert hears(people.handler, message) == (200, 1)
    assert hears(people.coordinator, message) == (200, 1)
    assert hears(people.colleague, message) == (404, 0)


def test_player_at_the_callback_shows_nothing_of_a_colleagues_call(people: People, message: Call) -> None:
    claimed_by(people.handler, message)
    (callback,) = as_user(people.coordinator, lambda: list(Callback.objects.all()))
    page = browser(people.colleague).get(reverse("switchboard:part_voicemail", args=[callback.pk]))
    assert (page.status_code, str(message.pk) in page.content.decode()) == (200, False)


def test_who_holds_the_callback_hears_its_voicemail(people: People, message: Call) -> None:
    claimed_by(people.handler, message)
    (callback,) = as_user(people.coordinator, lambda: list(Callback.objects.all()))
    claim = {"callback_id": callback.pk, "contact_id": uuid.uuid4()}
    as_user(people.colleague, claim_callback, by=people.colleague, **claim)
    assert hears(people.colleague, message) == (200, 1)


# --- load of partners ------------------------------------------------------------------------------------------------


def record_as(user: User) -> dict[int, int]:
    """Organisation and open cases, as PostgreSQL counts them for the user."""

    def read() -> dict[int, int]:
        with connection.cursor() as cursor:
            cursor.execute("select organisation_id, open_cases from ntk.partner_record()")
            return dict(cursor.fetchall())

    found: dict[int, int] = as_user(user, read)
    return found


def test_partners_learn_only_their_own_load(db: None) -> None:
    people = referrals.ready()
    referrals.accepted(people)
    here = {people.partner.pk: 1}
    ranking = [people.handler, people.coordinator, people.administrator, service_user(Service.DEADLINES)]
    assert [record_as(one) for one in ranking] == [here] * 4
    assert record_as(people.worker) == here
    others = [people.other_worker, people.dpo, people.funder, people.liaison, make_user()]
    assert [record_as(one) for one in others] == [{}] * 5


def test_partners_page_shows_the_load_to_who_ranks_and_to_the_partner_itself(db: None) -> None:
    people = referrals.ready()
    referrals.accepted(people)
    mate = make_user((people.other_partner, Role.PARTNER_COORDINATOR))
    page, listed = reverse("regions:partner", args=[people.partner.pk]), reverse("regions:partners")

    def shown(user: User, url: str) -> list[str]:
        text = " ".join(browser(user).get(url).content.decode().split())
        return sorted(re.findall(r"\d+ of \d+ taken", text))

    assert [shown(one, page) for one in (people.handler, people.administrator, people.worker)] == [["1 of 5 taken"]] * 3
    assert [shown(one, page) for one in (people.other_worker, mate)] == [[], []]
    assert shown(people.coordinator, listed) == ["0 of 5 taken", "1 of 5 taken"]
    assert shown(people.worker, listed) == ["1 of 5 taken"]
    assert shown(mate, listed) == ["0 of 5 taken"]


# --- messages --------------------------------------------------------------------------------------------------------


def test_access_that_was_granted_is_for_reading_messages_only(people: People, connected: None, line: Line) -> None:
    tell("/telephone/message/", {"MessageSid": "SM1", "From": CALLER, "To": LINE, "Body": "my brother has changed"})
    contact = as_user(people.coordinator, Contact.objects.get)
    as_user(people.colleague, take_contact, by=people.colleague, contact_id=contact.pk)
    asked = {"request_id": uuid.uuid4(), "contact_id": contact.pk, "reason": "the family calls again"}
    request = as_user(people.handler, request_access, by=people.handler, **asked)
    as_user(people.coordinator, decide_access, by=people.coordinator, request_id=request.pk, grant=True)
    message = as_user(people.handler, TextMessage.objects.get)
    reply = {"id": uuid.uuid4(), "sid": None, "is_from_caller": False, "state": MessageState.QUEUED}
    kept = {name: getattr(message, name) for name in SAME_FOR_A_REPLY}

    def write(who: User) -> None:
        TextMessage(**kept, **reply, phone=CALLER, body="answer", written_by=who).save(force_insert=True)

    with pytest.raises(ProgrammingError, match="row-level security"):
        as_user(people.handler, write, who=people.handler)
    as_user(people.colleague, write, who=people.colleague)


# --- word lists ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["administrator", "handler", "dpo"])
def test_no_address_leads_from_a_models_row_to_its_page(people: People, who: str) -> None:
    client = browser(getattr(people, who))
    client.raise_request_exception = False
    assert {client.get(f"/admin/r/{kind}/1/").status_code for kind in (1, 7, 99, "x")} == {404}
