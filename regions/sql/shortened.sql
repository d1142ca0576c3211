-- "oe" stands for "ö" as well as for itself: what is searched holds both readings, what is looked for the shorter
-- one.
create or replace function ntk.shortened(folded text) returns text
language sql immutable parallel safe strict as $body$
select replace(replace(replace(folded, 'ae', 'a'), 'oe', 'o'), 'ue', 'u')
$body$;
-- reverse
drop function ntk.shortened;
