-- Whether the actor, a handler of the centre, works on the case: responsible, contact person, or nobody is responsible
-- within the centre. In PL/pgSQL, because each connection keeps its plan.
create or replace function ntk.works_on_case(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from cases_case
        where id = which and centre_id = any((select ntk.orgs_as('handler'))::bigint[]) and {IS_MINE});
end
$body$;
alter function ntk.works_on_case owner to lotse_policy;
-- reverse
drop function ntk.works_on_case;
