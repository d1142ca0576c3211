"""The shift page: waiting callers, handlers on duty, and work that waits for a decision."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from answering import connected
from assessments import SECURITY, complete, filled, make_contact
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user, new_id
from referrals import draft, make_case, offer, ready
from telephone import CALLER, by_telephone, go_on_duty, make_line, talking, tell, waiting
from web import browser, queries_of

from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from handoff.referrals.models import Referral
from handoff.referrals.partner_actions import ask_question, decline_referral
from handoff.referrals.vocabulary import DeclineReason
from hotline.contacts.access import request_access
from hotline.contacts.callbacks import schedule_callback
from hotline.contacts.models import Contact
from hotline.switchboard.models import Call, Line, Voicemail
from hotline.texting.actions import reply
from hotline.texting.models import TextMessage
from triage import actions as triage
from triage.vocabulary import Disposition, Urgency

__all__ = ["connected"]
PARTS = ["callers", "team", "work", "figures"]
ADVICE = triage.Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), "The caller wants nothing else.")


@pytest.fixture
def people(db: None) -> People:
    return ready()


@pytest.fixture
def line(people: People, connected: None) -> Line:
    return make_line(people.centre)


def shift(user: User) -> str:
    answer = browser(user).get(reverse("reporting:shift"))
    assert answer.status_code == 200
    return answer.content.decode()


def work(user: User) -> dict[str, tuple[int, list[str]]]:
    """Waiting work by kind, in order: the number, and the rows' texts."""
    kinds = browser(user).get(reverse("reporting:shift_work")).context["work"]
    return {kind.key: (kind.number, [str(row.title) for row in kind.rows]) for kind in kinds}


# --- the first page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "page"),
    [("coordinator", "/today/"), ("handler", "/today/"), ("worker", "/today/"), ("funder", "/releases/")],
)
def test_start_page_depends_on_the_role(people: People, who: str, page: str) -> None:
    assert browser(getattr(people, who)).get("/").headers["Location"] == page


def test_the_page_is_for_coordinators(people: People) -> None:
    for address in ["/shift/", *[f"/shift/{part}/" for part in PARTS]]:
        seen = {user.pk for user in people.everybody if browser(user).get(address).status_code == 200}
        assert seen == {people.coordinator.pk, people.other_coordinator.pk}


@pytest.mark.parametrize("part", ["wallboard", "callers.html", "x", "..", "work%00", "a" * 300])
def test_unknown_fragment_is_404(people: People, part: str) -> None:
    assert browser(people.coordinator).get(f"/shift/{part}/").status_code == 404


def test_empty_shift_page_shows_no_work(people: People) -> None:
    page = shift(people.coordinator)
    assert "Nothing waits for you." in page
    assert "Nobody is on duty at the telephone." in page
    assert "Callers who are waiting" not in page


def test_each_fragment_is_polled(people: People) -> None:
    page = shift(people.coordinator)
    for part in PARTS:
        assert f'hx-get="/shift/{part}/"' in page
        assert f'id="shift-{part}"' in browser(people.coordinator).get(f"/shift/{part}/").content.decode()


# --- the telephone ----------------------------------------------------------------------------------------------


def test_waiting_callers_are_shown_with_warning_levels(people: People, line: Line) -> None:
    phone = waiting()
    page = shift(people.coordinator)
    mark = re.search(rf'<span class="waited" id="waited-{phone.call.pk}"(.*?)</time></span>', page, re.DOTALL)
    assert mark
    assert 'data-warn-after="120"' in mark[1]
    assert 'data-alarm-after="300"' in mark[1]
    assert "waits too long" in mark[1]
    assert "Callers are waiting and nobody is ready." in page
    go_on_duty(people.handler)
    assert "nobody is ready" not in shift(people.coordinator)


def test_the_longest_waiting_stands_first_after_the_urgent(people: People, line: Line) -> None:
    phones = [waiting(f"+49341999990{number}") for number in range(3)]
    ids = [phone.call.pk for phone in phones]
    for minutes, pk in zip([1, 9, 3], ids, strict=True):
        since = timezone.now() - timedelta(minutes=minutes)
        by_telephone(Call.objects.filter(pk=pk).update, waiting_since=since)
    client = browser(people.coordinator)
    client.post(reverse("switchboard:urgency", args=[ids[0]]), {"urgent": "1"})
    shown = client.get("/shift/callers/").context
    assert [call.pk for call in shown["queue"]] == ids
    assert shown["longest"].pk == ids[1]


def test_who_is_on_duty_is_shown_with_their_state_and_since_when(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    go_on_duty(people.colleague)
    talking(people.handler, waiting())
    shown = browser(people.coordinator).get("/shift/team/")
    assert [agent.state for agent in shown.context["on_duty"]] == ["ready", "on_call"]
    page = shown.content.decode()
    assert "in a call" in page
    assert page.count("since ") == 2


def test_hang_ups_are_shown_as_a_number_without_callback(people: People, line: Line) -> None:
    for _time in range(3):
        waiting().hang_up()
    page = shift(people.coordinator)
    assert browser(people.coordinator).get("/shift/callers/").context["hung_up"] == 3
    assert CALLER not in page
    assert work(people.coordinator) == {}
    assert all(word not in page for word in ("hotline:claim", "/callbacks/", "tel:"))


# --- what waits for a decision ----------------------------------------------------------------------------------


def overdue(people: People) -> str:
    referral = offer(people, draft(people, make_case(people)))
    change(Referral.objects.filter(pk=referral.pk), due_at=timezone.now() - timedelta(hours=1))
    return referral.reference


def question(people: People) -> str:
    referral = offer(people, draft(people, make_case(people)))
    asked = {"by": people.worker, "referral_id": referral.pk, "message_id": new_id(), "text": "who?"}
    as_user(people.worker, ask_question, **asked)
    return referral.reference


def next_step(people: People) -> str:
    referral = offer(people, draft(people, make_case(people)))
    said = {"by": people.worker, "referral_id": referral.pk, "reason": DeclineReason.SAFETY}
    as_user(people.worker, decline_referral, **said)
    return referral.reference


def confirm(people: People) -> str:
    assessment = complete(people.handler, filled(people, SECURITY), ADVICE)
    return assessment.contact.reference


def unfinished(people: People) -> str:
    contact = make_contact(people.handler)
    with acting_as(people.handler, purpose="test"):
        Contact.objects.filter(pk=contact.pk).update(surfaced_at=timezone.now())
    return contact.reference


def callbacks(people: People) -> str:
    due = timezone.now() - timedelta(minutes=5)
    planned = {"by": people.handler, "callback_id": new_id(), "phone": CALLER, "due_at": due}
    as_user(people.handler, schedule_callback, **planned)
    return "Planned"


def own(people: People) -> str:
    return make_contact(people.coordinator).reference


KINDS: dict[str, Callable[[People], str]] = {
    "overdue": overdue,
    "next_step": next_step,
    "confirm": confirm,
    "question": question,
    "unfinished": unfinished,
    "callbacks": callbacks,
    "own": own,
}


@pytest.mark.parametrize("kind", KINDS)
def test_waiting_work_is_listed_with_a_link(people: People, kind: str) -> None:
    named = KINDS[kind](people)
    found = {key: value for key, value in work(people.coordinator).items() if key == kind}
    assert found[kind][0] == 1
    assert found[kind][1][0].startswith(named)
    client = browser(people.coordinator)
    (shown,) = [one for one in client.get("/shift/work/").context["work"] if one.key == kind]
    assert client.get(shown.rows[0].url).status_code == 200
    assert client.get(shown.url.partition("#")[0]).status_code == 200
    assert kind not in work(people.other_coordinator)


@pytest.mark.parametrize("kind", KINDS)
def test_three_cost_as_many_queries_as_one(people: People, kind: str) -> None:
    client = browser(people.coordinator)
    KINDS[kind](people)
    client.get("/shift/")
    with_one = queries_of(lambda: client.get("/shift/"))
    KINDS[kind](people)
    KINDS[kind](people)
    assert queries_of(lambda: client.get("/shift/")) == with_one


def test_all_items_are_counted_and_five_are_listed(people: People) -> None:
    for _time in range(7):
        callbacks(people)
    number, rows = work(people.coordinator)["callbacks"]
    assert (number, len(rows)) == (7, 5)


def test_most_urgent_work_is_first(people: People) -> None:
    for make in (own, callbacks, unfinished, question, next_step, overdue):
        make(people)
    order = list(work(people.coordinator))
    assert order.index("overdue") < order.index("next_step") < order.index("question") < order.index("own")


def test_requests_for_access_can_be_decided_on_the_shift_page(people: People) -> None:
    contact = make_contact(people.handler)
    asked = {"by": people.colleague, "request_id": new_id(), "contact_id": contact.pk, "reason": "she called me"}
    request: Any = as_user(people.colleague, request_access, **asked)
    assert "she called me" in shift(people.coordinator)
    address = reverse("hotline:decide_access", args=[request.pk])
    client = browser(people.coordinator)
    ours = client.post(address, {"decision": "grant"}, headers={"Referer": "http://testserver/shift/"})
    assert ours.headers["Location"] == "http://testserver/shift/"
    theirs = client.post(address, {"decision": "grant"}, headers={"Referer": "https://elsewhere.example/"})
    assert theirs.headers["Location"] == reverse("hotline:desk")
    assert "she called me" not in shift(people.coordinator)


def test_a_message_that_was_not_delivered_is_shown_until_another_follows(people: People, line: Line) -> None:
    tell("/telephone/message/", {"MessageSid": "SM1", "From": CALLER, "To": line.number.as_e164, "Body": "hello"})
    contact: Any = as_user(people.handler, Contact.objects.get, channel="sms")
    sent: Any = as_user(
        people.handler, reply, by=people.handler, contact=contact, message_id=new_id(), text="our answer"
    )
    by_telephone(lambda: TextMessage.objects.filter(pk=sent.pk).update(state="undelivered"))
    assert work(people.coordinator)["messages"] == (1, [contact.reference])
    as_user(people.handler, reply, by=people.handler, contact=contact, message_id=new_id(), text="again")
    assert "messages" not in work(people.coordinator)


def test_a_voicemail_whose_sound_never_came_is_shown(people: People, line: Line) -> None:
    phone = waiting()
    phone.leave_queue("queue-full")
    phone.press("")
    phone.record()
    phone.hang_up()
    assert "voicemails" not in work(people.coordinator)
    by_telephone(lambda: Voicemail.objects.update(lost_at=timezone.now()))
    assert work(people.coordinator)["voicemails"] == (1, ["12 s"])
    by_telephone(lambda: Voicemail.objects.update(fetched_at=timezone.now(), lost_at=None))
    assert "voicemails" not in work(people.coordinator)
