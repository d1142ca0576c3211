-- Whether the actor sees the consultation, or reads what this data key encrypts. Asked with the actor's own rights.
create or replace function ntk.sees_consultation(which uuid) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from consultations_consultation where id = which);
end
$body$;
create or replace function ntk.reads_consultation_key(which uuid) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from consultations_consultation where data_key_id = which);
end
$body$;
-- reverse
drop function ntk.reads_consultation_key;
drop function ntk.sees_consultation;
