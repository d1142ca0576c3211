-- A moment later, and if that is a Saturday or Sunday (in UTC), at the same time on Monday. For triggers, which know no
-- calendar: what has opening hours is decided in Python and stored.
create or replace function ntk.later_weekday(start timestamptz, after interval) returns timestamptz language sql stable
set search_path = pg_catalog, public, pg_temp as $body$
select start + after + case extract(isodow from (start + after) at time zone 'UTC')
    when 6 then interval '2 days' when 7 then interval '1 day' else interval '0' end
$body$;
-- reverse
drop function ntk.later_weekday;
