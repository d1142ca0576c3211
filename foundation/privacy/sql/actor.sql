-- The user on whose behalf the transaction runs (acting_as), or null: then no policy admits anybody.
-- The value of app.actor is "ID EXPIRES KEY SIGNATURE", signed for this connection (foundation/privacy/signing.py).
-- Without a signature only the owner of the tables and superusers are believed, who could change this function.
create or replace function ntk.actor() returns bigint language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    given text := current_setting('app.actor', true);
    parts text[];
    key record;
    digest bytea;
begin
    if given is null or given = '' then -- '' after a commit
        return null;
    end if;
    parts := string_to_array(given, ' ');
    if cardinality(parts) = 1 then
        perform from pg_roles where rolname = session_user and (rolsuper or rolname = 'lotse_owner');
        if found then
            return given::bigint;
        end if;
    else
        select inner_block, outer_block into key from privacy_signingkey where id = parts[3];
        digest := sha256(key.inner_block || convert_to(left(given, -65) || ' ' || pg_backend_pid(), 'UTF8'));
        if parts[4] = encode(sha256(key.outer_block || digest), 'hex') then
            if parts[2]::bigint < extract(epoch from now()) then
                raise exception 'the signature of the acting person has expired'
                    using errcode = 'insufficient_privilege';
            end if;
            return parts[1]::bigint;
        end if;
    end if;
    raise exception 'the acting person is not signed' using errcode = 'insufficient_privilege',
        hint = 'After a change of the secret key, run manage.py migrate.';
end
$body$;
alter function ntk.actor owner to lotse_policy;
-- reverse
drop function ntk.actor;
