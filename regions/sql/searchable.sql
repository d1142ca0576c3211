-- Both readings of a text, for an index of trigrams.
create or replace function ntk.searchable(written text) returns text
language plpgsql immutable parallel safe strict as $body$
declare
    folded text := ntk.folded(written);
begin
    return folded || ' ' || ntk.shortened(folded);
end
$body$;
-- reverse
drop function ntk.searchable;
