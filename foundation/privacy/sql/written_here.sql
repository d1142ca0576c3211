-- Whether this transaction, or a savepoint of it, wrote the version of the row with this xmin. The transaction's own
-- numbers follow its first one; those of others that the row may come from are no longer in progress.
create or replace function ntk.written_here(wrote xid) returns boolean language plpgsql volatile
set search_path = pg_catalog, pg_temp as $body$
declare
    mine bigint := pg_current_xact_id_if_assigned()::text::bigint;
    ahead bigint := (wrote::text::bigint - mine) & 4294967295; -- an xid has the lower half of the number
begin
    return mine is not null and ahead < 2147483648 and pg_xact_status((mine + ahead)::text::xid8) = 'in progress';
end
$body$;
-- reverse
drop function ntk.written_here;
