-- Each role that begins or ends leaves its hash, in the transaction of the change and whoever makes it.
create or replace function ntk.record_role_change() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    insert into journal_rolechange (membership_id, digest) values (new.id, ntk.role_hash(new, false));
    return null;
end
$body$;
alter function ntk.record_role_change owner to lotse_policy;
create or replace trigger record_role_change after insert or update on accounts_membership for each row
    execute function ntk.record_role_change();
-- reverse
drop trigger record_role_change on accounts_membership;
drop function ntk.record_role_change;
