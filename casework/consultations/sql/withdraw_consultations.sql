-- Withdraw what a body has asked, or everybody when the work on the case ends; whoever ends it need not see them all.
create or replace function ntk.withdraw_consultations(which uuid, body bigint)
returns setof consultations_consultation language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if not (ntk.works_for_body(which, body) or exists (select from cases_case where id = which and ({CASE_WRITER})))
    then
        return;
    end if;
    return query update consultations_consultation
        set state = {WITHDRAWN}, ended_at = now(), ended_by_id = ntk.actor(), version = version + 1
        where team_id = which and state in ({OPEN}) and (body is null or asking_body_id = body)
        returning *;
end
$body$;
alter function ntk.withdraw_consultations owner to lotse_policy;
-- reverse
drop function ntk.withdraw_consultations;
