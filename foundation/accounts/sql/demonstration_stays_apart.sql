-- Where a real organisation is, none can be marked as a demonstration's: there a second factor is asked of everybody.
create or replace function ntk.demonstration_stays_apart() returns trigger language plpgsql as $body$
begin
    if exists (select from accounts_organisation where not is_demo) then
        raise exception 'a real organisation is here: no other can be marked as part of a demonstration'
            using errcode = 'check_violation';
    end if;
    return new;
end
$body$;
create or replace trigger demonstration_is_marked before insert on accounts_organisation for each row
    when (new.is_demo) execute function ntk.demonstration_stays_apart();
create or replace trigger demonstration_is_marked_later before update of is_demo on accounts_organisation for each row
    when (new.is_demo and not old.is_demo) execute function ntk.demonstration_stays_apart();
-- reverse
drop trigger demonstration_is_marked on accounts_organisation;
drop trigger demonstration_is_marked_later on accounts_organisation;
drop function ntk.demonstration_stays_apart;
