-- When the dossier of these data keys is due: the latest of all its parts, each counted with the period of its kind;
-- null while one of them is in use. "periods": intervals by kind.
create or replace function ntk.dossier_due(keys uuid[], periods jsonb) returns timestamptz language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $body$
with member as (
        {MEMBERS})
select case when bool_and(since is not null) then max(since + (periods ->> kind)::interval) end
from member where data_key_id = any(keys) and ntk.service() = 'retention'
$body$;
alter function ntk.dossier_due owner to lotse_policy;
-- reverse
drop function ntk.dossier_due;
