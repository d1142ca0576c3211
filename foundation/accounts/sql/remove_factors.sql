-- Removes all factors of a person who has lost them, and returns how many. For administrators, not their own.
create or replace function ntk.remove_factors(person bigint) returns bigint language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    removed bigint;
begin
    if person = ntk.actor() or cardinality(ntk.orgs_as('administrator')) = 0 then
        raise exception 'only an administrator removes the factors of others' using errcode = 'insufficient_privilege';
    end if;
    delete from mfa_authenticator where user_id = person;
    get diagnostics removed = row_count;
    return removed;
end
$body$;
alter function ntk.remove_factors owner to lotse_policy;
-- reverse
drop function ntk.remove_factors;
