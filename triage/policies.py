"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    Addition,
    Declaration,
    Protected,
    Rule,
    at_the_centre,
    both,
    declared_items,
    orgs_as,
    quoted,
)

from . import events
from .states import BEING_FILLED_IN, DECIDED, DROPPED, IN_FORCE, OPEN, REPLACED, WAITING
from .vocabulary import SECURING_DUTIES

# Rows are fetched by contact, so the check by key costs one look-up a row. A grant on a contact, as partners may get,
# does not include its triage.
READERS = both(
    at_the_centre("handler", "dpo"),
    "who see the contact",
    "exists (select 1 from hotline_contact c where c.id = contact_id)",
)
WORKERS = Rule(
    "coordinators of the contact's centre; its handlers if the contact is theirs, nobody's or surfaced to the shift",
    "exists (select 1 from hotline_contact c where c.id = contact_id and c.centre_id = triage_assessment.centre_id"
    f" and (c.centre_id = any({orgs_as('coordinator')}) or (c.centre_id = any({orgs_as('handler')})"
    " and (c.handler_id = (select ntk.actor()) or c.handler_id is null or c.surfaced_at is not null))))",
)

DECLARATIONS: list[Declaration] = [
    Protected("triage_assessment", select=[at_the_centre("coordinator"), READERS], insert=[WORKERS], update=[WORKERS]),
    Addition("journal_event", "assessment", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    SECURING_DUTIES=",".join(sorted(SECURING_DUTIES)),
    OPEN=quoted(*OPEN),
    DECIDED=quoted(*DECIDED),
    BEING_FILLED_IN=quoted(*BEING_FILLED_IN),
    WAITING=quoted(*WAITING),
    IN_FORCE=quoted(*IN_FORCE),
    REPLACED=quoted(*REPLACED),
    DROPPED=quoted(*DROPPED),
)
