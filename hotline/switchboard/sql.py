"""SQL statements of webhooks; written by hand, because callers wait for them (ADR 7)."""

from __future__ import annotations

from .states import CallState

#: Webhooks start with one of these while a caller waits: Django needs longer to build such a statement than
#: PostgreSQL to run it (ADR 7).
LOCK_CALL = """
    select *, exists (select from switchboard_webhookevent where dedupe_key = %s) as is_repeat from switchboard_call
    where {} for no key update"""
CALL_BY = {
    "id": "id = %s",
    "sid": "sid = %s",
    "leg": "id = (select call_id from switchboard_leg where id = %s)",
}
LOCK_LEG = "select * from switchboard_leg where id = %s and call_id = %s for no key update"

#: The same order as in ``waiting()``.
AHEAD = f"""
    select count(*) from switchboard_call other join switchboard_line line on line.id = other.line_id
    where other.ended_at is null and other.state = '{CallState.WAITING}' and other.centre_id = %(centre_id)s
      and other.language = %(language)s and line.skill = (select skill from switchboard_line where id = %(line_id)s)
      and (not other.is_urgent, other.waiting_since, other.id) < (not %(is_urgent)s, %(waiting_since)s, %(id)s)
"""
