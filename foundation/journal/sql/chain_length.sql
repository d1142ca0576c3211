-- What an anchor outside the database is made of and checked against. Hashes say nothing about anybody.
create or replace function ntk.chain_length() returns bigint language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select position from journal_head
$body$;
alter function ntk.chain_length owner to lotse_policy;
-- reverse
drop function ntk.chain_length;
