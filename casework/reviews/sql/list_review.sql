-- A planned review is work of who holds it: reminded when it is due, missed a working day later. One that is missed
-- stays there. A proposed one is work of who would hold it.
create or replace function ntk.list_review() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    reference text;
begin
    if new.state in ({TO_HOLD}) or new.state in ({PROPOSED}) then
        select 'F-' || number into reference from teams_team where case_id = new.team_id;
    end if;
    if new.state in ({TO_HOLD}) then
        perform ntk.list_work('review', new.id, '', reference, new.centre_id, new.organisation_id, new.user_id, '',
            false, new.missed_at is not null, new.due_at,
            array[new.due_at, ntk.later_weekday(new.due_at, interval '1 day')]);
    else
        perform ntk.unlist_work('review', new.id);
    end if;
    if new.state in ({PROPOSED}) then
        perform ntk.list_work('review_proposed', new.id, '', reference, new.centre_id, new.organisation_id, new.user_id,
            '', false, false, new.due_at, '{}');
    else
        perform ntk.unlist_work('review_proposed', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_review owner to lotse_policy;
create or replace trigger list_review after insert or update on reviews_review
    for each row execute function ntk.list_review();
-- reverse
drop trigger list_review on reviews_review;
drop function ntk.list_review;
