"""Each list page needs at most six statements, and none of them scans a table that grows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from assessments import SECURITY, complete, fill, make_contact, start
from django.db import connection
from people import People, as_user
from psycopg import ClientCursor
from referrals import draft, make_case, offer, ready
from web import browser

from handoff.referrals.partner_actions import decline_referral
from handoff.referrals.vocabulary import DeclineReason

MOST = 6
GROWING = (
    "hotline_contact",
    "hotline_callback",
    "hotline_accessrequest",
    "triage_assessment",
    "cases_case",
    "cases_casecontact",
    "cases_responsibility",
    "handoff_referral",
    "journal_event",
    "journal_look",
)
PAGES = [
    *[(who, f"/cases/?show={show}") for who in ("handler", "coordinator") for show in ("mine", "unassigned", "open")],
    *[(who, f"/cases/?show={show}") for who in ("handler", "coordinator") for show in ("partner", "closed")],
    ("coordinator", "/cases/?show=all"),
    *[(who, page) for who in ("handler", "coordinator") for page in ("/contacts/", "/contacts/?show=mine")],
    *[(who, page) for who in ("handler", "coordinator") for page in ("/referrals/", "/referrals/part/")],
    *[("worker", page) for page in ("/inbox/", "/inbox/part/")],
    *[("handler", f"/desk/parts/{part}/") for part in ("callbacks", "open", "shift", "endings", "today")],
    ("coordinator", "/desk/parts/access/"),
]


def rows(people: People) -> None:
    """Something in every list."""
    for _time in range(2):
        complete(people.handler, fill(people.handler, start(people.handler, make_contact(people.handler)), SECURITY))
        offer(people, draft(people, make_case(people)))
        declined = offer(people, draft(people, make_case(people)))
        as_user(people.worker, decline_referral, by=people.worker, referral_id=declined.pk, reason=DeclineReason.OTHER)


class Explained:
    """An execute wrapper that counts the statements and keeps the plan of each query, as the actor of the request.

    With ``enable_seqscan`` off, a table is scanned in a plan only if no index fits the query.
    """

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.plans: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:  # the request's transaction stands in that of the test
            self.statements.append(sql)
        if sql.lstrip("( ").lower().startswith("select") and " for " not in sql.lower():
            with ClientCursor(context["connection"].connection) as cursor:
                cursor.execute("set local enable_seqscan = off")
                cursor.execute("explain " + cursor.mogrify(sql, params))
                self.plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)


@pytest.fixture
def people(db: None) -> People:
    made = ready()
    rows(made)
    return made


@pytest.mark.parametrize(("who", "page"), PAGES)
def test_list_page_needs_few_statements_and_scans_no_growing_table(people: People, who: str, page: str) -> None:
    client = browser(getattr(people, who))
    client.get(page)
    explained = Explained()
    with connection.execute_wrapper(explained):
        assert client.get(page).status_code == 200
    assert len(explained.statements) <= MOST + 1, "\n".join(explained.statements)  # tests take the actor back
    assert explained.plans
    scanned = re.findall(rf"Seq Scan on (?:{'|'.join(GROWING)})\b.*\n.*", "\n".join(explained.plans))
    assert scanned == []
