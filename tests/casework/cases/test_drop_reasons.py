"""Duties of before there was a list of reasons: dropped for another reason, begun as the journal says."""

from __future__ import annotations

from importlib import import_module

from assessments import SECURITY
from case_rows import make_case
from cluster import OwnDatabase
from people import as_user, make_people

from casework.cases import work_actions
from casework.cases.models import Action

BEFORE = """
alter table cases_action disable trigger user, drop constraint action_drop_reason;
update cases_action set drop_reason = '', begun_at = null;
"""


def test_past_is_filled_from_states_and_journal(own_database: OwnDatabase) -> None:
    people = make_people()
    for _number in range(3):
        make_case(people.handler, SECURITY)
    coordinator = people.coordinator
    begun, done, dropped = (
        as_user(coordinator, Action.objects.filter(case=case, duty="security_information").get)
        for case in as_user(coordinator, lambda: list(Action.objects.values_list("case", flat=True).distinct()))
    )
    for action in (begun, done):
        known = {"by": coordinator, "action_id": action.pk, "version": action.version}
        as_user(coordinator, work_actions.begin_action, **known)
    known = {"by": coordinator, "action_id": done.pk, "version": done.version + 1}
    as_user(coordinator, work_actions.finish_action, **known, result="Informed.")
    known = {"by": people.handler, "action_id": dropped.pk, "version": dropped.version}
    as_user(people.handler, work_actions.drop_action, **known, reason="refused", result="They want no more.")
    fill = import_module("casework.cases.migrations.0021_drop_reasons").FILL
    own_database.sql(f"begin; {BEFORE} {fill} commit")
    reason = f"select state, drop_reason from cases_action where id = '{dropped.pk}'"
    assert own_database.sql(reason) == "drop_proposed|other"
    in_journal = (
        "select count(*) from cases_action a join journal_event e on e.subject = a.id and e.kind = 'action.begun'"
        f" where a.begun_at = e.at and a.id in ('{begun.pk}', '{done.pk}')"
    )
    assert own_database.sql(in_journal) == "2"
    assert own_database.sql("select count(*) from cases_action where begun_at is not null") == "2"
    assert own_database.sql("select count(*) from cases_action where drop_reason <> ''") == "1"
