-- As searchable; each word of a town's name begins after a blank.
create or replace function ntk.searchable_towns(written text) returns text
language sql immutable parallel safe strict as $body$
select ' ' || translate(ntk.searchable(written), '-(/,''', '     ')
$body$;
-- reverse
drop function ntk.searchable_towns;
