-- The hash at a position, for comparing an anchor.
create or replace function ntk.chain_hash(place bigint) returns bytea language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select hash from journal_link where position = place
$body$;
alter function ntk.chain_hash owner to lotse_policy;
-- reverse
drop function ntk.chain_hash;
