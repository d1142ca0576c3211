-- What is decided about a referral beside its state: the centre keeps the case, and a partner whose offer ran out asks
-- again, once. An update that changes nothing writes nothing, so that whoever wrote a referral has moved it.
create or replace function ntk.referral_decisions() returns trigger language plpgsql as $body$
begin
    if (new.kept_at, new.kept_by_id) is distinct from (old.kept_at, old.kept_by_id) and not (
        new.kept_by_id = (select ntk.actor()) and new.state in ({UNSUCCESSFUL})
        and (new.centre_id = any((select ntk.orgs_as('coordinator'))::bigint[]) or ntk.works_on_case(new.case_id))
    ) then
        raise exception 'only the centre keeps a case, in its own name' using errcode = 'insufficient_privilege';
    end if;
    if new.asked_again_at is distinct from old.asked_again_at and not (
        old.asked_again_at is null and new.state = '{EXPIRED}'
        and new.organisation_id = any((select ntk.orgs_as('partner_worker', 'partner_coordinator'))::bigint[])
    ) then
        raise exception 'only a partner whose offer ran out asks again, once' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$body$;
create or replace trigger referral_decisions before update of kept_at, kept_by_id, asked_again_at on handoff_referral
    for each row when ({BY_APPLICATION} and (new.kept_at, new.kept_by_id, new.asked_again_at)
        is distinct from (old.kept_at, old.kept_by_id, old.asked_again_at))
    execute function ntk.referral_decisions();
create or replace trigger unchanged before update on handoff_referral
    for each row execute function suppress_redundant_updates_trigger();
-- reverse
drop trigger unchanged on handoff_referral;
drop trigger referral_decisions on handoff_referral;
drop function ntk.referral_decisions;
