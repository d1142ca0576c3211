-- The number of events whose payload was erased with a dossier, for verify_journal.
create or replace function ntk.erased_payloads() returns bigint language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select count(*) from journal_link where erased_by_id is not null
$body$;
alter function ntk.erased_payloads owner to lotse_policy;
-- reverse
drop function ntk.erased_payloads;
