"""Duties of security and child protection stand until a coordinator releases them: the database sees to it.

A draft holds those of the assessment that it supersedes, or that a coordinator sent back with it.
"""

from django.db import migrations

SECURING = "'{emergency,security_information,child_protection,clarify_security}'::varchar[]"
# Drafts that were begun before.
FILL = f"""
alter table triage_assessment no force row level security;
update triage_assessment d set duties = array(
    select unnest(s.duties) intersect select unnest({SECURING}))
from triage_assessment s where s.id = d.supersedes_id and d.state = 'draft' and s.duties && {SECURING};
alter table triage_assessment force row level security;
"""
STANDING = f"""
create function ntk.standing_duties() returns trigger language plpgsql as $body$
declare
    standing varchar[] := '{{}}';
begin
    if tg_op = 'UPDATE' then
        if old.state = 'draft' then standing := old.duties; end if;
        if old.state = 'waiting' then standing := old.duties || old.proposed_duties; end if;
    end if;
    if new.supersedes_id is not null then
        standing := standing || coalesce((select s.duties from triage_assessment s where s.id = new.supersedes_id), '{{}}');
    end if;
    if new.confirmed_by_id is null and exists (
        select unnest(standing) intersect select unnest({SECURING}) except select unnest(new.duties)
    ) then
        raise exception 'a duty of security or child protection is released by a coordinator';
    end if;
    return new;
end $body$;
create trigger standing_duties_of_new before insert on triage_assessment
    for each row when (new.supersedes_id is not null) execute function ntk.standing_duties();
create trigger standing_duties_of_old before update on triage_assessment
    for each row when (old.state in ('draft', 'waiting') and new.state in ('draft', 'completed'))
    execute function ntk.standing_duties();
"""
WITHOUT = """
drop trigger standing_duties_of_old on triage_assessment;
drop trigger standing_duties_of_new on triage_assessment;
drop function ntk.standing_duties();
"""


class Migration(migrations.Migration):
    dependencies = [("triage", "0005_why_discarded")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(STANDING, WITHOUT),
    ]
