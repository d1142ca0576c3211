"""The rows of the hot paths in raw SQL: pgbench with one transaction for each request, without an application.

As the web's role with its actor, so the database's own part is in it: policies, the outbox, the chain at commit. Each
request reads the session and the memberships, as any application has to. `direct` is the same for a contact in one
transaction.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.desk import NOTES
from benchmarks.direct import FIELDS, SEAL, SESSIONS
from benchmarks.measure import Wrong
from benchmarks.place import Scale
from benchmarks.staff import SESSION_TABLE
from supervisor import process
from supervisor.environment import WEB

IDS = """
select gen_random_uuid() as contact, gen_random_uuid() as key, gen_random_uuid() as assessment,
    gen_random_uuid() as "case", ({codes})[1 + floor(random() * 500)::int] as code \\gset
"""
BEGIN = f"""
begin \\; select set_config('app.actor', (:actor)::text, true);
select session_data from {SESSION_TABLE} where session_key = 'direct-' || :client_id and expire_date > now();
select u.*, m.role, o.* from accounts_user u join accounts_membership m on m.user_id = u.id and m.ended_at is null
    join accounts_organisation o on o.id = m.organisation_id where u.id = :actor;
"""
EVENTS = """
insert into journal_event (kind, at, actor_id, centre_id, subject, "case", data, tell, wake) values {rows};
"""
OPEN = """
select nextval('hotline_contact_number') as number \\gset
insert into privacy_datakey (id, master_key, wrapped, created_at) values (':key', 'k1', '{wrapped}', now());
insert into hotline_contact (id, number, centre_id, data_key_id, handler_id, state, kind, channel, started_at,
    saved_at, version, caller_type_id, language, relation, caller_id_kind, country, postal_code, municipality,
    region_source, age_band, sex, phenomenon, topics, label, is_hard, ending)
    values (':contact', :number, {centre}, ':key', :actor, 'draft', 'counselling', 'phone', now(), now(), 1, 'unknown',
    '', 'unknown', 'unknown', 'DE', '', '', '', 'unknown', 'unknown', 'unknown', '{{}}', '', false, '');
"""
COMPLETE = """
select * from hotline_contact where id = ':contact' for no key update;
update hotline_contact set state = 'completed', completed_at = now(), completed_by_id = :actor, saved_at = now(),
    version = 3, caller_type_id = 'parent', language = 'de', relation = 'child', alias = '{alias}', phone = '{phone}',
    phone_index = sha256(':key'), caller_id_kind = 'shown', postal_code = ':code', municipality = 'Invented',
    region_id = 'DE-SN', region_source = 'postal_code', age_band = '14_17', sex = 'male', phenomenon = 'right',
    topics = '{{behaviour,online}}', label = 'umzug dachs', advice = '{advice}', notes = '{notes}'
    where id = ':contact' and version = 1;
"""
START = """
select * from hotline_contact where id = ':contact' for no key update;
insert into triage_assessment (id, contact_id, centre_id, data_key_id, checklist_id, checklist_version,
    checklist_digest, answers, provenance, proposed_disposition, proposed_urgency, proposed_duties, services,
    reasons, disposition, urgency, duties, duties_due, draft_duties, second_person_for, state,
    created_at, created_by_id, version)
    values (':assessment', ':contact', {centre}, ':key', 'core', 1, repeat('0', 64), '{answers}', '{answers}', 'open',
    'standard', '{{}}', '{{}}', '[]', 'open', 'standard', '{{}}', '{{}}', '{{}}', '{{}}', 'draft', now(), :actor, 2);
"""
ANSWER = """
select * from triage_assessment where id = ':assessment' for no key update;
update triage_assessment set answers = '{answers}', provenance = '{answers}', version = version + 1
    where id = ':assessment' and state = 'draft';
"""
CASE = """
select * from triage_assessment a join hotline_contact c on c.id = a.contact_id where a.id = ':assessment'
    for no key update of a;
update triage_assessment set state = 'completed', version = version + 1, proposed_disposition = 'security',
    disposition = 'security', completed_at = now(), completed_by_id = :actor where id = ':assessment';
select nextval('cases_case_number') as case_number \\gset
insert into cases_case (id, number, centre_id, data_key_id, assessment_id, contact_person_id,
    responsible_organisation_id, responsible_user_id, label, disposition, urgency, state, version, opened_at,
    opened_by_id)
    values (':case', :case_number, {centre}, ':key', ':assessment', :actor, {centre}, :actor, '', 'security',
    'standard', 'open', 1, now(), :actor);
insert into cases_responsibility (id, case_id, organisation_id, user_id, since, given_by_id)
    values (gen_random_uuid(), ':case', {centre}, :actor, now(), :actor) on conflict do nothing;
insert into cases_casecontact (contact_id, case_id, linked_at, linked_by_id)
    values (':contact', ':case', now(), :actor) on conflict do nothing;
"""
EVENT = "('{kind}', now(), :actor, {centre}, ':{subject}', null, '{data}', '{{{tell}}}', '')"
#: Subject, and kinds of the events of each request.
TOLD = {
    OPEN: ("contact", ["contact.opened"]),
    COMPLETE: ("contact", ["contact.saved", "contact.completed"]),
    START: ("assessment", ["assessment.started", "assessment.edited"]),
    ANSWER: ("assessment", []),
    CASE: ("assessment", ["assessment.completed", "case.opened"]),
}
CONTACT = [OPEN, COMPLETE]
TO_CASE = [OPEN, START, CASE, COMPLETE]


def full_triage(requests: int) -> list[str]:
    """Opened, answered in this number of requests, completed with a case."""
    return [OPEN, START, *[ANSWER] * (requests - 1), CASE]


def writing(scale: Scale, requests: list[str], actor: str) -> str:
    """The script of pgbench. ``actor``: a key, or SQL with ``:client_id``."""
    lengths = {"wrapped": 60, "alias": SEAL + 8, "phone": SEAL + 12, "advice": SEAL + 80, "notes": SEAL + len(NOTES)}
    sealed = {name: f"\\x{'5e' * length}" for name, length in lengths.items()}
    keys = {"centre": str(scale.centre), "answers": '{"weapons": "access"}'}
    codes = f"'{{{','.join(scale.postal_codes)}}}'::text[]"
    parts = [f"\\set actor {actor}", IDS.format(codes=codes).strip()]
    for request in requests:
        subject, kinds = TOLD[request]
        tell = f"organisation.{scale.centre}"
        rows = [EVENT.format(kind=kind, subject=subject, data=FIELDS, tell=tell, **keys) for kind in kinds]
        written = EVENTS.format(rows=", ".join(rows)) if rows else ""
        parts += [BEGIN.strip(), request.format(**keys, **sealed).strip(), written.strip(), "commit;"]
    return "\n".join(parts)


def reading(statement: str, actor: str) -> str:
    return "\n".join([f"\\set actor {actor}", BEGIN.strip(), f"{statement.strip()};", "commit;"])


def rate(scale: Scale, script: str, clients: int, seconds: int) -> tuple[float, int]:
    """Paths a second, and how many there were."""
    with tempfile.TemporaryDirectory() as directory:
        said = _pgbench(scale, Path(directory), script, clients, ["-T", str(seconds)])
    tps = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    assert tps is not None
    return float(tps[1]), _made(said)


def latency(scale: Scale, script: str, seconds: int) -> tuple[float, int]:
    """The median of one client, in seconds, and how many there were."""
    with tempfile.TemporaryDirectory() as directory:
        how = ["-T", str(seconds), "--log", f"--log-prefix={directory}/log"]
        said = _pgbench(scale, Path(directory), script, 1, how)
        lines = [line for path in Path(directory).glob("log.*") for line in path.read_text().splitlines()]
    return median(int(line.split()[2]) for line in lines) / 1e6, _made(said)


def times(scale: Scale, script: str, number: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        _pgbench(scale, Path(directory), script, 1, ["-t", str(number)])


def _made(said: str) -> int:
    found = re.search(r"^number of transactions actually processed: (\d+)", said, re.MULTILINE)
    if found is None:
        raise Wrong(f"pgbench did not say how many: {said}")
    return int(found[1])


def _pgbench(scale: Scale, directory: Path, script: str, clients: int, how: list[str]) -> str:
    """Its output. Raises Wrong if it failed or says no number."""
    scale.do(SESSIONS)
    file = directory / "script"
    file.write_text(script, encoding="utf-8")
    postgres = scale.place.embedded.postgres
    threads = str(min(clients, 2))
    options: list[process.Part] = [
        "-n",
        "-f",
        file,
        "-c",
        str(clients),
        "-j",
        threads,
    ]
    done = process.run([postgres.programs / "pgbench", *options, *how, scale.address(WEB)], directory=directory)
    if done.returncode or "actually processed" not in done.stdout:
        raise Wrong(f"pgbench: {done.stderr.strip()[-600:]}")
    return done.stdout
