"""Row-level security as migration operations.

Conditions are SQL over the row's columns and the functions of schema ``ntk`` (need to know). Those return scalars or
arrays and stand in sub-selects, so that PostgreSQL evaluates them once per query and can still use an index:
``centre_id = any((select ntk.orgs_as('coordinator'))::bigint[])``.
"""

from __future__ import annotations

from django.db.migrations import RunSQL

OPEN_TO_ANY_ACTOR = "(select ntk.actor()) is not null"


def orgs_as(*roles: str) -> str:
    """SQL: the organisations in which the actor has one of these roles, as an array."""
    names = ", ".join(f"'{role}'" for role in roles)
    return f"((select ntk.orgs_as({names}))::bigint[])"


def is_service(*names: str) -> str:
    """SQL: the actor is one of these service users."""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"((select ntk.service()) in ({listed}))"


def allow(table: str, name: str, command: str, condition: str, check: str | None = None) -> RunSQL:
    """One permissive policy. ``check`` is what a row must satisfy after an update (default: the condition)."""
    clauses = {
        "select": f"using ({condition})",
        "delete": f"using ({condition})",
        "insert": f"with check ({condition})",
        "update": f"using ({condition}) with check ({check or condition})",
    }
    policy = f'"{table}_{name}"'
    return RunSQL(
        f'create policy {policy} on "{table}" for {command} {clauses[command]}',
        f'drop policy {policy} on "{table}"',
    )


def protect(
    table: str,
    *,
    select: str,
    insert: str | None = None,
    update: str | None = None,
    update_check: str | None = None,
    delete: str | None = None,
) -> list[RunSQL]:
    """Switch row-level security on, for the owner too, and allow only what is named."""
    operations = [
        RunSQL(
            f'alter table "{table}" enable row level security; alter table "{table}" force row level security',
            f'alter table "{table}" no force row level security; alter table "{table}" disable row level security',
        ),
        allow(table, "select", "select", select),
    ]
    if insert:
        operations.append(allow(table, "insert", "insert", insert))
    if update:
        operations.append(allow(table, "update", "update", update, update_check))
    if delete:
        operations.append(allow(table, "delete", "delete", delete))
    return operations


def append_only(table: str) -> RunSQL:
    return RunSQL(
        f'revoke update, delete, truncate on "{table}" from lotse_web, lotse_worker',
        f'grant update, delete on "{table}" to lotse_web, lotse_worker',
    )


def definer_function(signature: str, returns: str, body: str, *, drop: str = "") -> RunSQL:
    """A stable SQL function that reads past row-level security, for use inside policies only.

    It belongs to ``lotse_policy``, which may read everything and log in nowhere: policies that ask other
    protected tables would otherwise call each other in a circle. ``drop``: the signature by types, where it has
    named arguments.
    """
    return RunSQL(
        f"create function {signature} returns {returns} language sql stable security definer "
        f"set search_path = pg_catalog, public, pg_temp as $body$ {body} $body$; "
        f"alter function {drop or signature} owner to lotse_policy",
        f"drop function {drop or signature}",
    )


def through(table: str, name: str, *, before: str, function: str, finds: str, condition: str) -> list[RunSQL]:
    """Turn the select policy ``own_<name>`` (``before``), which asks other protected tables, into ``through_<name>``.

    Written out in a policy, PostgreSQL plans the policies of those tables too with every statement, which can cost more
    than the statement itself. ``function``, by its signature, says of one row whether the query ``finds`` finds
    something, with the actor's own rights; ``condition`` asks it. Policies are asked in the order of their names: this
    one comes after ``select``, for rows that the cheap ones refuse.
    """
    own = allow(table, f"own_{name}", "select", before)
    return [
        RunSQL(str(own.reverse_sql), own.sql),
        RunSQL(
            f"create function {function} returns boolean language plpgsql stable "
            f"set search_path = pg_catalog, public, pg_temp as $body$ begin return exists ({finds}); end $body$",
            f"drop function {function.partition('(')[0]}",
        ),
        allow(table, f"through_{name}", "select", condition),
    ]
