-- What a decided triage does not know and has to find out becomes a question of its case, whatever decided it. Where
-- its case is opened after it, in the same transaction, they are added with the case. What a new decision knows ends.
create or replace function ntk.add_questions(which uuid, of_case uuid) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $body$
update cases_casequestion q set state = {DROPPED_QUESTION}, version = q.version + 1,
        ended_at = coalesce(a.confirmed_at, a.completed_at),
        ended_by_id = coalesce(a.confirmed_by_id, a.completed_by_id)
    from triage_assessment a, triage_assessment earlier
    where a.id = which and q.case_id = of_case and q.state in ({OPEN_QUESTION}) and earlier.id = q.assessment_id
        and earlier.contact_id = a.contact_id and q.code <> all(a.find_out);
insert into cases_casequestion (id, case_id, centre_id, data_key_id, assessment_id, code, added_at, added_by_id)
    select gen_random_uuid(), c.id, c.centre_id, c.data_key_id, a.id, found.code,
        coalesce(a.confirmed_at, a.completed_at), coalesce(a.confirmed_by_id, a.completed_by_id)
    from triage_assessment a, cases_case c, unnest(a.find_out) as found (code)
    where a.id = which and c.id = of_case and not exists (select from cases_casequestion
        where case_id = of_case and code = found.code and state in ({OPEN_QUESTION}))
    on conflict do nothing
$body$;
create or replace function ntk.questions_of_decided() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.add_questions(new.id, case_id) from cases_casecontact where contact_id = new.contact_id;
    return null;
end
$body$;
create or replace function ntk.questions_of_linked() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.add_questions(id, new.case_id) from triage_assessment
        where contact_id = new.contact_id and state in ({IN_FORCE}) and find_out <> '{}';
    return null;
end
$body$;
alter function ntk.add_questions owner to lotse_policy;
alter function ntk.questions_of_decided owner to lotse_policy;
alter function ntk.questions_of_linked owner to lotse_policy;
create or replace trigger questions_of_decided_at_once after insert on triage_assessment
    for each row when (new.state in ({IN_FORCE}) and new.find_out <> '{}')
    execute function ntk.questions_of_decided();
create or replace trigger questions_of_decided after update on triage_assessment
    for each row when (new.state is distinct from old.state and new.state in ({IN_FORCE})
        and (new.find_out <> '{}' or new.supersedes_id is not null))
    execute function ntk.questions_of_decided();
create or replace trigger questions_of_linked after insert on cases_casecontact
    for each row execute function ntk.questions_of_linked();
-- reverse
drop trigger questions_of_linked on cases_casecontact;
drop trigger questions_of_decided on triage_assessment;
drop trigger questions_of_decided_at_once on triage_assessment;
drop function ntk.questions_of_linked;
drop function ntk.questions_of_decided;
drop function ntk.add_questions;
