-- Who works on the case is somebody of the body. Others are named by the named people and by partner coordinators.
create or replace function ntk.names_people() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if exists (
        select from unnest(array[new.person_id, new.deputy_id]) named (person)
        where person is not null and not exists (
            select from accounts_membership m where m.user_id = person and m.organisation_id = new.organisation_id
                and m.ended_at is null and m.role in ({AT_OTHER_BODIES})))
    then
        raise exception 'only people of the body are named' using errcode = 'insufficient_privilege';
    end if;
    if new.state = old.state and not (new.state in ({IN_TEAM}) and {LEADING}) then
        raise exception 'others are named by the named people and by partner coordinators'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$body$;
create or replace trigger names_people before update of person_id, deputy_id on teams_member
    for each row when ({BY_APPLICATION}
        and (new.person_id, new.deputy_id) is distinct from (old.person_id, old.deputy_id))
    execute function ntk.names_people();
-- reverse
drop trigger names_people on teams_member;
drop function ntk.names_people;
