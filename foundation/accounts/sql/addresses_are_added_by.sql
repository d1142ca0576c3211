-- An address to which links are mailed is added by the person; without them, only the one that the account has.
create or replace function ntk.addresses_are_added_by() returns trigger language plpgsql as $body$
begin
    if new.user_id = ntk.actor()
        or exists (select from accounts_user u where u.id = new.user_id and lower(u.email) = lower(new.email))
    then
        return new;
    end if;
    raise exception 'only the person adds an address' using errcode = 'insufficient_privilege';
end
$body$;
create or replace trigger addresses_are_added_by before insert on account_emailaddress for each row
    when ({BY_APPLICATION}) execute function ntk.addresses_are_added_by();
create or replace trigger addresses_stay before update on account_emailaddress for each row
    when ({BY_APPLICATION} and (new.user_id, new.email) is distinct from (old.user_id, old.email))
    execute function ntk.addresses_are_added_by();
-- reverse
drop trigger addresses_stay on account_emailaddress;
drop trigger addresses_are_added_by on account_emailaddress;
drop function ntk.addresses_are_added_by;
