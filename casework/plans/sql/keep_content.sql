-- What was proposed or agreed is not changed: a new version says it differently.
create or replace function ntk.keep_plan() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
begin
    raise exception 'a plan is changed while it is a draft' using errcode = 'insufficient_privilege';
end
$body$;
create or replace trigger keep_plan before update on plans_plan
    for each row when ({BY_APPLICATION} and (old.state not in ({DRAFTS}) or new.state not in ({DRAFTS}, {PROPOSED}))
        and (new.aim, new.cause, new.own_aims, new.strengths, new.motivation, new.agreed_to)
            is distinct from (old.aim, old.cause, old.own_aims, old.strengths, old.motivation, old.agreed_to))
    execute function ntk.keep_plan();
-- reverse
drop trigger keep_plan on plans_plan;
drop function ntk.keep_plan;
