"""A draft that was begun by mistake can be discarded. The row stays for the audit and is never changed again."""

from django.db import migrations, models

BEFORE = """
create or replace function frozen_assessment() returns trigger language plpgsql as $body$
begin
    if old.state in ('completed', 'superseded') and (
        to_jsonb(new) - 'state' - 'version' is distinct from to_jsonb(old) - 'state' - 'version'
        or new.state not in (old.state, 'superseded')
    ) then
        raise exception 'a completed assessment is superseded, not edited';
    end if;
    if old.state = 'waiting' and (new.answers, new.provenance, new.notes, new.reasons)
        is distinct from (old.answers, old.provenance, old.notes, old.reasons) then
        raise exception 'an assessment that waits for a coordinator is not edited';
    end if;
    return new;
end $body$;
"""
FROZEN = """
create or replace function frozen_assessment() returns trigger language plpgsql as $body$
begin
    if old.state in ('completed', 'superseded') and (
        to_jsonb(new) - 'state' - 'version' is distinct from to_jsonb(old) - 'state' - 'version'
        or new.state not in (old.state, 'superseded')
    ) then
        raise exception 'a completed assessment is superseded, not edited';
    end if;
    if old.state = 'waiting' and ((new.answers, new.provenance, new.notes, new.reasons)
        is distinct from (old.answers, old.provenance, old.notes, old.reasons) or new.state = 'discarded') then
        raise exception 'an assessment that waits for a coordinator is not edited';
    end if;
    if old.state = 'discarded' and new is distinct from old then
        raise exception 'a discarded assessment stays as it is';
    end if;
    if new.state = 'discarded' and old.state = 'draft' and (
        to_jsonb(new) - 'state' - 'version' - 'supersedes_id'
        is distinct from to_jsonb(old) - 'state' - 'version' - 'supersedes_id'
    ) then
        raise exception 'discarding an assessment changes nothing else in it';
    end if;
    return new;
end $body$;
"""
WITHOUT_END = ["draft", "discarded"]


class Migration(migrations.Migration):
    dependencies = [("triage", "0002_events_row_by_row")]

    operations = [
        migrations.AlterField(
            model_name="assessment",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "being filled in"),
                    ("waiting", "waits for a coordinator"),
                    ("completed", "completed"),
                    ("superseded", "superseded"),
                    ("discarded", "discarded"),
                ],
                default="draft",
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint(model_name="assessment", name="assessment_completed_at_and_by"),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("completed_at", None), ("completed_by", None), ("disposition", "open"), ("state__in", WITHOUT_END)
                    ),
                    models.Q(
                        models.Q(("state__in", WITHOUT_END), _negated=True),
                        ("completed_at__isnull", False),
                        ("completed_by__isnull", False),
                        models.Q(("disposition", "open"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="assessment_completed_at_and_by",
            ),
        ),
        migrations.RunSQL(FROZEN, BEFORE),
    ]
