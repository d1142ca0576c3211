-- Data keys that another master key than the active one wraps, in the order of their ids, after one of them. Without
-- the master keys nobody can use them. For the service retention.
create or replace function ntk.keys_to_rewrap(active text, after uuid, most integer) returns setof privacy_datakey
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $body$
select * from privacy_datakey where master_key <> active and wrapped is not null and id > after
    and ntk.service() = 'retention' order by id limit most
$body$;
alter function ntk.keys_to_rewrap owner to lotse_policy;
-- reverse
drop function ntk.keys_to_rewrap;
