-- A role fits the kind of its organisation. Roles that were granted before stay as they are, and can be ended.
create or replace function ntk.refuse_a_role_that_does_not_fit() returns trigger language plpgsql as $body$
declare
    place text;
begin
    select kind into place from accounts_organisation where id = new.organisation_id;
    if not (case place
        when 'centre' then new.role in ('handler', 'coordinator', 'administrator', 'dpo', 'funder')
        when 'partner' then new.role in ('partner_worker', 'partner_coordinator')
        when 'body' then new.role = 'liaison'
        else false
    end) then
        raise exception 'the role % does not fit an organisation of the kind %', new.role, place
            using errcode = 'check_violation';
    end if;
    return new;
end
$body$;
create or replace trigger role_fits before insert on accounts_membership for each row
    execute function ntk.refuse_a_role_that_does_not_fit();
-- reverse
drop trigger role_fits on accounts_membership;
drop function ntk.refuse_a_role_that_does_not_fit;
