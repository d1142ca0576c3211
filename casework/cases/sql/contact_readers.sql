-- Who reads the contacts of a case, for policies and lists: the contact person, whose action is open, and who is
-- responsible or all handlers while nobody is within the centre. Whoever links a contact or moves responsibility has
-- locked the case.
create or replace function ntk.mark_readers(which uuid) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $body$
delete from hotline_contactreader where contact_id in (select contact_id from cases_casecontact where case_id = which);
insert into hotline_contactreader (contact_id, user_id, centre_id)
    select link.contact_id, reader.user_id, one.centre_id
    from cases_case one join cases_casecontact link on link.case_id = one.id
    cross join lateral (
        select one.contact_person_id as user_id
        union select one.responsible_user_id
        where one.responsible_user_id is not null or one.responsible_organisation_id = one.centre_id
        union select user_id from cases_action
        where case_id = which and user_id is not null and state in ({OPEN_ACTION})
            and organisation_id = centre_id) reader
    where one.id = which
$body$;
create or replace function ntk.readers_of_linked() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin perform ntk.mark_readers(new.case_id); return null; end
$body$;
create or replace function ntk.readers_of_case() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin perform ntk.mark_readers(new.id); return null; end
$body$;
alter function ntk.mark_readers owner to lotse_policy;
alter function ntk.readers_of_linked owner to lotse_policy;
alter function ntk.readers_of_case owner to lotse_policy;
grant usage on sequence hotline_contactreader_id_seq to lotse_policy;
create or replace trigger readers_of_linked after insert on cases_casecontact
    for each row execute function ntk.readers_of_linked();
create or replace trigger readers_of_case after update on cases_case
    for each row when ((new.contact_person_id, new.responsible_user_id, new.responsible_organisation_id)
        is distinct from (old.contact_person_id, old.responsible_user_id, old.responsible_organisation_id))
    execute function ntk.readers_of_case();
-- reverse
drop trigger readers_of_case on cases_case;
drop trigger readers_of_linked on cases_casecontact;
revoke usage on sequence hotline_contactreader_id_seq from lotse_policy;
drop function ntk.readers_of_case;
drop function ntk.readers_of_linked;
drop function ntk.mark_readers;
