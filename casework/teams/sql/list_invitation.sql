-- An invitation that waits for its answer is work of the invited body.
create or replace function ntk.list_invitation() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({WAITING}) then
        perform ntk.list_work('invitation', new.id, '',
            (select 'F-' || number from teams_team where case_id = new.team_id), new.centre_id, new.organisation_id,
            null, '', false, new.escalated_at is not null, new.due_at, array[new.due_at]);
    else
        perform ntk.unlist_work('invitation', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_invitation owner to lotse_policy;
create or replace trigger list_invitation after insert or update on teams_member
    for each row execute function ntk.list_invitation();
-- reverse
drop trigger list_invitation on teams_member;
drop function ntk.list_invitation;
