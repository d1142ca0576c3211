"""The control of the intake: pgbench writes the same rows in 7 round trips and one commit, without an application.

The rows are those of a contact that is opened, written down and completed: the session, a data key, the contact with
its sealed values, three events. The database does the rest for both: policies, the outbox, the chain at commit.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.desk import NOTES, rows_between
from benchmarks.measure import Wrong
from benchmarks.place import Scale
from benchmarks.staff import SESSION_TABLE, handler
from supervisor import process
from supervisor.environment import WEB

#: An older checkout lacks some of the columns, which are then left out.
SESSIONS = f"""
insert into {SESSION_TABLE} select (jsonb_populate_record(null::{SESSION_TABLE}, jsonb_build_object(
    'session_key', 'direct-' || i, 'session_data', repeat('x', 300), 'expire_date', now() + interval '1 year',
    'began_at', now(), 'browser', '', 'system', ''))).*
from generate_series(0, 63) i on conflict do nothing
"""
SEAL = 1 + 16 + 12 + 16  # bytes: version, key, nonce, tag
SCRIPT = """
begin \\; select set_config('app.actor', ({first} + :client_id)::text, true), gen_random_uuid() as contact,
    gen_random_uuid() as key, nextval('hotline_contact_number') as number,
    ({codes})[1 + floor(random() * 500)::int] as code \\gset
update {session} set session_data = repeat('x', 300), expire_date = now()
    where session_key = 'direct-' || :client_id;
insert into privacy_datakey (id, master_key, wrapped, created_at) values (':key', 'k1', '{wrapped}', now());
insert into hotline_contact (id, number, centre_id, data_key_id, handler_id, state, kind, channel, started_at,
    saved_at, version, caller_type_id, language, relation, alias, phone, phone_index,
    caller_id_kind, country, postal_code, municipality, region_id, region_source, age_band, sex, phenomenon, topics,
    label, advice, notes, is_hard, ending)
    values (':contact', :number, {centre}, ':key', {first} + :client_id, 'draft', 'counselling', 'phone', now(),
    now(), 2, 'parent', 'de', 'child', '{alias}', '{phone}', sha256(':key'),
    'shown', 'DE', ':code', 'Invented', 'DE-SN', 'postal_code', '14_17', 'male', 'right', '{{behaviour,online}}',
    'umzug dachs', '{advice}', '{notes}', false, '');
update hotline_contact set state = 'completed', completed_at = now(), completed_by_id = {first} + :client_id,
    version = 3 where id = ':contact';
insert into journal_event (kind, at, actor_id, centre_id, subject, data, tell, wake) values {events};
commit;
"""
EVENT = "('contact.{kind}', now(), {first} + :client_id, {centre}, ':contact', '{data}', '{{{tell}}}', '')"
FIELDS = '{"fields": ["alias", "phone", "notes", "advice", "label", "postal_code", "municipality", "region_id"]}'


def script(scale: Scale) -> str:
    """``:client_id`` chooses the handler and the session."""
    keys = {"first": scale.people[handler(0)], "centre": scale.centre, "session": SESSION_TABLE}
    tells = {"opened": f"organisation.{scale.centre}", "saved": "", "completed": f"organisation.{scale.centre}"}
    events = ", ".join(EVENT.format(kind=kind, data=FIELDS, tell=tell, **keys) for kind, tell in tells.items())
    lengths = {"wrapped": 60, "alias": SEAL + 8, "phone": SEAL + 12, "advice": SEAL + 80, "notes": SEAL + len(NOTES)}
    sealed = {name: f"\\x{'5e' * length}" for name, length in lengths.items()}
    codes = f"'{{{','.join(scale.postal_codes)}}}'::text[]"
    return SCRIPT.format(codes=codes, events=events, **keys, **sealed).strip()


def throughput(scale: Scale, clients: int, seconds: int) -> float:
    """Transactions a second."""
    with tempfile.TemporaryDirectory() as directory:
        said = _pgbench(scale, Path(directory), clients, seconds)
    found = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    if found is None:
        raise Wrong(f"pgbench did not say how many: {said}")
    return float(found[1])


def latency(scale: Scale, seconds: int) -> float:
    """The median of one client's transactions, in seconds."""
    with tempfile.TemporaryDirectory() as directory:
        _pgbench(scale, Path(directory), 1, seconds, "--log", f"--log-prefix={directory}/log")
        lines = [line for path in Path(directory).glob("log.*") for line in path.read_text().splitlines()]
    return median(int(line.split()[2]) for line in lines) / 1e6


def _pgbench(scale: Scale, directory: Path, clients: int, seconds: int, *more: str) -> str:
    """The output of pgbench. Raises Wrong if it failed, or if rows are missing that it reports as written."""
    scale.do(SESSIONS)
    before = rows_between(scale)
    file = directory / "script"
    file.write_text(script(scale), encoding="utf-8")
    postgres = scale.place.embedded.postgres
    how: list[process.Part] = [
        "-n",
        "-f",
        file,
        "-c",
        str(clients),
        "-j",
        str(min(clients, 2)),
        "-T",
        str(seconds),
        *more,
    ]
    command = [postgres.programs / "pgbench", *how, scale.address(WEB)]
    done = process.run(command, directory=directory)
    found = re.search(r"^number of transactions actually processed: (\d+)", done.stdout, re.MULTILINE)
    if done.returncode or found is None:
        raise Wrong(f"pgbench: {done.stderr.strip()}")
    rows_between(scale, before, int(found[1]), completes=True)
    return done.stdout
