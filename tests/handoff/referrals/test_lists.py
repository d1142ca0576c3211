"""Board and inbox: sections, pages, empty states, and a constant number of queries."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from past_policies import change, insert
from people import People, as_user, make_centre, make_partner, make_user, new_id
from referrals import accepted, draft, make_case, offered
from web import sign_in

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.privacy.context import acting_as
from foundation.ui.pagination import page_of
from handoff.referrals.board import ENDED_SHOWN as SIZE
from handoff.referrals.centre_actions import withdraw_referral
from handoff.referrals.models import Referral
from handoff.referrals.partner_actions import give_feedback
from handoff.referrals.states import ReferralState
from handoff.referrals.vocabulary import Feedback


def client_of(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def filled(client: Client, url: str) -> dict[str, int]:
    sections = client.get(url).context["sections"]
    return {section.key: len(section.referrals) for section in sections if section.referrals}


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def one_of_each(people: People) -> None:
    draft(people, make_case(people))
    offered(people)
    accepted(people)
    gone = offered(people)
    as_user(people.handler, withdraw_referral, by=people.handler, referral_id=gone.pk)


@pytest.mark.parametrize("url", ["/referrals/", "/inbox/"])
def test_lists_need_the_same_number_of_queries_for_one_and_three_rows(people: People, url: str) -> None:
    client = client_of(people.worker if url == "/inbox/" else people.handler)
    client.get(url)
    one_of_each(people)
    with_one = queries(client, url)
    one_of_each(people)
    one_of_each(people)
    assert queries(client, url) == with_one


@pytest.mark.parametrize("side", ["referrals", "inbox"])
def test_page_needs_the_same_number_of_queries_with_more_messages(people: People, side: str) -> None:
    referral = accepted(people)
    client = client_of(people.worker if side == "inbox" else people.handler)
    costs = []
    for number in (1, 2):
        for _times in range(number):
            as_user(
                people.worker,
                give_feedback,
                by=people.worker,
                message_id=new_id(),
                referral_id=referral.pk,
                feedback=Feedback.NOT_REACHED,
                text="words",
            )
        client.get(f"/{side}/{referral.pk}/")
        costs.append(queries(client, f"/{side}/{referral.pk}/"))
    assert costs[0] == costs[1]


def test_waiting_referrals_are_in_their_section(people: People) -> None:
    one_of_each(people)
    late = offered(people)
    change(Referral.objects.filter(pk=late.pk), due_at=timezone.now() - timedelta(hours=1))
    handler, worker = client_of(people.handler), client_of(people.worker)
    assert filled(handler, "/referrals/") == {"overdue": 1, "draft": 1, "waiting": 1, "taken": 1}
    assert filled(worker, "/inbox/") == {"waiting": 2, "taken": 1}
    assert "2 referrals wait for your answer" in worker.get("/inbox/part/").content.decode()


def test_empty_list_explains_the_next_step(people: People) -> None:
    fresh = make_user((make_centre("New"), Role.COORDINATOR))
    assert "No referrals yet." in client_of(fresh).get("/referrals/").content.decode()
    nobody = make_user((make_partner("New"), Role.PARTNER_WORKER))
    assert "Nothing has been offered yet." in client_of(nobody).get("/inbox/").content.decode()


def test_discarded_draft_is_not_among_the_ended(people: People) -> None:
    gone = draft(people, make_case(people))
    as_user(people.handler, withdraw_referral, by=people.handler, referral_id=gone.pk)
    assert client_of(people.handler).get("/referrals/").context["page"].rows == []
    assert client_of(people.worker).get("/inbox/").context["page"].rows == []


def ended(people: People, number: int) -> list[Referral]:
    """Ended referrals, some at the same time, newest first by time and id."""
    case, now = make_case(people), timezone.now()
    with acting_as(people.handler, purpose="test"):
        rows = [
            Referral(
                number=9_000_000 + place,
                case=case,
                centre=people.centre,
                organisation=people.partner,
                data_key_id=case.data_key_id,
                state=ReferralState.WITHDRAWN,
                contact_person=people.handler,
                created_by=people.handler,
                offered_at=now,
                ended_at=now - timedelta(minutes=place // 3),
            )
            for place in range(number)
        ]
        insert(rows)
        return list(Referral.objects.filter(case=case).order_by("-ended_at", "-id"))


def test_paging_forward_and_back_shows_each_referral_once(people: People) -> None:
    wanted = [referral.pk for referral in ended(people, 2 * SIZE + 5)]
    client = client_of(people.handler)
    there: list[list[uuid.UUID]] = []
    query = ""
    while True:
        page = client.get(f"/referrals/{query}").context["page"]
        there.append([referral.pk for referral in page.rows])
        if page.older is None:
            break
        query = "?before=" + page.older.replace("+", "%2B")
    assert [pk for items in there for pk in items] == wanted
    back = [there[-1]]
    while page.newer:
        page = client.get("/referrals/?after=" + page.newer.replace("+", "%2B")).context["page"]
        back.insert(0, [referral.pk for referral in page.rows])
    assert back == there


@pytest.mark.parametrize("cursor", ["", "x", "2026-01-01_x", "2026-01-01T00:00:00_" + "0" * 32])
def test_invalid_cursor_shows_the_first_page(people: People, cursor: str) -> None:
    wanted = [referral.pk for referral in ended(people, 3)]
    with acting_as(people.handler, purpose="test"):
        page = page_of(Referral.objects.all(), column="ended_at", after=cursor, before=cursor)
    assert [referral.pk for referral in page.rows] == wanted
