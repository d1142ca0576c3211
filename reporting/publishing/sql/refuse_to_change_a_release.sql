-- What was released is not changed by the application, whoever acts: only how a prepared release ends, and whether it
-- is public.
create or replace function ntk.refuse_to_change_a_release() returns trigger language plpgsql as $body$
begin raise exception 'a release is never changed' using errcode = 'check_violation'; end
$body$;
create or replace trigger release_stays before update on publishing_release for each row when (
    old.state not in ({PREPARED})
        and (new.state, new.ended_at, new.ended_by_id) is distinct from (old.state, old.ended_at, old.ended_by_id)
    or (new.content, new.digest, new.first, new.last, new.kind, new.centre_id, new.small, new.base, new.prepared_by_id)
        is distinct from
        (old.content, old.digest, old.first, old.last, old.kind, old.centre_id, old.small, old.base, old.prepared_by_id)
) execute function ntk.refuse_to_change_a_release();
-- reverse
drop trigger release_stays on publishing_release;
drop function ntk.refuse_to_change_a_release;
