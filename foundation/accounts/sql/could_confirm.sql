-- Whether somebody else could confirm a role that this person proposes for that one at the centre.
create or replace function ntk.could_confirm(centre bigint, proposer bigint, person bigint) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $body$
select exists (
    select from accounts_membership m join accounts_user u on u.id = m.user_id
    where m.ended_at is null and u.is_active and m.user_id not in (proposer, person)
        and (m.role = 'administrator' or m.organisation_id = centre and m.role in ({CONFIRM_AT_THEIR_CENTRE}))
)
$body$;
-- reverse
drop function ntk.could_confirm;
