-- Marks the last ended referral of an open case that no partner took, while nobody has decided, so that lists and
-- counts need not search all referrals. Whoever changes a referral or closes a case has locked the case.
create or replace function ntk.mark_next_step(which uuid) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $body$
delete from handoff_nextstep where case_id = which;
insert into handoff_nextstep (referral_id, case_id, centre_id)
    select r.id, r.case_id, r.centre_id from handoff_referral r join cases_case c on c.id = r.case_id
    where c.id = which and c.state in ({CASE_OPEN}) and r.state in ({UNSUCCESSFUL})
        and (r.kept_at is null or r.asked_again_at > r.kept_at)
        and not exists (
            select from handoff_referral other where other.case_id = which and (other.state in ({LIVE})
                or (other.state in ({UNSUCCESSFUL}, {DONE}) and other.ended_at > r.ended_at)))
$body$;
create or replace function ntk.next_step_of_referral() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin perform ntk.mark_next_step(new.case_id); return null; end
$body$;
create or replace function ntk.next_step_of_case() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin perform ntk.mark_next_step(new.id); return null; end
$body$;
alter function ntk.mark_next_step owner to lotse_policy;
alter function ntk.next_step_of_referral owner to lotse_policy;
alter function ntk.next_step_of_case owner to lotse_policy;
create or replace trigger next_step after insert on handoff_referral
    for each row execute function ntk.next_step_of_referral();
create or replace trigger next_step_again after update on handoff_referral
    for each row when ((new.state, new.ended_at, new.kept_at, new.asked_again_at)
        is distinct from (old.state, old.ended_at, old.kept_at, old.asked_again_at))
    execute function ntk.next_step_of_referral();
create or replace trigger next_step_of_case after update on cases_case
    for each row when (new.state is distinct from old.state) execute function ntk.next_step_of_case();
-- reverse
drop trigger next_step_of_case on cases_case;
drop trigger next_step_again on handoff_referral;
drop trigger next_step on handoff_referral;
drop function ntk.next_step_of_case;
drop function ntk.next_step_of_referral;
drop function ntk.mark_next_step;
