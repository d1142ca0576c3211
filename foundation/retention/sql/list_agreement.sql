-- A dossier of a request for a copy waits for the coordinators, without who chose it; their answer is due a day later.
create or replace function ntk.list_agreement() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.agreed_at is null and new.ended_at is null and exists (
        select from retention_request r
        where r.id = new.request_id and r.kind = {ACCESS} and r.state in ({REQUEST_OPEN}))
    then
        perform ntk.list_approval('agreement', new.id, '', '', new.centre_id, 'coordinator', array[new.added_by_id],
            false, ntk.later_weekday(new.added_at, interval '1 day'));
    else
        perform ntk.unlist_work('agreement', new.id);
    end if;
    return null;
end
$body$;
create or replace function ntk.unlist_agreements() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.unlist_work('agreement', d.id) from retention_requestdossier d where d.request_id = new.id;
    return null;
end
$body$;
alter function ntk.list_agreement owner to lotse_policy;
alter function ntk.unlist_agreements owner to lotse_policy;
create or replace trigger list_agreement after insert or update on retention_requestdossier
    for each row execute function ntk.list_agreement();
create or replace trigger unlist_agreements after update on retention_request
    for each row when (new.state not in ({REQUEST_OPEN})) execute function ntk.unlist_agreements();
-- reverse
drop trigger unlist_agreements on retention_request;
drop trigger list_agreement on retention_requestdossier;
drop function ntk.unlist_agreements;
drop function ntk.list_agreement;
