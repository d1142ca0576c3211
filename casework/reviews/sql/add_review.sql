-- A plan that comes into force is reviewed four weeks later, or a week after the last of what other bodies were asked
-- to do, if that is sooner. New information proposes a review, while a plan is in force; none if one waits for a
-- decision, or is due within a week. The actor's event goes with it, as the row has nothing that is encrypted.
create or replace function ntk.add_review(which uuid, why text, first text, due timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    review uuid := gen_random_uuid();
    holder record;
begin
    select m.organisation_id as body, m.person_id as person into holder from teams_member m
        where m.team_id = which and m.state in ({IN_TEAM}) and m.hats @> array[{PROCESS}]::varchar[]
        order by m.answered_at, m.id limit 1;
    if not found then
        select c.centre_id as body, case when c.responsible_organisation_id = c.centre_id then c.responsible_user_id
            else c.contact_person_id end as person into holder from cases_case c where c.id = which;
    end if;
    insert into reviews_review (id, team_id, centre_id, data_key_id, kind, occasion, state, organisation_id, user_id,
            due_at, made_at)
        select review, which, t.centre_id, t.data_key_id, {OF_PLAN}, why, first, holder.body, holder.person, due, now()
        from teams_team t where t.case_id = which
        on conflict do nothing;  -- somebody else's new information proposed one at the same moment
    if not found then return; end if;
    insert into journal_event (kind, at, actor_id, centre_id, subject, "case", data, tell, wake)
        select case when first in ({PROPOSED}) then {PROPOSED_EVENT} else {PLANNED_EVENT} end, clock_timestamp(),
            ntk.actor(), t.centre_id, review, which, '{}',
            array(select distinct 'organisation.' || body from (values (t.centre_id), (holder.body)) as b (body)), ''
        from teams_team t where t.case_id = which;
end
$body$;
create or replace function ntk.propose_review(which uuid, why text) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if not exists (select from plans_plan where team_id = which and state in ({IN_FORCE}))
        or not exists (select from cases_case where id = which and state in ({OPEN_CASE})) then
        return;
    end if;
    if exists (select from reviews_review where team_id = which and (state in ({PROPOSED})
        or state in ({PLANNED}) and kind = {OF_PLAN} and due_at < now() + interval '7 days')) then
        return;
    end if;
    perform ntk.add_review(which, why, {PROPOSED}, ntk.later_weekday(now(), interval '2 days'));
end
$body$;
create or replace function ntk.review_new_information() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if tg_table_name = 'cases_case' then
        perform ntk.propose_review(new.id, {TRIAGE});
    else
        perform ntk.propose_review(new.case_id, {CONTACT});
    end if;
    return null;
end
$body$;
create or replace function ntk.review_new_assessment() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.propose_review(new.team_id, {ASSESSMENT});
    return null;
end
$body$;
create or replace function ntk.review_plan() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    last timestamptz;
begin
    if exists (select from reviews_review where team_id = new.team_id and kind = {OF_PLAN} and state in ({OPEN})) then
        return null;
    end if;
    select max(due_at) + interval '7 days' into last from plans_plannedaction
        where plan_id = new.id and organisation_id <> new.centre_id and due_at > now();
    perform ntk.add_review(new.team_id, {BY_PLAN}, {PLANNED},
        ntk.later_weekday(least(now() + interval '28 days', last), interval '0'));
    return null;
end
$body$;
alter function ntk.add_review owner to lotse_policy;
alter function ntk.propose_review owner to lotse_policy;
alter function ntk.review_new_information owner to lotse_policy;
alter function ntk.review_new_assessment owner to lotse_policy;
alter function ntk.review_plan owner to lotse_policy;
revoke execute on function ntk.add_review, ntk.propose_review from public;
create or replace trigger review_contact after insert on cases_casecontact
    for each row execute function ntk.review_new_information();
create or replace trigger review_triage after update on cases_case
    for each row when (new.assessment_id is distinct from old.assessment_id)
    execute function ntk.review_new_information();
create or replace trigger review_assessment after update on assessments_caseassessment
    for each row when (new.state in ({COMPLETE}) and old.state not in ({COMPLETE}))
    execute function ntk.review_new_assessment();
create or replace trigger review_plan after update on plans_plan
    for each row when (new.state in ({IN_FORCE}) and new.state is distinct from old.state)
    execute function ntk.review_plan();
-- reverse
drop trigger review_plan on plans_plan;
drop trigger review_assessment on assessments_caseassessment;
drop trigger review_triage on cases_case;
drop trigger review_contact on cases_casecontact;
drop function ntk.review_plan;
drop function ntk.review_new_assessment;
drop function ntk.review_new_information;
drop function ntk.propose_review;
drop function ntk.add_review;
