-- Open reviews of who is responsible at the centre go with the responsibility for the case, as duties do.
create or replace function ntk.reviews_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update reviews_review set user_id = ntk.person_at_centre(new), version = version + 1
        where team_id = new.id and organisation_id = new.centre_id and state in ({OPEN})
            and user_id is not distinct from ntk.person_at_centre(old);
    return null;
end
$body$;
alter function ntk.reviews_follow owner to lotse_policy;
create or replace trigger reviews_follow after update on cases_case
    for each row when (ntk.person_at_centre(new) is distinct from ntk.person_at_centre(old))
    execute function ntk.reviews_follow();
-- reverse
drop trigger reviews_follow on cases_case;
drop function ntk.reviews_follow;
