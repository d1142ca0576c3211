-- What was completed stays as it was: only its state may still change, to superseded. What waits for a coordinator
-- may be confirmed or sent back, but its answers stay. A discarded draft stays for the audit and is never changed
-- again.
create or replace function ntk.frozen_assessment() returns trigger language plpgsql as $body$
begin
    if old.state in ({DECIDED}) and (
        to_jsonb(new) - 'state' - 'version' is distinct from to_jsonb(old) - 'state' - 'version'
        or new.state not in (old.state, {REPLACED})
    ) then
        raise exception 'a completed assessment is superseded, not edited';
    end if;
    if old.state in ({WAITING}) and ((new.answers, new.provenance, new.notes, new.reasons)
        is distinct from (old.answers, old.provenance, old.notes, old.reasons) or new.state in ({DROPPED})) then
        raise exception 'an assessment that waits for a coordinator is not edited';
    end if;
    if old.state in ({DROPPED}) and new is distinct from old then
        raise exception 'a discarded assessment stays as it is';
    end if;
    if new.state in ({DROPPED}) and old.state in ({BEING_FILLED_IN}) and (
        to_jsonb(new) - 'state' - 'version' - 'supersedes_id' - 'review_note'
        is distinct from to_jsonb(old) - 'state' - 'version' - 'supersedes_id' - 'review_note'
    ) then
        raise exception 'discarding an assessment changes nothing else in it';
    end if;
    return new;
end
$body$;
create or replace trigger frozen_assessment before update on triage_assessment
    for each row execute function ntk.frozen_assessment();
-- reverse
drop trigger frozen_assessment on triage_assessment;
drop function ntk.frozen_assessment;
