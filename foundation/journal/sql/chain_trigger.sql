-- Deferred: the head row is locked when the transaction commits, not before.
create constraint trigger chain_event after insert on journal_event
    deferrable initially deferred for each row execute function ntk.chain_event();
-- reverse
drop trigger chain_event on journal_event;
