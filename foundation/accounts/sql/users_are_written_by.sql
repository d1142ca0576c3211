-- Who may write a user: nobody without a signed actor. Administrators invite and look after people, but set no
-- password, and change no address of somebody whose role needs a second person. People change a little of their own.
create or replace function ntk.users_are_written_by() returns trigger language plpgsql as $body$
declare
    actor bigint := ntk.actor();
    acting text := ntk.service();
    admin boolean := cardinality(ntk.orgs_as('administrator')) > 0;
    allowed accounts_user := new;
begin
    if tg_op = 'INSERT' then
        if new.service = '' and (acting = 'setup' or admin and new.stamp ^@ '!' and new.made_by_id = actor) then
            return new;
        end if;
    elsif acting is distinct from 'setup' then
        allowed := old;
        if acting = 'sign_in' and old.service = '' or actor = old.id then
            allowed.last_login := new.last_login;
            allowed.stamp := new.stamp;
        end if;
        -- In a demonstration a click changes who is signed in.
        if not exists (select from accounts_organisation where not is_demo) then
            allowed.last_login := new.last_login;
        end if;
        if actor = old.id then
            allowed.language := new.language;
            allowed.email := new.email;
            allowed.version := new.version;
        end if;
        if admin and old.service = '' then
            allowed.name := new.name;
            allowed.language := new.language;
            allowed.version := new.version;
            if actor <> old.id then
                allowed.is_active := new.is_active;
                if new.stamp ^@ '!' then
                    allowed.stamp := new.stamp;
                end if;
                if not exists (select from accounts_membership m
                    where m.user_id = old.id and m.ended_at is null and m.role in ({NEEDS_SECOND_PERSON})) then
                    allowed.email := new.email;
                end if;
            end if;
        end if;
        if allowed is not distinct from new then
            return new;
        end if;
    elsif new.id = old.id and new.service = old.service and old.service = '' then
        return new;
    end if;
    raise exception 'this user may not be written in this way, or not by whoever acts'
        using errcode = 'insufficient_privilege';
end
$body$;
create or replace trigger users_are_written_by before insert or update on accounts_user for each row
    when ({BY_APPLICATION}) execute function ntk.users_are_written_by();
revoke delete, truncate on accounts_user from lotse_web, lotse_worker;
-- reverse
grant delete on accounts_user to lotse_web, lotse_worker;
drop trigger users_are_written_by on accounts_user;
drop function ntk.users_are_written_by;
