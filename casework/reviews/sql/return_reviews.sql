-- The open reviews of a body that leaves go to who is responsible at the centre, as somebody on shift may not read the
-- case; those of a body that names another person go to that one.
create or replace function ntk.return_reviews() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    -- Whoever holds or moves one at the same moment has planned the next one then.
    perform from reviews_review where team_id = new.team_id order by id for no key update;
    update reviews_review
        set organisation_id = case when new.state in ({IN_TEAM}) then organisation_id else centre_id end,
            user_id = case when new.state in ({IN_TEAM}) then new.person_id
                else (select ntk.person_at_centre(c) from cases_case c where c.id = new.team_id) end,
            version = version + 1
        where team_id = new.team_id and organisation_id = new.organisation_id and state in ({OPEN});
    return null;
end
$body$;
alter function ntk.return_reviews owner to lotse_policy;
create or replace trigger return_reviews after update on teams_member
    for each row when (old.state in ({IN_TEAM})
        and (new.state, new.person_id) is distinct from (old.state, old.person_id))
    execute function ntk.return_reviews();
-- reverse
drop trigger return_reviews on teams_member;
drop function ntk.return_reviews;
