-- What waits for an answer stands on the worklist: an offer with the partner, a question with the centre's contact
-- person. So does a draft that the clock prepared for the next partner. The last steps never run while the centre is
-- asked: that offer does not expire.
create or replace function ntk.list_referral() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({WAITS_FOR_PARTNER}) then
        perform ntk.list_work('referral', new.id, new.state, 'R-' || new.number, new.centre_id, new.organisation_id,
            null, '', new.urgency = 'urgent', false, new.due_at, new.steps_at);
    elsif new.state in ({WAITS_FOR_CENTRE}) then
        perform ntk.list_work('referral', new.id, new.state, 'R-' || new.number, new.centre_id, new.centre_id,
            new.contact_person_id, '', new.urgency = 'urgent', false, new.due_at, new.steps_at[1:2]);
    else
        perform ntk.unlist_work('referral', new.id);
    end if;
    if new.state in ({DRAFTS}) and new.follows_id is not null then
        perform ntk.list_decision(new.id, new.created_at);
    elsif tg_op = 'UPDATE' and old.state in ({DRAFTS}) and new.follows_id is not null then
        perform ntk.unlist_work('next_step', new.id);
    end if;
    return null;
end
$body$;
-- A decision of the centre after a referral: within a day, or an hour if it is urgent.
create or replace function ntk.list_decision(which uuid, since timestamptz) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $body$
select ntk.list_work('next_step', r.id, r.state, 'R-' || r.number, r.centre_id, r.centre_id, r.contact_person_id, '',
        r.urgency = 'urgent', false, due, array[ntk.later_weekday(due, interval '1 day')])
    from handoff_referral r, ntk.later_weekday(since, case r.urgency when 'urgent' then interval '1 hour'
        else interval '1 day' end) as due
    where r.id = which
$body$;
create or replace function ntk.list_next_step() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if tg_op = 'INSERT' then
        perform ntk.list_decision(new.referral_id, coalesce(greatest(r.ended_at, r.asked_again_at), now()))
            from handoff_referral r where r.id = new.referral_id;
    else
        perform ntk.unlist_work('next_step', old.referral_id);
    end if;
    return null;
end
$body$;
alter function ntk.list_referral owner to lotse_policy;
alter function ntk.list_decision owner to lotse_policy;
alter function ntk.list_next_step owner to lotse_policy;
create or replace trigger list_referral after insert on handoff_referral
    for each row execute function ntk.list_referral();
create or replace trigger list_referral_again after update on handoff_referral
    for each row when ((new.state, new.due_at, new.steps_at) is distinct from (old.state, old.due_at, old.steps_at))
    execute function ntk.list_referral();
create or replace trigger list_next_step after insert or delete on handoff_nextstep
    for each row execute function ntk.list_next_step();
-- reverse
drop trigger list_next_step on handoff_nextstep;
drop trigger list_referral_again on handoff_referral;
drop trigger list_referral on handoff_referral;
drop function ntk.list_next_step;
drop function ntk.list_decision;
drop function ntk.list_referral;
