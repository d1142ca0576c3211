-- How many passkeys and apps a person has, for administrators, who read none of them.
create or replace function ntk.number_of_factors(person bigint) returns bigint language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select count(*) from mfa_authenticator
where user_id = person and type <> 'recovery_codes' and cardinality(ntk.orgs_as('administrator')) > 0
$body$;
alter function ntk.number_of_factors owner to lotse_policy;
-- reverse
drop function ntk.number_of_factors;
