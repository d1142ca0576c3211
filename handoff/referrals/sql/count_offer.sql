-- What one referral adds to the numbers of its partner; nothing before it was offered.
create or replace function ntk.counted_offer(one handoff_referral)
returns table (organisation_id bigint, month date, taken integer, answered integer, in_time integer)
language sql immutable set search_path = pg_catalog, public, pg_temp as $body$
select one.organisation_id, date_trunc('month', one.offered_at at time zone 'UTC')::date,
    (one.state in ({TAKEN}))::integer,
    (one.due_at is not null and (one.answered_at is not null or one.state = '{EXPIRED}'))::integer,
    coalesce(one.answered_at <= one.due_at, false)::integer
where one.offered_at is not null
$body$;
-- Counts a partner's offers by month, so that its record (partner_record) needs no scan of all referrals.
create or replace function ntk.count_offer() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if tg_op = 'UPDATE' then
        update handoff_offercount c set taken = c.taken - was.taken, answered = c.answered - was.answered,
            in_time = c.in_time - was.in_time
        from ntk.counted_offer(old) was where (c.organisation_id, c.month) = (was.organisation_id, was.month);
    end if;
    insert into handoff_offercount as c (organisation_id, month, taken, answered, in_time)
        select organisation_id, month, taken, answered, in_time from ntk.counted_offer(new)
        on conflict (organisation_id, month) do update set taken = c.taken + excluded.taken,
            answered = c.answered + excluded.answered, in_time = c.in_time + excluded.in_time;
    return null;
end
$body$;
alter function ntk.count_offer owner to lotse_policy;
grant usage on sequence handoff_offercount_id_seq to lotse_policy;
create or replace trigger count_offer after insert on handoff_referral
    for each row when (new.offered_at is not null) execute function ntk.count_offer();
create or replace trigger count_offer_again after update on handoff_referral
    for each row when ((new.state, new.organisation_id, new.offered_at, new.due_at, new.answered_at)
        is distinct from (old.state, old.organisation_id, old.offered_at, old.due_at, old.answered_at))
    execute function ntk.count_offer();
-- reverse
drop trigger count_offer_again on handoff_referral;
drop trigger count_offer on handoff_referral;
revoke usage on sequence handoff_offercount_id_seq from lotse_policy;
drop function ntk.count_offer;
drop function ntk.counted_offer;
