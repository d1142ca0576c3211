-- The application writes events of declared kinds only. `migrate` stores which these are.
create or replace function ntk.refuse_unknown_kind() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if not exists (select from journal_declaredkind where code = new.kind) then
        raise exception 'no app declares the kind of event %', new.kind using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$body$;
alter function ntk.refuse_unknown_kind owner to lotse_policy;
create or replace trigger refuse_unknown_kind before insert on journal_event for each row
    when ({BY_APPLICATION}) execute function ntk.refuse_unknown_kind();
-- reverse
drop trigger refuse_unknown_kind on journal_event;
drop function ntk.refuse_unknown_kind;
