-- Duties of security and child protection stand until a coordinator releases them. A draft holds those of the
-- assessment that it supersedes, or that a coordinator sent back with it.
create or replace function ntk.standing_duties() returns trigger language plpgsql as $body$
declare
    standing varchar[] := '{}';
begin
    if tg_op = 'UPDATE' then
        if old.state in ({BEING_FILLED_IN}) then standing := old.duties; end if;
        if old.state in ({WAITING}) then standing := old.duties || old.proposed_duties; end if;
    end if;
    if new.supersedes_id is not null then
        standing := standing
            || coalesce((select s.duties from triage_assessment s where s.id = new.supersedes_id), '{}');
    end if;
    if new.confirmed_by_id is null and exists (
        select unnest(standing) intersect select unnest('{{SECURING_DUTIES}}'::varchar[])
        except select unnest(new.duties)
    ) then
        raise exception 'a duty of security or child protection is released by a coordinator';
    end if;
    return new;
end
$body$;
create or replace trigger standing_duties_of_new before insert on triage_assessment
    for each row when (new.supersedes_id is not null) execute function ntk.standing_duties();
create or replace trigger standing_duties_of_old before update on triage_assessment
    for each row when (old.state in ({OPEN}) and new.state in ({BEING_FILLED_IN}, {IN_FORCE}))
    execute function ntk.standing_duties();
-- reverse
drop trigger standing_duties_of_old on triage_assessment;
drop trigger standing_duties_of_new on triage_assessment;
drop function ntk.standing_duties;
