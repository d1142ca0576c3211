"""What the database lets each role do, and the holes in it.

``database_check`` compares what policies.py and sql/ declare. This module reads the rest: roles, memberships,
privileges on the database, schemas, sequences and parameters, default privileges, who calls functions, what else the
database contains; read by a superuser, also how logins prove who they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg

from .database_check import differences
from .rls import POLICY_ROLES, Declaration, Protected, Unprotected, policy_modules

Cursor = psycopg.Cursor[Any]
ROLES = ("lotse_owner", "lotse_web", "lotse_worker", "lotse_stats", "lotse_backup", "lotse_policy")

#: Each query returns rows of text: the name of an object, then what is true of it.
OBJECTS = {
    "roles": """
select rolname, concat_ws(', ', case when rolcanlogin then 'login' end, case when rolsuper then 'superuser' end,
    case when rolbypassrls then 'bypassrls' end, case when rolcreaterole then 'createrole' end,
    case when rolcreatedb then 'createdb' end, case when rolreplication then 'replication' end)
from pg_roles where rolname !~ '^pg_' order by 1
""",
    "memberships": """
select pg_get_userbyid(member) || ' in ' || pg_get_userbyid(roleid), case when admin_option then 'admin' else '' end
from pg_auth_members where pg_get_userbyid(member) !~ '^pg_' order by 1
""",
    "settings of roles": """
select concat_ws(' in ', nullif(pg_get_userbyid(nullif(setrole, 0)), ''),
    (select datname from pg_database d where d.oid = setdatabase)), array_to_string(setconfig, ', ')
from pg_db_role_setting where setdatabase = 0 or setdatabase = (
    select oid from pg_database where datname = current_database()) order by 1
""",
    "parameters": """
select parname || ': ' || {grantee}, privilege_type from pg_parameter_acl cross join lateral aclexplode(paracl)
where grantee <> 10 order by 1, 2
""",
    "database": """
select {grantee}, string_agg(privilege_type, ', ' order by privilege_type)
from pg_database cross join lateral aclexplode(coalesce(datacl, acldefault('d', datdba)))
where datname = current_database() and grantee <> datdba group by 1 order by 1
""",
    "schemas": """
select nspname || ': ' || {grantee}, string_agg(privilege_type, ', ' order by privilege_type)
from pg_namespace cross join lateral aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
where nspname !~ '^pg_' and nspname <> 'information_schema' and grantee <> nspowner group by 1 order by 1
""",
    "owners": """
select 'database', pg_get_userbyid(datdba) from pg_database where datname = current_database() union all
select 'schema ' || nspname, pg_get_userbyid(nspowner) from pg_namespace
where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1
""",
    "tables": """
select c.relname, concat_ws(' ', 'owner', pg_get_userbyid(relowner), case when relrowsecurity then 'rls' end,
    case when relforcerowsecurity then 'forced' end)
from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1
""",
    "policies": """
select tablename || ' ' || cmd || ': ' || policyname, array_to_string(roles, ', ')
from pg_policies where schemaname not in ('pg_catalog') order by 1
""",
    "privileges on tables": """
select c.relname || coalesce('.' || attname, '') || ': ' || {grantee},
    string_agg(privilege_type, ', ' order by privilege_type)
from pg_class c cross join lateral (
    select null as attname, relacl as acl union all
    select a.attname::text, attacl from pg_attribute a where attrelid = c.oid and attacl is not null) given
cross join lateral aclexplode(acl)
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and grantee <> relowner
group by 1 order by 1
""",
    "privileges on sequences": """
select c.relname || ': ' || {grantee}, string_agg(privilege_type, ', ' order by privilege_type)
from pg_class c cross join lateral aclexplode(relacl)
where relnamespace = 'public'::regnamespace and relkind = 'S' and grantee <> relowner group by 1 order by 1
""",
    "functions": """
select p.oid::regprocedure::text, concat_ws(' ', 'owner', pg_get_userbyid(proowner),
    case when prosecdef then 'definer' end, array_to_string(proconfig, ' '), 'called by', (
        select string_agg({grantee}, ', ' order by 1)
        from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee <> proowner))
from pg_proc p where pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
order by 1
""",
    "default privileges": """
select concat_ws(' ', pg_get_userbyid(defaclrole), nullif(defaclnamespace, 0)::regnamespace::text, defaclobjtype)
    || ': ' || {grantee}, string_agg(privilege_type, ', ' order by privilege_type)
from pg_default_acl cross join lateral aclexplode(defaclacl) where grantee <> defaclrole group by 1 order by 1
""",
    "extensions": "select extname, pg_get_userbyid(extowner) from pg_extension order by 1",
    "other objects": """
select 'publication ' || pubname, '' from pg_publication union all
select 'event trigger ' || evtname, '' from pg_event_trigger union all
select 'foreign server ' || srvname, '' from pg_foreign_server union all
select 'language ' || lanname, '' from pg_language where lanname not in ('internal', 'c', 'sql', 'plpgsql') union all
select 'rule ' || rulename || ' on ' || ev_class::regclass, '' from pg_rewrite
where rulename <> '_RETURN' and ev_class >= 16384 union all
select 'large object ' || oid, '' from pg_largeobject_metadata union all
select case relkind when 'v' then 'view ' when 'm' then 'materialized view ' else 'foreign table ' end
    || c.oid::regclass, '' from pg_class c
where relkind in ('v', 'm', 'f')
    and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
order by 1
""",
}
#: Only a superuser reads these.
LOGINS = {
    "how logins prove who they are": """
select concat_ws(' ', 'line', line_number, type, array_to_string(database, ','), array_to_string(user_name, ','),
    address), coalesce(auth_method, error) from pg_hba_file_rules order by line_number
""",
    "passwords": """
select rolname,
    case when rolpassword is null then 'none' when rolpassword ^@ 'SCRAM-SHA-256$' then 'scram' else 'md5' end
from pg_authid where rolcanlogin order by 1
""",
}
GRANTEE = "case grantee when 0 then 'PUBLIC' else pg_get_userbyid(grantee) end"

#: What roles.sql makes, by kind of object.
EXPECTED = {
    "roles": {
        "lotse_owner": "login",
        "lotse_web": "login",
        "lotse_worker": "login",
        "lotse_stats": "login",
        "lotse_backup": "login, bypassrls",
        "lotse_policy": "bypassrls",
    },
    "memberships": {"lotse_owner in lotse_policy": ""},
    "settings of roles": {"lotse_backup": "default_transaction_read_only=on"},
    "parameters": {},
    "database": dict.fromkeys(("lotse_web", "lotse_worker", "lotse_stats", "lotse_backup"), "CONNECT"),
    "schemas": {
        f"{schema}: {role}": "CREATE, USAGE" if (schema, role) == ("ntk", "lotse_policy") else "USAGE"
        for schema in ("public", "ntk")
        for role in ROLES[1:]
    }
    | {"public: PUBLIC": "USAGE"},
    "owners": {"database": "lotse_owner", "schema public": "lotse_owner", "schema ntk": "lotse_owner"},
    "default privileges": {
        **dict.fromkeys((f"lotse_owner f: lotse_{role}" for role in ("web", "worker", "policy")), "EXECUTE"),
        **dict.fromkeys(
            (f"lotse_owner public r: lotse_{role}" for role in ("web", "worker")), "DELETE, INSERT, SELECT, UPDATE"
        ),
        **dict.fromkeys((f"lotse_owner public r: lotse_{role}" for role in ("policy", "backup")), "SELECT"),
        **dict.fromkeys((f"lotse_owner public S: lotse_{role}" for role in ("web", "worker")), "USAGE"),
        "lotse_owner public S: lotse_backup": "SELECT",
    },
    "other objects": {},
}
EXTENSIONS = {"plpgsql", "pg_trgm", "btree_gist", "unaccent", "citext"}
SEARCH_PATH = "search_path=pg_catalog, public, pg_temp"
#: Methods of pg_hba.conf that believe whoever comes, or send the password so that others can read it.
NO_PROOF = ("trust", "password", "ident", "md5")

Found = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Report:
    objects: Found
    holes: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> Iterator[str]:
        for kind, found in self.objects.items():
            yield f"{kind} ({len(found)})"
            yield from (f"  {name}{f'  {what}' if what else ''}" for name, what in found.items())
        yield from (f"not checked: {what}" for what in self.not_checked)
        yield from (f"HOLE: {hole}" for hole in self.holes)
        yield f"{len(self.holes)} holes." if self.holes else "No hole."


def report(connection: psycopg.Connection[Any]) -> Report:
    """``connection``: as lotse_owner or, to see logins too, as a superuser. Locks every table for about a second."""
    with connection.cursor() as cursor:
        objects = {kind: read(cursor, query) for kind, query in OBJECTS.items()}
        (is_superuser,) = cursor.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() or (
            0,
        )
        if is_superuser:
            objects |= {kind: read(cursor, query) for kind, query in LOGINS.items()}
    with connection.transaction(force_rollback=True):
        if is_superuser:
            connection.execute("set local role lotse_owner")
        found = differences(connection)
    declared = [one for module in policy_modules().values() for one in module.DECLARATIONS]
    not_checked = [] if is_superuser else [f"{kind}, which a superuser reads" for kind in LOGINS]
    return Report(objects, sorted({*found, *holes(objects, declared)}), not_checked)


def read(cursor: Cursor, query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, what in cursor.execute(query.replace("{grantee}", GRANTEE).encode()):
        found[str(name)] = str(what or "")
    return found


def holes(objects: Found, declared: Iterable[Declaration]) -> Iterator[str]:
    """One sentence each, not in order."""
    yield from unexpected(objects)
    yield from roles_with_too_much(objects)
    yield from unprotected_tables(objects, declared)
    yield from privileges_on_tables(objects, declared)
    yield from functions(objects["functions"])
    yield from (f"extension {name} is not one of ours" for name in objects["extensions"].keys() - EXTENSIONS)
    yield from logins(objects)


def unexpected(objects: Found) -> Iterator[str]:
    for kind, expected in EXPECTED.items():
        for name, what in objects[kind].items():
            if kind == "roles" and name not in ROLES:
                continue
            if kind == "memberships" and not any(role in name.split(" in ") for role in ROLES):
                continue
            if name not in expected:
                yield f"{kind}: {name} {what}".strip() + " is not from roles.sql"
            elif expected[name] != without_maintain(what):
                yield f"{kind}: {name} has {what or 'nothing'}, not {expected[name] or 'nothing'}"
        yield from (f"{kind}: {name} is missing" for name in expected.keys() - objects[kind].keys())


def without_maintain(what: str) -> str:
    return re.sub(r"MAINTAIN, |, MAINTAIN", "", what)


def roles_with_too_much(objects: Found) -> Iterator[str]:
    """Others that policies do not hold. Superusers are the machine's administrators; they are listed, not judged."""
    for name, what in objects["roles"].items():
        if name not in ROLES and "bypassrls" in what and "superuser" not in what:
            yield f"role {name} is exempt from the policies"


def unprotected_tables(objects: Found, declared: Iterable[Declaration]) -> Iterator[str]:
    reasons = [one.tables for one in declared if isinstance(one, Unprotected)]
    with_policies = {name.split(" ")[0] for name in objects["policies"]}
    by_functions = {one.table for one in declared if isinstance(one, Protected)} - with_policies
    for table, what in objects["tables"].items():
        excused = any(re.fullmatch(pattern, table) for pattern in reasons)
        if not excused and not what.endswith("rls forced"):
            yield f"table {table} has no row-level security that its owner obeys, and no reason"
        if not excused and table not in with_policies | by_functions:
            yield f"table {table} has no policy and is not declared"
    for name, roles in objects["policies"].items():
        if "public" in roles.split(", "):
            yield f"policy {name} is for PUBLIC, not for {POLICY_ROLES}"


def privileges_on_tables(objects: Found, declared: Iterable[Declaration]) -> Iterator[str]:
    append_only = {one.table for one in declared if isinstance(one, Protected) and one.append_only}
    for kind in ("privileges on tables", "privileges on sequences"):
        for name, what in objects[kind].items():
            place, _, role = name.partition(": ")
            given = set(what.split(", ")) - {"MAINTAIN"}
            if role not in ROLES:
                yield f"{role} has {what} on {place}"
            elif role in ("lotse_backup", "lotse_stats", "lotse_policy") and given - {"SELECT", "USAGE"}:
                yield from writer(role, place, given)
            elif role in ("lotse_web", "lotse_worker") and given & {"TRUNCATE", "TRIGGER", "REFERENCES"}:
                yield f"{role} has {what} on {place}"
            if place.split(".")[0] in append_only and role in ("lotse_web", "lotse_worker") and given & CHANGES:
                yield f"{role} can change {place}, which is append-only"


CHANGES = {"UPDATE", "DELETE", "TRUNCATE"}


def writer(role: str, place: str, given: set[str]) -> Iterator[str]:
    if role != "lotse_policy":  # its functions write a few tables, which are declared and compared
        yield f"{role} can write {place}: {', '.join(sorted(given))}"


def functions(found: dict[str, str]) -> Iterator[str]:
    for name, what in found.items():
        called_by = what.partition("called by")[2]
        if not name.startswith("ntk."):
            yield f"function {name} is not in the schema ntk"
        for role in set(filter(None, called_by.replace(" ", "").split(","))) - set(ROLES):
            yield f"{role.replace('PUBLIC', 'everybody')} may call {name}"
        if " definer" in what and "owner lotse_policy " not in what:
            yield f"definer function {name} does not belong to lotse_policy"
        if " definer" in what and SEARCH_PATH not in what:
            yield f"definer function {name} has no fixed search_path"


def logins(objects: Found) -> Iterator[str]:
    for rule, method in objects.get("how logins prove who they are", {}).items():
        if method in NO_PROOF:
            yield f"pg_hba.conf {rule}: {method} lets in without proof"
    for role, stored in objects.get("passwords", {}).items():
        if stored == "md5":
            yield f"the password of {role} is stored as md5"
