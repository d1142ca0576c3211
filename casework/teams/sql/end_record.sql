-- From the moment at which a body leaves, its own notes are kept for as long as its people may take them along.
create or replace function ntk.end_record() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update teams_ownnote set left_at = new.ended_at where member_id = new.id;
    return null;
end
$body$;
alter function ntk.end_record owner to lotse_policy;
create or replace trigger end_record after update on teams_member
    for each row when (old.state in ({IN_TEAM}) and new.state not in ({IN_TEAM}))
    execute function ntk.end_record();
-- reverse
drop trigger end_record on teams_member;
drop function ntk.end_record;
