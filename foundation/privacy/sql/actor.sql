-- The user on whose behalf the transaction runs (acting_as), or null: then no policy admits anybody.
-- After a commit the setting is '' and a cast would fail.
create or replace function ntk.actor() returns bigint language sql stable as $body$
select nullif(current_setting('app.actor', true), '')::bigint
$body$;
-- reverse
drop function ntk.actor;
