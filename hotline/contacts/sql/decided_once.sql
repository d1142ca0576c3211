-- A request for access is decided once. In a trigger, because the row is locked to be decided again, without effect.
create or replace function ntk.decided_once() returns trigger language plpgsql as $body$
begin raise exception 'a request for access is decided only once' using errcode = 'insufficient_privilege'; end
$body$;
create or replace trigger decided_once before update on hotline_accessrequest for each row
    when ({BY_APPLICATION} and old.decided_at is not null) execute function ntk.decided_once();
-- reverse
drop trigger decided_once on hotline_accessrequest;
drop function ntk.decided_once;
