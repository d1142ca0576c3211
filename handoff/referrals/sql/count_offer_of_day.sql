-- What one referral adds to the numbers of its partner; nothing before it was offered.
create or replace function ntk.offer_of_day(one handoff_referral)
returns table (organisation_id bigint, day date, taken integer, answered integer, in_time integer)
language sql immutable set search_path = pg_catalog, public, pg_temp as $body$
select one.organisation_id, (one.offered_at at time zone 'UTC')::date,
    (one.state in ({TAKEN}))::integer,
    (one.due_at is not null and (one.answered_at is not null or one.state = '{EXPIRED}'))::integer,
    coalesce(one.answered_at <= one.due_at, false)::integer
where one.offered_at is not null
$body$;
-- Counts a partner's offers by day, so that its record (partner_record) needs no scan of all referrals.
create or replace function ntk.count_offer_of_day() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if tg_op = 'UPDATE' then
        update handoff_offercount c set taken = c.taken - was.taken, answered = c.answered - was.answered,
            in_time = c.in_time - was.in_time
        from ntk.offer_of_day(old) was where (c.organisation_id, c.day) = (was.organisation_id, was.day);
    end if;
    insert into handoff_offercount as c (organisation_id, day, taken, answered, in_time)
        select organisation_id, day, taken, answered, in_time from ntk.offer_of_day(new)
        on conflict (organisation_id, day) do update set taken = c.taken + excluded.taken,
            answered = c.answered + excluded.answered, in_time = c.in_time + excluded.in_time;
    return null;
end
$body$;
alter function ntk.count_offer_of_day owner to lotse_policy;
grant usage on sequence handoff_offercount_id_seq to lotse_policy;
create or replace trigger count_offer after insert on handoff_referral
    for each row when (new.offered_at is not null) execute function ntk.count_offer_of_day();
create or replace trigger count_offer_again after update on handoff_referral
    for each row when ((new.state, new.organisation_id, new.offered_at, new.due_at, new.answered_at)
        is distinct from (old.state, old.organisation_id, old.offered_at, old.due_at, old.answered_at))
    execute function ntk.count_offer_of_day();
-- reverse
drop trigger count_offer_again on handoff_referral;
drop trigger count_offer on handoff_referral;
revoke usage on sequence handoff_offercount_id_seq from lotse_policy;
drop function ntk.count_offer_of_day;
drop function ntk.offer_of_day;
