-- Whether everybody who is asked has answered, or their time is over; and whether nobody is against it.
create or replace function ntk.is_heard(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return not exists (
        select from closures_opinion where closure_id = which and state in ({WAITING}) and due_at > now());
end
$body$;
create or replace function ntk.is_unopposed(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return not exists (select from closures_opinion where closure_id = which and state in ({AGAINST}));
end
$body$;
alter function ntk.is_heard owner to lotse_policy;
alter function ntk.is_unopposed owner to lotse_policy;
-- reverse
drop function ntk.is_unopposed;
drop function ntk.is_heard;
