-- Roles, extensions and schemas of one Lotse database, for PostgreSQL 15 and newer. Idempotent; run through psql by a
-- superuser on that database, before migrations. All of it or, at the first error, nothing.
-- Passwords are set by whoever runs the servers; the embedded ones listen on a private socket only.

\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning; -- what is there already is no news

DO $$
DECLARE
    wanted text;
BEGIN
    -- Two databases of one cluster may be prepared at the same time; roles are shared between them.
    -- An advisory lock holds within one database only; a lock on the shared table of roles holds for all of them.
    LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE;
    FOREACH wanted IN ARRAY ARRAY['lotse_owner', 'lotse_web', 'lotse_worker', 'lotse_stats', 'lotse_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', wanted);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lotse_policy') THEN
        CREATE ROLE lotse_policy NOLOGIN;
    END IF;
    -- owner: runs migrations. web, worker: the application. stats: released figures only. backup: reads everything.
    ALTER ROLE lotse_owner NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    ALTER ROLE lotse_web NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    ALTER ROLE lotse_worker NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    ALTER ROLE lotse_stats NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    ALTER ROLE lotse_backup NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS;
    ALTER ROLE lotse_backup SET default_transaction_read_only = on;
    -- policy: owns the SECURITY DEFINER functions that the policies ask; nobody signs in as it.
    ALTER ROLE lotse_policy NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS;
    GRANT lotse_policy TO lotse_owner; -- to have its rights and to become it, which is what the default means
    EXECUTE format('ALTER DATABASE %I OWNER TO lotse_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO lotse_web, lotse_worker, lotse_stats, lotse_backup', current_database());
END $$;

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS citext;

ALTER SCHEMA public OWNER TO lotse_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lotse_web, lotse_worker, lotse_stats, lotse_backup, lotse_policy;

-- ntk: need to know, the functions that the policies ask.
CREATE SCHEMA IF NOT EXISTS ntk AUTHORIZATION lotse_owner;
GRANT USAGE ON SCHEMA ntk TO lotse_web, lotse_worker, lotse_stats, lotse_backup;
GRANT USAGE, CREATE ON SCHEMA ntk TO lotse_policy;

ALTER DEFAULT PRIVILEGES FOR ROLE lotse_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lotse_web, lotse_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE lotse_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO lotse_policy, lotse_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE lotse_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO lotse_web, lotse_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE lotse_owner IN SCHEMA public
    GRANT SELECT ON SEQUENCES TO lotse_backup;
-- PostgreSQL lets everybody call a new function; only the application may call ours.
ALTER DEFAULT PRIVILEGES FOR ROLE lotse_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE lotse_owner
    GRANT EXECUTE ON FUNCTIONS TO lotse_web, lotse_worker, lotse_policy;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ntk FROM PUBLIC;

COMMIT;
