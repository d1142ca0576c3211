-- When it is due, and who holds it, is chosen when it is planned; later it is moved, with a reason.
create or replace function ntk.keep_review() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
begin
    raise exception 'a planned review is moved, not changed' using errcode = 'insufficient_privilege';
end
$body$;
create or replace trigger keep_review before update on reviews_review
    for each row when ({BY_APPLICATION} and old.state not in ({PROPOSED})
        and (new.due_at, new.organisation_id, new.user_id, new.topic)
            is distinct from (old.due_at, old.organisation_id, old.user_id, old.topic))
    execute function ntk.keep_review();
-- reverse
drop trigger keep_review on reviews_review;
drop function ntk.keep_review;
