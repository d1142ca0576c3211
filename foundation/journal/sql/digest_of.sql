-- One digest of many hashes, as text; of none if there are none.
create or replace function ntk.digest_of(hashes bytea[]) returns text language sql immutable as $body$
select encode(sha256(coalesce(string_agg(one, '' order by place), '')), 'hex')
from unnest(hashes) with ordinality as h (one, place)
$body$;
-- reverse
drop function ntk.digest_of;
