"""Compares a database with policies.py and sql/: policies, functions, triggers, owners and privileges.

Also reports views and exempt roles, which bypass the policies.

PostgreSQL normalises SQL, so texts cannot be compared. In a transaction that is rolled back, the declared objects
replace the existing ones, and the catalogues before and after are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
from django_migrate_sql.config import SQLItem

from .rls import CREATED, all_sql_items

POLICY_OWNED = re.compile(r"alter function ntk\.(\w+) owner to lotse_policy")

Cursor = psycopg.Cursor[Any]

CATALOGUE = """
select 'policy ' || policyname || ' on ' || tablename, concat_ws(' ', cmd, permissive, roles::text, qual, with_check)
from pg_policies where schemaname = 'public'
union all
select 'function ' || p.oid::regprocedure::text, pg_get_functiondef(p.oid)
from pg_proc p where pronamespace = 'ntk'::regnamespace
union all
select 'trigger ' || tgname || ' on ' || tgrelid::regclass::text, pg_get_triggerdef(oid) || ' ' || tgenabled::text
from pg_trigger where not tgisinternal
union all
select 'row-level security of ' || oid::regclass::text, concat_ws(' ', relrowsecurity::text, relforcerowsecurity::text)
from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
union all
select 'privileges of ' || c.oid::regclass::text || coalesce('.' || attname, ''), coalesce(string_agg(
    pg_get_userbyid(grantee) || ' ' || privilege_type, ', ' order by pg_get_userbyid(grantee), privilege_type), '')
from pg_class c
cross join lateral (
    select null as attname, relacl as acl union all
    select a.attname::text, attacl from pg_attribute a where attrelid = c.oid and attacl is not null) given
cross join lateral aclexplode(acl)
where relnamespace = 'public'::regnamespace and relkind = 'r' group by c.oid, attname
"""
FUNCTION_OWNERS = "select proname, pg_get_userbyid(proowner) from pg_proc where pronamespace = 'ntk'::regnamespace"
#: Views run with their owner's rights and bypass the policies; none is declared.
VIEWS = """
select oid::regclass from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
"""
#: Roles of the platform that bypass the policies, except the two intended ones (config/roles.sql).
EXEMPT_ROLES = """
select rolname from pg_roles
where rolname ^@ 'lotse_' and (rolsuper or rolbypassrls and rolname not in ('lotse_policy', 'lotse_backup'))
"""
OTHER_OWNERS = """
select oid::regclass, pg_get_userbyid(relowner) from pg_class
where relnamespace = 'public'::regnamespace and pg_get_userbyid(relowner) <> 'lotse_owner'
"""
#: Functions whose privileges differ from the default.
FUNCTION_PRIVILEGES = """
select p.oid::regprocedure from pg_proc p
where pronamespace = 'ntk'::regnamespace and array(
    select grantee from aclexplode(coalesce(proacl, acldefault('f', proowner)))
    where grantee not in (proowner, 'lotse_owner'::regrole) order by grantee
) <> array(
    select grantee from pg_default_acl cross join lateral aclexplode(defaclacl)
    where defaclobjtype = 'f' and defaclrole = 'lotse_owner'::regrole
        and grantee not in (proowner, 'lotse_owner'::regrole) order by grantee)
"""
PUBLIC_FUNCTIONS = """
select p.oid::regprocedure from pg_proc p cross join lateral aclexplode(coalesce(proacl, acldefault('f', proowner)))
where pronamespace = 'ntk'::regnamespace and grantee = 0
"""
#: Revokes all privileges of others than the owner, and grants the defaults again.
FIRST_PRIVILEGES = """
do $do$
declare
    one record;
begin
    for one in
        select distinct c.oid::regclass as tables,
            case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as role
        from pg_class c cross join lateral (
            select grantee from aclexplode(relacl) union
            select (aclexplode(attacl)).grantee from pg_attribute where attrelid = c.oid and attacl is not null) given
        where relnamespace = 'public'::regnamespace and relkind = 'r' and grantee <> relowner
    loop
        execute format('revoke all on %s from %s', one.tables, one.role);
    end loop;
    for one in
        select c.oid::regclass as tables, pg_get_userbyid(grantee) as role, privilege_type
        from pg_class c join pg_default_acl d on d.defaclrole = c.relowner and d.defaclobjtype = 'r'
        cross join lateral aclexplode(defaclacl)
        where relnamespace = 'public'::regnamespace and relkind = 'r' and grantee <> relowner
    loop
        execute format('grant %s on %s to %I', one.privilege_type, one.tables, one.role);
    end loop;
end $do$
"""
WITHOUT_POLICIES = """
do $do$
declare
    one record;
begin
    for one in select policyname, tablename from pg_policies where schemaname = 'public' loop
        execute format('drop policy %I on %I', one.policyname, one.tablename);
    end loop;
    for one in select relname from pg_class
        where relnamespace = 'public'::regnamespace and (relrowsecurity or relforcerowsecurity)
    loop
        execute format('alter table %I disable row level security, no force row level security', one.relname);
    end loop;
end $do$
"""

#: Creates policies and triggers from what PostgreSQL says of them, as a restore does: it then writes some conditions in
#: another way, such as ``state in ('a', 'b')`` and ``(a, b) is distinct from (c, d)``.
AS_RESTORED = """
do $do$
declare
    one record;
begin
    for one in select * from pg_policies where schemaname = 'public' loop
        execute format('alter policy %I on %I', one.policyname, one.tablename)
            || coalesce(' using (' || one.qual || ')', '') || coalesce(' with check (' || one.with_check || ')', '');
    end loop;
    for one in select tgname, tgrelid::regclass as tables, pg_get_triggerdef(oid) as definition
        from pg_trigger where not tgisinternal
    loop
        execute format('drop trigger %I on %s', one.tgname, one.tables);
        execute one.definition;
    end loop;
end $do$
"""


def differences(owner: psycopg.Connection[Any]) -> list[str]:
    """One sentence each, sorted. ``owner``: a connection as lotse_owner. Locks every table for about a second."""
    items = all_sql_items()
    with owner.transaction(force_rollback=True), owner.cursor() as cursor:
        before = catalogue(cursor)
        found = [*missing_and_unknown(cursor, items), *wrong_owners_and_privileges(cursor, items), *ways_past(cursor)]
        if not found:
            create_again(cursor, items)
            found = list(changes(before, catalogue(cursor)))
            if found:
                cursor.execute(AS_RESTORED)
                found = list(set(found) & set(changes(before, catalogue(cursor))))
    return sorted(found)


def catalogue(cursor: Cursor) -> dict[str, str]:
    return {str(name): str(definition) for name, definition in cursor.execute(CATALOGUE)}


#: Objects that files create, with their names in the catalogues.
NAMED = {
    "function": (
        re.compile(r"create or replace function ntk\.(\w+)"),
        "select proname from pg_proc where pronamespace = 'ntk'::regnamespace",
    ),
    "trigger": (
        re.compile(r"create (?:or replace |constraint )trigger (\w+)"),
        "select tgname from pg_trigger where not tgisinternal",
    ),
}
#: Kinds that Django creates too, so that the database has more than the files.
AMONG_OTHERS = {
    "constraint": (re.compile(r"add constraint (\w+)"), "select conname from pg_constraint"),
    "table, index or sequence": (re.compile(r"create (?:table|index|sequence) (\w+)"), "select relname from pg_class"),
}


def missing_and_unknown(cursor: Cursor, items: list[SQLItem]) -> Iterator[str]:
    """Objects of the files that the database lacks, and functions and triggers that no file creates."""
    for kind, (pattern, query) in (NAMED | AMONG_OTHERS).items():
        declared = {name for item in items for name in pattern.findall(item.sql)}
        present = {str(name) for (name,) in cursor.execute(query)}
        yield from (f"{kind} {name} is declared only" for name in declared - present)
        if kind in NAMED:
            yield from (f"{kind} {name} is in the database only" for name in present - declared)


def wrong_owners_and_privileges(cursor: Cursor, items: list[SQLItem]) -> Iterator[str]:
    of_policies = {name for item in items for name in POLICY_OWNED.findall(item.sql)}
    for name, owner in list(cursor.execute(FUNCTION_OWNERS)):
        if owner != ("lotse_policy" if name in of_policies else "lotse_owner"):
            yield f"function ntk.{name} belongs to {owner}"
    yield from (f"{name} belongs to {owner}" for name, owner in list(cursor.execute(OTHER_OWNERS)))
    yield from (f"privileges of {name} are not as declared" for (name,) in list(cursor.execute(FUNCTION_PRIVILEGES)))


def ways_past(cursor: Cursor) -> Iterator[str]:
    yield from (f"view {name} is read past the policies" for (name,) in list(cursor.execute(VIEWS)))
    yield from (f"everybody may call {name}" for (name,) in list(cursor.execute(PUBLIC_FUNCTIONS)))
    yield from (f"role {name} is exempt from the policies" for (name,) in list(cursor.execute(EXEMPT_ROLES)))


def create_again(cursor: Cursor, items: list[SQLItem]) -> None:
    """Create everything again except tables, types, sequences, indexes and constraints, which have data or are slow."""
    cursor.execute(FIRST_PRIVILEGES)
    cursor.execute(WITHOUT_POLICIES)
    for item in items:
        if is_trigger_only(item):
            cursor.execute(item.reverse_sql + item.sql)
        elif "create policy " in item.sql or item.replace or is_flags(item):
            cursor.execute(item.sql)


def is_trigger_only(item: SQLItem) -> bool:
    return "create constraint trigger " in item.sql and not CREATED.search(item.sql)


def is_flags(item: SQLItem) -> bool:
    return "row level security" in item.sql and not CREATED.search(item.sql)


def changes(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    yield from (f"{name} is in the database only" for name in before.keys() - after.keys())
    yield from (f"{name} is declared only" for name in after.keys() - before.keys())
    yield from (f"{name} is not as declared" for name in before.keys() & after.keys() if before[name] != after[name])
