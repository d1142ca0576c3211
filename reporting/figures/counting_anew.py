"""For migrations: the past of a new measure. Until it is counted, no release that holds contacts of before can be made.

The tables of a release must agree about their total, and nothing before the migration was counted by the new measure.
"""

from __future__ import annotations

from django.db import migrations

# Row-level security holds for the owner of the tables too.
AS_STATISTICS = """
select set_config('app.actor', id::text, true) from accounts_user where service = 'statistics';
"""
AS_NOBODY = "select set_config('app.actor', '', true);"
IMPORTED = """
with past as (
    select i.source_id, i.number, c.centre_id, c.month
    from reporting_importedcount i join reporting_cell c on c.id = i.cell_id
    where (c.measure, c.key) = ('contacts', 'all')
), cell as (
    insert into reporting_cell (centre_id, measure, month, key, number)
    select centre_id, '{measure}', month, '{unsaid}', sum(number) from past group by centre_id, month
    on conflict (centre_id, measure, month, key) do update set number = reporting_cell.number + excluded.number
    returning id, centre_id, month
)
insert into reporting_importedcount (source_id, cell_id, number)
select past.source_id, cell.id, past.number from past join cell using (centre_id, month);
"""
#: The worker counts from the first event again; releases wait until it has read the journal to its end.
FROM_THE_START = "update reporting_progress set position = 0, at = '2000-01-01';"


def count_anew(measure: str, unsaid: str = "") -> migrations.RunSQL:
    """``unsaid``: of a measure of contacts, the key of imported ones: their rows are not kept."""
    imported = AS_STATISTICS + IMPORTED.format(measure=measure, unsaid=unsaid) + AS_NOBODY if unsaid else ""
    hints = {"measure": measure, "unsaid": unsaid}
    return migrations.RunSQL(imported + FROM_THE_START, migrations.RunSQL.noop, hints=hints)
