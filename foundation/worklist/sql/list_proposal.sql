-- A proposed role waits for the coordinators of its centre, without who proposed it or gets it; due a day later. Its
-- number is the end of the subject.
create or replace function ntk.list_proposal() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    subject uuid := lpad(to_hex(new.id), 32, '0')::uuid;
begin
    if new.state in ({TO_CONFIRM}) then
        perform ntk.list_approval('role', subject, '', '', new.centre_id, 'coordinator',
            array[new.proposed_by_id, new.user_id], false, ntk.later_weekday(new.proposed_at, interval '1 day'));
    else
        perform ntk.unlist_work('role', subject);
    end if;
    return null;
end
$body$;
alter function ntk.list_proposal owner to lotse_policy;
create or replace trigger list_proposal after insert or update on accounts_roleproposal
    for each row execute function ntk.list_proposal();
-- reverse
drop trigger list_proposal on accounts_roleproposal;
drop function ntk.list_proposal;
