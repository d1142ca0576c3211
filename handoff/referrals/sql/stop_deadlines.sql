-- With an answer, a withdrawal or the expiry of an offer its deadlines are over, whoever takes that step: a partner may
-- not stop them otherwise.
create or replace function ntk.stop_deadlines() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update handoff_deadline set done_at = coalesce(new.ended_at, new.answered_at)
    where referral_id = new.id and done_at is null;
    return null;
end
$body$;
alter function ntk.stop_deadlines owner to lotse_policy;
create or replace trigger stop_deadlines after update of state on handoff_referral
    for each row when (old.state in ({WAITING}) and new.state not in ({WAITING}))
    execute function ntk.stop_deadlines();
-- reverse
drop trigger stop_deadlines on handoff_referral;
drop function ntk.stop_deadlines;
