"""The nightly sweep with the clock moved forward: what is due goes, what is held or in use stays, figures stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cluster import OwnDatabase
from contacts import a_contact
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from erasing import REFUSED, calls_end, counted, figures, rows, tried
from people import People, as_user, make_user, new_id
from referrals import accepted, ready
from releases import prepare
from telephone import TELEPHONY, make_line
from whole_world import make_dossier

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.accounts.tasks import send_links
from foundation.journal.chain import first_break, seal_breaks
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.retention.actions import end_hold, set_hold
from foundation.retention.models import Erasure, HoldReason
from foundation.retention.sweeping import sweep
from reporting.publishing import actions as publishing

YEAR = timedelta(days=366)
MONTH = timedelta(days=31)


@pytest.fixture
def people(own_database: OwnDatabase, settings: Any) -> People:
    settings.TELEPHONY = TELEPHONY
    people = ready()
    make_line(people.centre)
    return people


def in_years(years: float) -> datetime:
    return timezone.now() + years * YEAR


def swept(now: datetime) -> dict[str, Any]:
    counted()
    return vars(sweep(now))


def contacts(database: OwnDatabase) -> set[str]:
    return set(rows(database, "select id from hotline_contact"))


def closed(database: OwnDatabase, case: Any, by: User) -> None:
    """As the page closes a case."""
    database.sql(
        "update cases_case set state = 'closed', closed_at = now(), work_ended_at = now(), close_reason = 'other',"
        f" closed_by_id = {by.pk} where id = '{case}'"
    )


def test_years_later_everything_due_is_gone_and_the_rest_is_there(people: People, own_database: OwnDatabase) -> None:
    alone = a_contact(people.handler, alias="Nachtigall")
    open_case, ended_case = accepted(people).case_id, accepted(people).case_id
    closed(own_database, ended_case, people.coordinator)
    make_dossier(people, people.colleague)
    calls_end(own_database)
    assert swept(in_years(0))["announced"] == 0
    before = figures()

    first = swept(in_years(4))
    assert (first["erased"], first["announced"]) == (0, first["announced"])
    assert str(alone) in contacts(own_database)
    second = swept(in_years(4) + MONTH)
    assert second["erased"] == first["announced"] > 3
    assert (second["waiting"], second["failed"]) == (0, 0)
    left = contacts(own_database)
    assert str(alone) not in left
    in_cases = set(rows(own_database, "select contact_id from cases_casecontact"))
    assert left == in_cases
    cases = set(rows(own_database, "select id from cases_case"))
    assert {str(open_case), str(ended_case)} <= cases

    swept(in_years(6))
    swept(in_years(6) + MONTH)
    assert set(rows(own_database, "select id from cases_case")) == cases - {str(ended_case)}
    assert figures() == before
    assert (first_break(), seal_breaks()) == (None, [])


def test_a_published_release_stays_as_it_was(people: People, own_database: OwnDatabase) -> None:
    for _number in range(25):
        a_contact(people.handler)
    last_month = timezone.now().replace(day=1) - timedelta(days=3)
    own_database.sql(
        "update hotline_contact set state = 'completed', completed_by_id = handler_id, completed_at = now(),"
        f" started_at = '{last_month.isoformat()}'"
    )
    counted()
    second, code = make_user((people.centre, Role.COORDINATOR)), f"{last_month:%Y-%m}"
    release = prepare(people.coordinator, people, code)
    as_user(second, publishing.release_figures, by=second, release_id=release.pk)
    everything = "select * from publishing_release order by id"
    before = rows(own_database, everything), figures()
    assert 25 in {number for *_which, number in figures()}

    swept(in_years(4))
    swept(in_years(4) + MONTH)
    counted()

    assert contacts(own_database) == set()
    assert (rows(own_database, everything), figures()) == before


def test_twice_is_harmless(people: People, own_database: OwnDatabase) -> None:
    a_contact(people.handler)
    for moment, announced, erased in ((3.5, 1, 0), (3.5, 0, 0), (3.6, 0, 1), (3.6, 0, 0), (9, 0, 0)):
        done = swept(in_years(moment))
        assert (done["announced"], done["erased"]) == (announced, erased), moment
    call_command("sweep")


def test_coordinators_are_warned(people: People) -> None:
    contact = a_contact(people.handler)
    swept(in_years(3) - timedelta(days=40))
    assert list(announced(people)) == []
    swept(in_years(3) - timedelta(days=10))
    [erasure] = announced(people)
    assert erasure.subject == contact
    with acting_as(people.coordinator, purpose="test"):
        event = Event.objects.get(subject=erasure.pk)
    assert (event.kind, event.tell) == ("erasure.announced", [f"organisation.{people.centre.pk}"])
    with acting_as(people.handler, purpose="test"):
        assert list(Erasure.objects.all()) == []


def test_coordinators_and_the_officer_get_an_email_without_content(people: People) -> None:
    for _contact in range(2):
        a_contact(people.handler)
    swept(in_years(3) - timedelta(days=10))
    send_links()
    sent = [(one.to[0], str(one.body)) for one in mail.outbox]
    assert sorted(email for email, _text in sent) == sorted([people.coordinator.email, people.dpo.email])
    assert all("http://127.0.0.1:8000/erasures/" in text and people.centre.name not in text for _email, text in sent)


def announced(people: People) -> Iterator[Erasure]:
    with acting_as(people.coordinator, purpose="test"):
        yield from list(Erasure.objects.waiting())


def test_a_hold_keeps_what_is_due(people: People, own_database: OwnDatabase) -> None:
    held, other = a_contact(people.handler), a_contact(people.handler)
    coordinator = people.coordinator
    hold = as_user(coordinator, set_hold, by=coordinator, hold_id=new_id(), subject=held, reason=HoldReason.COURT)
    swept(in_years(4))
    done = swept(in_years(8))
    assert (done["erased"], done["waiting"]) == (1, 1)
    assert contacts(own_database) == {str(held)} != {str(other)}
    as_user(people.dpo, end_hold, by=people.dpo, hold_id=hold.pk)
    assert swept(in_years(8))["erased"] == 1
    assert contacts(own_database) == set()


def test_a_dossier_that_goes_on_is_no_longer_due(people: People, own_database: OwnDatabase) -> None:
    contact = a_contact(people.handler)
    swept(in_years(4))
    own_database.sql(f"update hotline_contact set saved_at = '{in_years(2).isoformat()}' where id = '{contact}'")
    done = swept(in_years(4) + MONTH)
    assert (done["erased"], done["announced"]) == (0, 0)
    assert contacts(own_database) == {str(contact)}
    assert list(announced(people)) == []


def test_a_run_that_dies_is_taken_up(people: People, own_database: OwnDatabase) -> None:
    """The second of three erasures fails: the others are carried out, and the next run does the rest."""
    ids = [a_contact(people.handler) for _number in range(3)]
    swept(in_years(4))
    own_database.sql(
        "create function tests.fails() returns trigger language plpgsql as"
        f" $$ begin if old.id = '{ids[1]}' then raise 'disk full'; end if; return old; end $$;"
        "create trigger fails before delete on hotline_contact for each row execute function tests.fails()"
    )
    done = swept(in_years(4) + MONTH)
    assert (done["erased"], done["failed"]) == (2, 1)
    assert contacts(own_database) == {str(ids[1])}
    assert rows(own_database, "select count(*) from privacy_datakey where wrapped is null") == ["2"]
    own_database.sql("drop trigger fails on hotline_contact")
    assert swept(in_years(4) + MONTH)["erased"] == 1
    assert first_break() is None


def test_rows_go_by_time(people: People, own_database: OwnDatabase) -> None:
    dossier = make_dossier(people, people.colleague)
    webhooks = rows(own_database, "select id from switchboard_webhookevent")
    own_database.sql(
        "insert into texting_optout (id, centre_id, channel, phone_index, since, ended_at)"
        f" select gen_random_uuid(), {people.centre.pk}, 'sms', n::text::bytea, now(), e from"
        " (values (1, now()), (2, null::timestamptz)) v (n, e)"
    )
    assert swept(timezone.now() + timedelta(days=89))["rows"] == {}
    done = swept(timezone.now() + timedelta(days=91))
    assert done["rows"] == {"switchboard_webhookevent": len(webhooks)}
    voice = (
        "select sound is null, fetched_at is null, lost_at is null from switchboard_voicemail"
        f" where call_id = '{dossier.voicemail.pk}'"
    )
    assert rows(own_database, voice) == ["f|f|t"]
    done = swept(timezone.now() + timedelta(days=190))
    assert {name: number for name, number in done["rows"].items() if name != "handoff_notice"} == {
        "switchboard_voicemail.sound": 1
    }
    assert rows(own_database, voice) == ["t|t|f"]
    assert swept(in_years(1.2))["rows"]["texting_optout"] == 1
    assert rows(own_database, "select count(*) from texting_optout") == ["1"]
    assert rows(own_database, "select count(*) from journal_event where kind = 'retention.swept'") != ["0"]


def test_a_hold_keeps_webhooks_and_sound(people: People, own_database: OwnDatabase) -> None:
    dossier = make_dossier(people, people.colleague)
    coordinator = people.coordinator
    call = dossier.voicemail.pk
    as_user(coordinator, set_hold, by=coordinator, hold_id=new_id(), subject=call, reason=HoldReason.COMPLAINT)
    of_it = (
        "select count(*) from switchboard_webhookevent e join switchboard_call c using (data_key_id)"
        f" where c.id = '{call}'"
    )
    before = rows(own_database, of_it)
    done = swept(in_years(2))
    assert "switchboard_voicemail.sound" not in done["rows"]
    assert rows(own_database, of_it) == before != ["0"]
    assert rows(own_database, "select count(*) from switchboard_webhookevent") == before


def test_a_hold_keeps_rows_without_a_key_of_their_own(people: People, own_database: OwnDatabase) -> None:
    """Blocks hang on a contact, notices on a referral."""
    held, free = make_dossier(people, people.handler), make_dossier(people, people.colleague)
    own_database.sql(
        "insert into switchboard_block (id, centre_id, phone_index, contact_id, until, made_at, made_by_id,"
        " turned_away)"
        f" select gen_random_uuid(), centre_id, 'x', id, now(), now(), {people.handler.pk}, 0 from hotline_contact"
        f" where id in ('{held.contact.pk}', '{free.contact.pk}')"
    )
    notices = {
        name: f"select count(*) from handoff_notice where referral_id = '{one.referral.pk}'"
        for name, one in (("held", held), ("free", free))
    }
    before = rows(own_database, notices["held"])
    assert before != ["0"]
    coordinator = people.coordinator
    for subject in (held.contact.pk, held.referral.case_id):
        hold = {"hold_id": new_id(), "subject": subject, "reason": HoldReason.COMPLAINT}
        as_user(coordinator, set_hold, by=coordinator, **hold)
    swept(in_years(0.8))
    assert rows(own_database, "select contact_id from switchboard_block") == [str(held.contact.pk)]
    assert (rows(own_database, notices["held"]), rows(own_database, notices["free"])) == (before, ["0"])


def test_only_the_service_sweeps(people: People, own_database: OwnDatabase) -> None:
    a_contact(people.handler)
    counted()
    calls = {
        "select ntk.sweep_rows('switchboard_webhookevent', now(), 5)": "0",
        "select count(*) from ntk.due_dossiers(now() + interval '9 years', '{\"contact\": \"3 years\"}', 5)": "1",
    }
    for call, said in calls.items():
        for actor in (None, people.dpo, people.coordinator, people.administrator, service_user(Service.SHIFT)):
            assert tried(own_database, call, actor=actor, role="lotse_worker") == REFUSED
        assert tried(own_database, call, actor=service_user(Service.RETENTION), role="lotse_worker") == said
        assert tried(own_database, call, actor=service_user(Service.RETENTION), role="lotse_stats") == REFUSED


def test_absurd_moments(people: People) -> None:
    a_contact(people.handler)
    assert swept(datetime(1995, 1, 1, tzinfo=UTC))["announced"] == 0
