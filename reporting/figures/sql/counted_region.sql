-- The region of the first level below the country; in Belgium, provinces where they are known.
create or replace function ntk.counted_region(region text, home text) returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select case when leaf.code is null or leaf.level = 0 then 'unknown' when leaf.country <> home then 'abroad'
    when leaf.level = 1 or home = 'BE' then leaf.code when above.level = 1 then above.code else above.parent_id end
from (select region as code) wanted
left join regions_region leaf on leaf.code = wanted.code
left join regions_region above on above.code = leaf.parent_id
$body$;
alter function ntk.counted_region owner to lotse_policy;
-- reverse
drop function ntk.counted_region;
