"""Requests of persons about their own data: recorded, checked, answered in time; the copy of what is held."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from cluster import OwnDatabase
from contacts import a_contact, browser
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from erasing import REFUSED, tried
from people import People, as_user, make_people, new_id
from requests_of_persons import checked, chosen, content_page, decide, opened, received
from web import queries_of

from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event, Look
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.privacy.models import opened_keys
from foundation.retention import request_actions as actions
from foundation.retention.dossiers import dossier
from foundation.retention.due_days import months_after
from foundation.retention.field_labels import LABELS, TECHNICAL
from foundation.retention.holdings import FACTS, copied_fields, only_ties
from foundation.retention.models import Erasure, Request, RequestDossier
from foundation.retention.sweeping import sweep
from hotline.contacts.models import Contact


def stored(people: People, request: Request) -> Request:
    found: Request = as_user(people.dpo, Request.objects.get, pk=request.pk)
    return found


def kinds_about(people: People, request: Request) -> list[str]:
    with acting_as(people.dpo, purpose="test"):
        return list(Event.objects.filter(subject=request.pk).order_by("pk").values_list("kind", flat=True))


# --- the request ---


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last(day: date, months: int, due: date) -> None:
    assert months_after(day, months) == due


def test_a_request_is_recorded_once_and_sealed(own_database: OwnDatabase) -> None:
    people = make_people()
    key = new_id()
    for _twice in range(2):
        request = received(people, request_id=key)
    assert stored(people, request).due_on == months_after(timezone.localdate(), 1)
    assert kinds_about(people, request) == ["request.received"]
    stored_rows = own_database.sql("select * from retention_request")
    assert str(request.pk) in stored_rows
    assert "Amsel" not in stored_rows + own_database.sql("select data from journal_event")


@pytest.mark.parametrize("days", [1, -400, -400_000])
def test_absurd_days_are_refused(people: People, days: int) -> None:
    with pytest.raises(actions.ImpossibleDay):
        received(people, received_on=timezone.localdate() + timedelta(days=days))


def test_identity_comes_first_and_each_step_once(people: People) -> None:
    request = received(people)
    answer = {"by": people.dpo, "request_id": request.pk, "legal_basis": "gdpr", "decision": "Sent"}
    with pytest.raises(Stale):
        as_user(people.dpo, actions.grant, **answer)
    for _twice in range(2):
        as_user(people.dpo, actions.identify, by=people.dpo, request_id=request.pk, proof="document")
    for _twice in range(2):
        as_user(people.dpo, actions.grant, **answer)
    with pytest.raises(Stale):
        as_user(people.dpo, actions.refuse, **answer, ground="excessive")
    with pytest.raises(Stale):
        as_user(people.dpo, actions.withdraw_request, by=people.dpo, request_id=request.pk)
    assert (stored(people, request).state, stored(people, request).decision) == ("granted", "Sent")
    assert kinds_about(people, request) == ["request.received", "request.identified", "request.granted"]


def test_whoever_is_not_known_to_be_the_person_is_refused_with_a_ground(people: People) -> None:
    request = received(people)
    refusal = {"by": people.dpo, "request_id": request.pk, "legal_basis": "gdpr", "decision": "No document"}
    with pytest.raises(ValueError, match="nonsense"):
        as_user(people.dpo, actions.refuse, **refusal, ground="nonsense")
    for _twice in range(2):
        as_user(people.dpo, actions.refuse, **refusal, ground="not_identified")
    assert (stored(people, request).refusal, stored(people, request).identity) == ("not_identified", "")
    assert kinds_about(people, request) == ["request.received", "request.refused"]


def test_time_is_extended_once_and_only_within_the_first_month(people: People) -> None:
    request, late = received(people), received(people, received_on=timezone.localdate() - timedelta(days=40))
    for reason in ("many letters", "again"):
        as_user(people.dpo, actions.extend, by=people.dpo, request_id=request.pk, reason=reason)
    found = stored(people, request)
    assert (found.due_on, found.extension_reason) == (months_after(found.received_on, 3), "many letters")
    with pytest.raises(actions.ImpossibleDay):
        as_user(people.dpo, actions.extend, by=people.dpo, request_id=late.pk, reason="late")


def test_nobody_else_writes(people: People) -> None:
    request, contact = checked(people), a_contact(people.handler)
    for user in (people.handler, people.coordinator, people.administrator, people.worker, people.other_coordinator):
        with pytest.raises(NotAllowed):
            received(people, by=user)
        with pytest.raises((NotAllowed, Request.DoesNotExist)):
            as_user(user, actions.withdraw_request, by=user, request_id=request.pk)
        with pytest.raises((NotAllowed, Request.DoesNotExist)):
            as_user(user, actions.choose_dossier, by=user, dossier_id=new_id(), request_id=request.pk, subject=contact)
    with pytest.raises(NotAllowed):
        chosen(people, request, a_contact(people.other_handler))
    assert stored(people, request).state == "identified"


def test_a_dossier_is_opened_by_a_coordinator_of_the_centre_only(people: People) -> None:
    request = checked(people)
    row = chosen(people, request, a_contact(people.handler))
    for user in (people.dpo, people.handler, people.other_coordinator):
        with pytest.raises((NotAllowed, RequestDossier.DoesNotExist)):
            as_user(user, actions.agree, by=user, dossier_id=row.pk)
    for _twice in range(2):
        as_user(people.coordinator, actions.agree, by=people.coordinator, dossier_id=row.pk)
    for _twice in range(2):
        as_user(people.dpo, actions.take_out, by=people.dpo, dossier_id=row.pk)
    with pytest.raises(Stale):
        as_user(people.coordinator, actions.agree, by=people.coordinator, dossier_id=row.pk)
    assert kinds_about(people, request)[2:] == [
        "request.dossier_chosen",
        "request.dossier_agreed",
        "request.dossier_taken_out",
    ]


def test_sql_refuses_what_the_actions_refuse(own_database: OwnDatabase) -> None:
    people = make_people()
    contact = a_contact(people.handler)
    request = checked(people)
    row = chosen(people, request, contact)
    unchecked = received(people)
    tries = {
        "grant unchecked": "update retention_request set state = 'granted', ended_at = now(),"
        f" ended_by_id = {people.dpo.pk} where id = '{unchecked.pk}'",
        "in another's name": "update retention_request set state = 'withdrawn', ended_at = now(),"
        f" ended_by_id = {people.handler.pk} where id = '{request.pk}'",
        "due without end": f"update retention_request set due_on = due_on + 200 where id = '{request.pk}'",
        "agree alone": f"update retention_requestdossier set agreed_at = now(), agreed_by_id = {people.dpo.pk}"
        f" where id = '{row.pk}'",
        "read what is not opened": f"select * from ntk.dossier_content('{contact}')",
        "keys": f"select ntk.dossier_keys('{contact}', '{{}}')",
        "decide what is not opened": "insert into retention_requestitem (id, dossier_id, centre_id, place, digest,"
        f" left_out, decided_at, decided_by_id) values (gen_random_uuid(), '{row.pk}', {people.centre.pk}, 'x', '', '',"
        f" now(), {people.dpo.pk})",
    }
    for what, statement in tries.items():
        with pytest.raises(DatabaseError), acting_as(people.dpo, purpose="test"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                assert cursor.rowcount == 0, what
                raise DatabaseError
    as_user(people.coordinator, actions.agree, by=people.coordinator, dossier_id=row.pk)
    for user in (people.handler, people.coordinator, people.administrator, people.other_coordinator):
        with pytest.raises(DatabaseError), acting_as(user, purpose="test"):
            RequestDossier.objects.raw(f"select * from ntk.dossier_content('{contact}')")[0]
    assert tried(own_database, "select * from retention_request", actor=None, role="lotse_web") in ("", REFUSED)


# --- the copy ---


def test_each_table_of_a_dossier_is_copied_or_it_is_said_why_not() -> None:
    assert [rows.table for rows in dossier().rows if bool(rows.title) == bool(rows.not_copied)] == []


def test_each_field_of_a_copied_table_has_a_label_or_is_technical() -> None:
    models = {model._meta.db_table: model for model in apps.get_models()}
    fields = [one for rows in dossier().rows if rows.title for one in copied_fields(models[rows.table])]
    assert sorted({one.name for one in fields if not only_ties(one)} - LABELS.keys()) == []
    assert sorted(LABELS.keys() - {one.name for one in fields}) == []
    assert not LABELS.keys() & (TECHNICAL | {FACTS})


def copied(people: People, request: Request, form: str) -> Any:
    return browser(people.dpo).get(reverse("retention:copy", args=[request.pk, form]))


def test_the_copy_has_what_was_decided_and_leaves_looks(people: People) -> None:
    contact = a_contact(people.handler, alias="Nachtigall", notes="His aunt <b>told</b> us")
    request = checked(people)
    row = opened(people, request, contact)
    assert copied(people, request, "html").status_code == 302
    decide(people, row, notes="source")
    page, data = copied(people, request, "html"), copied(people, request, "json")
    assert "attachment" in page["Content-Disposition"]
    assert "no-store" in page["Cache-Control"]
    for answer in (page.content.decode(), data.content.decode()):
        assert "Nachtigall" in answer
        assert "aunt" not in answer
        assert "source" not in answer.replace("resource", "")
    assert json.loads(data.content)["name"] == "Amsel"
    with acting_as(people.dpo, purpose="test"):
        looks = set(Look.objects.filter(actor=people.dpo).values_list("what", "subject"))
    assert {("dossier.read", contact), ("dossier.copied", contact), ("request.copied json", request.pk)} <= looks


def test_what_changed_after_it_was_decided_is_undecided_again(people: People) -> None:
    contact = a_contact(people.handler, alias="Nachtigall")
    request = checked(people)
    row = opened(people, request, contact)
    decide(people, row)
    assert copied(people, request, "json").status_code == 200
    with acting_as(people.handler, purpose="test"):
        found = Contact.objects.get(pk=contact)
    found.notes = "new"
    with acting_as(people.handler, purpose="test"):
        found.save(update_fields=["notes"])
    assert copied(people, request, "json").status_code == 302


def test_what_cannot_be_decrypted_is_said_and_the_rest_is_there(own_database: OwnDatabase) -> None:
    people = make_people()
    contact = a_contact(people.handler, alias="Nachtigall", notes="Her aunt")
    row = opened(people, checked(people), contact)
    own_database.sql(f"update hotline_contact set notes = '\\x0102' where id = '{contact}'")
    page = browser(people.dpo).get(content_page(people, row)).content.decode()
    assert "Nachtigall" in page
    assert "This cannot be decrypted." in page


def test_an_answered_request_closes_the_dossier(people: People) -> None:
    request = checked(people)
    row = opened(people, request, a_contact(people.handler, alias="Nachtigall"))
    decide(people, row)
    as_user(
        people.dpo, actions.grant, by=people.dpo, request_id=request.pk, legal_basis="gdpr", decision="Sent by post"
    )
    assert copied(people, request, "json").status_code == 404
    with pytest.raises(DatabaseError), acting_as(people.dpo, purpose="test"):
        RequestDossier.objects.raw(f"select * from ntk.dossier_content('{row.subject}')")[0]


def test_reading_and_downloading_need_recent_proof(people: People) -> None:
    request = checked(people)
    row = opened(people, request, a_contact(people.handler, alias="Nachtigall"))
    client = browser(people.dpo)
    later = timezone.now() + timedelta(minutes=6)
    for path in (content_page(people, row), reverse("retention:copy", args=[request.pk, "json"])):
        with time_machine.travel(later):
            answer = client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]


# --- pages ---


def form(**values: str) -> dict[str, str]:
    given = {"id": str(new_id()), "kind": "access", "received_on": timezone.localdate().isoformat(), "name": "Amsel"}
    given |= {"address": "amsel@example.org", "wish": "", **values}
    return {f"receive-{name}": value for name, value in given.items()}


@pytest.mark.parametrize(
    ("change_of", "said"),
    [
        ({"received_on": "2190-01-01"}, "future"),
        ({"received_on": "0001-01-01"}, "more than a year ago"),
        ({"received_on": "yesterday"}, "valid date"),
        ({"kind": "everything"}, "not one of the available"),
        ({"name": ""}, "required"),
        ({"name": "x" * 201}, "at most 200"),
        ({"id": "nonsense"}, "UUID"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(people: People, change_of: dict[str, str], said: str) -> None:
    answer = browser(people.dpo).post(reverse("retention:receive"), form(**change_of))
    page = answer.content.decode()
    assert (answer.status_code, said in page, "amsel@example.org" in page) == (422, True, True)
    with acting_as(people.dpo, purpose="test"):
        assert not Request.objects.exists()


def test_the_officer_works_a_request_from_letter_to_erasure(people: People) -> None:
    contact = a_contact(people.handler)
    with acting_as(people.coordinator, purpose="test"):
        reference = Contact.objects.get(pk=contact).reference
    officer, values = browser(people.dpo), form(kind="erasure")
    for _twice in range(2):
        made = officer.post(reverse("retention:receive"), values)
    key = made["Location"].split("/")[2]
    steps = reverse("retention:step", args=[key, "identify"])
    assert officer.post(steps, {"identify-proof": "nonsense"}).status_code == 422
    assert officer.post(steps, {"identify-proof": "known"}).status_code == 302
    choose = reverse("retention:choose", args=[key])
    for wrong in ("C-99999", "nonsense", ""):
        assert officer.post(choose, {"choose-id": str(new_id()), "choose-dossier": wrong}).status_code == 422
    assert officer.post(choose, {"choose-id": str(new_id()), "choose-dossier": reference}).status_code == 302
    with acting_as(people.dpo, purpose="test"):
        [row] = RequestDossier.objects.all()
    erase = reverse("retention:erase_dossier", args=[row.pk])
    for _twice in range(2):
        assert officer.post(erase, {"id": str(row.pk)}).status_code == 302
    with acting_as(people.dpo, purpose="test"):
        [erasure] = Erasure.objects.all()
    assert (erasure.subject, str(erasure.request_id), erasure.reason) == (contact, key, "request")
    page = officer.get(reverse("retention:requests")).content.decode()
    assert "Amsel" in page
    assert "Erase for good" not in officer.get(reverse("retention:request", args=[key])).content.decode()


def test_overdue_and_soon_due_requests_say_so(people: People) -> None:
    received(people, received_on=timezone.localdate() - timedelta(days=60))
    received(people, received_on=timezone.localdate() - timedelta(days=27))
    page = browser(people.dpo).get(reverse("retention:requests")).content.decode()
    assert ("overdue" in page, "days left" in page) == (True, True)


def test_lists_cost_the_same_with_one_row_and_with_three(people: People) -> None:
    costs = set()
    for _number in range(3):
        chosen(people, checked(people), a_contact(people.handler))
        received(people)
        for user, name in ((people.dpo, "requests"), (people.coordinator, "agreements")):
            read = partial(browser(user).get, reverse(f"retention:{name}"))
            read()
            opened_keys.clear()
            costs.add((name, queries_of(read)))
    assert len(costs) == 2


def test_a_coordinator_sees_only_what_is_to_be_opened(people: People) -> None:
    coordinator, request = browser(people.coordinator), checked(people)
    row = chosen(people, request, a_contact(people.handler))
    assert "Amsel" in coordinator.get(reverse("retention:agreements")).content.decode()
    for name, keys in (("requests", []), ("request", [request.pk]), ("content", [row.pk])):
        assert coordinator.get(reverse(f"retention:{name}", args=keys)).status_code == 404
    for _twice in range(2):
        assert coordinator.post(reverse("retention:agree", args=[row.pk])).status_code == 302
    assert "Amsel" not in coordinator.get(reverse("retention:agreements")).content.decode()
    assert browser(people.other_coordinator).post(reverse("retention:agree", args=[row.pk])).status_code == 404


def test_texts_go_some_years_after_the_answer_and_the_row_stays(people: People) -> None:
    request = received(people)
    as_user(people.dpo, actions.withdraw_request, by=people.dpo, request_id=request.pk)
    now = timezone.now()
    sweep(now + timedelta(days=365 * 2))
    assert stored(people, request).name == "Amsel"
    sweep(now + timedelta(days=365 * 3 + 2))
    found = stored(people, request)
    assert (found.name, found.address, found.wish, found.state) == ("", "", "", "withdrawn")
