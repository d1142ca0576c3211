"""No transaction waits for a row lock during its commit.

A commit takes the journal's chain and checks what its rows refer to, in one order or the other. Whoever would wait
there for a row whose owner waits for the chain would wait in a circle, until PostgreSQL ends one of the two a second
later. Such a check waits only for a row that is locked for its removal, or for the change of a key.
"""

from __future__ import annotations

import ast

from architecture.source import modules
from django.db import connection

#: Unique columns of rows that others refer to. They are written once, with the row.
NEVER_CHANGED = {
    "accounts_membership.proposal_id",
    "accounts_user.email",  # but by an administrator, once in years
    # its hours are written under the same lock, of the organisation
    "regions_calendarexception.ends_on,every_year,organisation_id,starts_on",
    "cases_case.number",
    "cases_case.assessment_id",
    "handoff_referral.number",
    "plans_goal.goal_id,plan_id",  # copied once from version to version
    "plans_plan.number,team_id",
    "hotline_contact.number",
    "reporting_cell.centre_id,key,measure,month",
    "reporting_import.centre_id,digest",
    "switchboard_line.number",  # but by an administrator who corrects it
    "switchboard_agent.user_id",
    "teams_team.number",  # copied once; nothing updates it
    "texting_textmessage.again_of_id",
    "triage_assessment.supersedes_id",
}
#: Unique indexes that a foreign key could use: PostgreSQL counts their columns as keys, whether one does or not.
KEYS = """
    select referred.relname || '.' || string_agg(attname, ',' order by attname)
    from pg_index index
    join pg_class referred on referred.oid = index.indrelid
    join pg_attribute on attrelid = referred.oid and attnum = any(index.indkey)
    where index.indisunique and not index.indisprimary and index.indpred is null and index.indexprs is null
      and exists (select from pg_constraint where contype = 'f' and confrelid = referred.oid)
      and referred.relname !~ '^(django|auth|account|axes)_'
    group by referred.relname, index.indexrelid
"""


def test_rows_are_locked_for_no_key_update() -> None:
    others = [
        f"{name}:{node.lineno}"
        for name, module in modules().items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "select_for_update" and "no_key" not in {keyword.arg for keyword in node.keywords}
    ]
    assert others == []


def test_no_key_of_a_row_that_others_refer_to_changes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        assert {key for (key,) in cursor.fetchall()} == NEVER_CHANGED
