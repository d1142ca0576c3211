-- The application cannot rewrite history: a stored role may only be ended, once.
create or replace function ntk.refuse_to_change_an_ended_role() returns trigger language plpgsql as $body$
begin raise exception 'an ended role stays ended' using errcode = 'check_violation'; end
$body$;
create or replace trigger ended_stays_ended before update on accounts_membership for each row
    when (old.ended_at is not null) execute function ntk.refuse_to_change_an_ended_role();
revoke update, delete, truncate on accounts_membership from lotse_web, lotse_worker;
grant update (ended_at, ended_by_id) on accounts_membership to lotse_web, lotse_worker;
-- reverse
grant update, delete on accounts_membership to lotse_web, lotse_worker;
drop trigger ended_stays_ended on accounts_membership;
drop function ntk.refuse_to_change_an_ended_role;
