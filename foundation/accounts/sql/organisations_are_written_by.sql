-- Administrators write organisations, and setting up does; both as whoever acts, and roles too.
create or replace function ntk.organisations_are_written_by() returns trigger language plpgsql as $body$
begin
    if ntk.service() = 'setup' or cardinality(ntk.orgs_as('administrator')) > 0
        and (tg_op = 'INSERT' or (new.id, new.kind, new.is_demo) = (old.id, old.kind, old.is_demo))
    then
        return new;
    end if;
    raise exception 'this organisation may not be written in this way, or not by whoever acts'
        using errcode = 'insufficient_privilege';
end
$body$;
create or replace trigger organisations_are_written_by before insert or update on accounts_organisation for each row
    when ({BY_APPLICATION}) execute function ntk.organisations_are_written_by();
revoke delete, truncate on accounts_organisation from lotse_web, lotse_worker;
-- reverse
grant delete on accounts_organisation to lotse_web, lotse_worker;
drop trigger organisations_are_written_by on accounts_organisation;
drop function ntk.organisations_are_written_by;
