-- Administrators end roles in their own name, and give those that need no second person; setting up does both. A role
-- that needs one has a trigger of its own when it begins.
create or replace function ntk.roles_are_written_by() returns trigger language plpgsql as $body$
declare
    who bigint := case tg_op when 'INSERT' then new.granted_by_id else new.ended_by_id end;
begin
    if who = ntk.actor() and (ntk.service() = 'setup' or cardinality(ntk.orgs_as('administrator')) > 0) then
        return new;
    end if;
    raise exception 'this role may not be given or ended in this way, or not by whoever acts'
        using errcode = 'insufficient_privilege';
end
$body$;
create or replace trigger funders_role_is_given_by before insert on accounts_membership for each row
    when ({BY_APPLICATION} and new.role not in ({NEEDS_SECOND_PERSON})) execute function ntk.roles_are_written_by();
create or replace trigger roles_are_ended_by before update on accounts_membership for each row
    when ({BY_APPLICATION}) execute function ntk.roles_are_written_by();
-- reverse
drop trigger roles_are_ended_by on accounts_membership;
drop trigger funders_role_is_given_by on accounts_membership;
drop function ntk.roles_are_written_by;
