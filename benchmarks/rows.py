"""The properties of contact ``n``, and the SQL that fills the tables.

Contact ``n`` (from 1) is the same whenever it is made: its id is a digest of ``n``, everything else a hash of ``n`` and
a salt. So the tables are filled one after the other without reading the earlier ones.

- 8 years up to two days ago, later months a little busier; one contact in ten is another centre's.
- By ``n % 100``: 85 to 99 were no counselling; 0 to 39 have an assessment, 0 to 11 a case, 12 to 15 belong to the case
  of an earlier contact. Three cases in five have a referral.
- 55 % show their number. 30 % of these come from one caller in a hundred, who call again and again.
- A handler has a tenth of the centre's contacts, another one about ten (`staff.MANY`, `staff.FEW`).
- Every contact has a data key of its own; the sealed values are one contact's, and shared.
"""

from __future__ import annotations

YEARS = 8
TABLES = (
    "privacy_datakey", "hotline_contact", "triage_assessment", "cases_case", "cases_casecontact",
    "cases_responsibility", "handoff_referral", "handoff_message",
)  # fmt: skip
NEWER_COLUMNS: dict[str, dict[str, str]] = {
    "cases_case": {"responsible_organisation_id": "bigint", "responsible_user_id": "bigint"},
    "triage_assessment": {"draft_duties": "varchar[] default '{}'", "duties_due": "jsonb default '{}'"},
}
"""Columns, with their types, that a checkout from before 2026-11-29 does not have and an ``insert`` here names."""
RARE = "ottersteg"
COMMON = "anruf"
TWO_WORDS = "anruf schule"
"""Words in working titles: about 20 in a million, one in four, one in thirty."""


def chance(salt: int) -> str:
    """SQL: a number from 0 to below 1 that belongs to ``n`` and ``salt``."""
    return f"((hashint8extended(n, {salt}) & 4294967295) / 4294967296.0::float8)"


def among(salt: int, weights: dict[str, int]) -> str:
    """SQL: one of the keys, by weight."""
    listed = [key for key, weight in weights.items() for _time in range(weight)]
    return f"('{{{','.join(listed)}}}'::text[])[1 + floor({chance(salt)} * {len(listed)})::int]"


def an_id(kind: str, of: str = "n") -> str:
    """SQL: the key of the row of this kind that belongs to contact ``of``."""
    return f"md5('{kind} ' || {of})::uuid"


CALLER_TYPES = {
    "parent": 30, "relative": 5, "sibling": 6, "partner": 4, "other_family": 5, "friend": 7, "neighbour": 2,
    "school": 12, "social_work": 9, "youth_work": 4, "health": 2, "authority": 6, "employer": 1, "affected": 2,
    "other": 2, "unknown": 3,
}  # fmt: skip
CHANNELS = {"phone": 72, "callback": 8, "email": 12, "web_form": 4, "whatsapp": 2, "sms": 1, "in_person": 1}
LANGUAGES = {"de": 78, '""': 8, "tr": 4, "ar": 4, "ru": 3, "en": 2, "fa": 1}
KINDS = {"silent": 6, "wrong_number": 3, "test": 1, "prank": 2, "abusive": 1, "press": 1, "no_answer": 1}
PHENOMENA = {"religious": 34, "right": 30, "conspiracy": 8, "left": 3, "foreign": 3, "mixed": 7, "unknown": 15}
AGES = {"under_14": 4, "14_17": 27, "18_20": 18, "21_26": 16, "27_39": 10, "40_plus": 7, "unknown": 18}
SEXES = {"male": 66, "female": 22, "diverse": 1, "unknown": 11}
DISPOSITIONS = {"referral": 50, "central_case": 36, "security": 8, "child_protection": 6}
SERVICES = {"relatives": 40, "exit": 20, "school": 15, "family": 15, "minors": 10}
OUTCOMES = {"stabilised": 45, "distanced": 12, "general_services": 20, "broken_off": 14, "no_contact": 9}
TITLES = {"schule": 12, "verein": 8, "familie": 20, "arbeit": 10, "netz": 16, "umzug": 6, "reise": 4, "wohnheim": 3}
ENDINGS = {"herbst": 5, "linde": 4, "fenster": 3, "laterne": 3, "garten": 2, "treppe": 2, "dachs": 1}

#: A case is closed when its time has passed; a referral's state follows from it and from chance.
STATES = {
    "opened(n bigint) returns timestamptz": "pg_temp.began(n) + interval '1 hour'",
    "closes(n bigint) returns timestamptz": f"pg_temp.began(n) + interval '3 days' + {chance(3)} * {chance(3)}"
    " * interval '300 days'",
    "is_closed(n bigint) returns boolean": "pg_temp.closes(n) < pg_temp.finish()",
    "is_referred(n bigint) returns boolean": "n % 100 < 12 and n / 100 % 5 < 3",
    "referral(n bigint) returns text": f"case when not pg_temp.is_referred(n) then null"
    f" when {chance(4)} < 0.12 then 'declined' when {chance(4)} < 0.20 then 'expired' when {chance(4)} < 0.23"
    " then 'withdrawn' when pg_temp.opened(n) > pg_temp.finish() - interval '2 days' then 'offered'"
    " when pg_temp.is_closed(n) then 'completed' else 'in_progress' end",
}
PLACES = """
create temp table place as
select row_number() over (order by md5(code)) - 1 as k, code, split_part(places, ', ', 1) as town, region_id as region
from regions_postalcode where country = 'DE' and is_main
"""

KEYS = f"""
insert into privacy_datakey (id, master_key, wrapped, created_at)
select {an_id("key")}, master, wrapped, pg_temp.began(n) from generate_series(1, pg_temp.contacts()) n, sealed
"""
TITLE = f"""
case when {chance(11)} < 0.3 then ''
    else case when {chance(12)} < 0.36 then '{COMMON} ' else '' end
        || {among(13, TITLES)} || ' ' || {among(14, ENDINGS)}
        || case when n % 50000 = 7 then ' {RARE}' else '' end end
"""
# A caller who calls again and again, or one among all the others.
CALLER = f"""
case when {chance(15)} < 0.45 then null
    when {chance(16)} < 0.3 then floor({chance(17)} * pg_temp.contacts() * 0.0035)::bigint
    else floor({chance(17)} * pg_temp.contacts() * 0.35)::bigint end
"""
# Two in five contacts come from a tenth of the places; one in twelve says no place.
WHERE = f"""
case when {chance(18)} < 0.08 then null
    else floor({chance(19)} * case when {chance(20)} < 0.4 then 0.1 else 1 end
        * (select count(*) from place))::bigint end
"""
CONTACTS = f"""
insert into hotline_contact (id, number, centre_id, data_key_id, handler_id, state, kind, channel, started_at,
    completed_at, completed_by_id, saved_at, version, caller_type_id, language, relation, alias, phone, phone_index,
    caller_id_kind, country, postal_code, municipality, region_id, region_source, age_band, sex, phenomenon, topics,
    label, advice, notes, is_hard, ending)
select {an_id("contact")}, n, pg_temp.centre(n), {an_id("key")}, pg_temp.handler(n), 'completed',
    case when n % 100 >= 85 then {among(21, KINDS)} else 'counselling' end, {among(22, CHANNELS)}, began,
    began + interval '25 minutes', pg_temp.handler(n), began + interval '25 minutes', 3, {among(23, CALLER_TYPES)},
    {among(24, LANGUAGES)}, {among(25, {"child": 40, "pupil": 20, "friend": 10, "client": 20, "unknown": 10})},
    case when {chance(26)} < 0.5 then alias end, case when caller is not null then phone end,
    coalesce(known.x, sha256(('caller ' || caller)::bytea)), case when caller is null then 'unknown' else 'shown' end,
    'DE', coalesce(place.code, ''), coalesce(left(place.town, 120), ''), place.region,
    case when place.code is null then '' else 'postal_code' end, {among(27, AGES)}, {among(28, SEXES)},
    {among(29, PHENOMENA)}, case when {chance(30)} < 0.6 then '{{behaviour,online}}' else '{{ideology}}' end::varchar[],
    {TITLE}, advice, notes, {chance(31)} < 0.03, ''
from (select n, pg_temp.began(n) as began, {CALLER} as caller, {WHERE} as place_k
      from generate_series(1, pg_temp.contacts()) n) one
cross join sealed left join known on known.k = one.caller left join place on place.k = one.place_k
"""
ASSESSMENTS = f"""
insert into triage_assessment (id, contact_id, centre_id, data_key_id, checklist_id, checklist_version,
    checklist_digest, answers, provenance, notes, proposed_disposition, proposed_urgency, proposed_duties, services,
    reasons, disposition, urgency, duties, duties_due, draft_duties, second_person_for, state, created_at,
    created_by_id, completed_at, completed_by_id, version)
select id, contact_id, centre, key, 'core', 1, repeat('0', 64),
    '{{"who": "parent", "since": "months", "what": ["behaviour", "online"], "danger": "no"}}'::jsonb, '{{}}'::jsonb,
    notes, disposition, urgency, duties, '{{relatives}}', '[]'::jsonb,
    disposition, urgency, duties, '{{}}'::jsonb, '{{}}', '{{}}', 'completed',
    began, handler, began + interval '20 minutes', handler, 2
from (select {an_id("assessment")} as id, {an_id("contact")} as contact_id, pg_temp.centre(n) as centre,
        {an_id("key")} as key, assessment as notes, pg_temp.began(n) as began, pg_temp.handler(n) as handler,
        case when n % 100 < 12 then {among(32, DISPOSITIONS)} else 'advice' end as disposition,
        case when {chance(33)} < 0.1 then 'urgent' else 'standard' end as urgency,
        case when n % 100 < 16 and {chance(34)} < 0.04 then '{{security_information}}' else '{{}}' end::varchar[]
            as duties
    from generate_series(1, pg_temp.contacts()) n, sealed where n % 100 < 40) one
"""
IS_PARTNERS = "coalesce(pg_temp.referral(n) in ('completed', 'in_progress'), false)"
RESPONSIBLE = f"""
case when is_partners then pg_temp.partner(n) else pg_temp.centre(n) end,
    case when is_partners or (not pg_temp.is_closed(n) and {chance(35)} < 0.01) then null else pg_temp.handler(n) end
"""
CASES = f"""
insert into cases_case (id, number, centre_id, data_key_id, assessment_id, contact_person_id,
    responsible_organisation_id, responsible_user_id, region_id, label,
    disposition, urgency, state, version, opened_at, opened_by_id, closed_at, closed_by_id,
    work_ended_at, close_reason)
select {an_id("case")}, n / 100 * 12 + n % 100 + 1, pg_temp.centre(n), {an_id("key")}, {an_id("assessment")},
    pg_temp.handler(n), {RESPONSIBLE}, place.region, {TITLE}, {among(32, DISPOSITIONS)},
    case when {chance(33)} < 0.1 then 'urgent' else 'standard' end,
    case when pg_temp.is_closed(n) then 'closed' else 'open' end, 1, pg_temp.opened(n), pg_temp.handler(n),
    case when pg_temp.is_closed(n) then pg_temp.closes(n) end,
    case when pg_temp.is_closed(n) then pg_temp.handler(n) end,
    case when pg_temp.is_closed(n) then pg_temp.closes(n) end,
    case when pg_temp.is_closed(n) then 'goals_met' else '' end
from (select n, {WHERE} as place_k, {IS_PARTNERS} as is_partners
    from generate_series(1, pg_temp.contacts()) n where n % 100 < 12) one
left join place on place.k = one.place_k
"""
CASE_CONTACTS = f"""
insert into cases_casecontact (contact_id, case_id, linked_at, linked_by_id)
select {an_id("contact")}, case when n % 100 < 12 then {an_id("case")} else {an_id("case", "(n - 12)")} end,
    pg_temp.opened(n), pg_temp.handler(n)
from generate_series(1, pg_temp.contacts()) n where n % 100 < 12 or (n % 100 < 16 and n > 15)
"""
RESPONSIBILITIES = f"""
insert into cases_responsibility (id, case_id, organisation_id, user_id, since, given_by_id)
select {an_id("responsibility")}, {an_id("case")},
    {RESPONSIBLE}, pg_temp.opened(n), pg_temp.handler(n)
from (select n, {IS_PARTNERS} as is_partners
    from generate_series(1, pg_temp.contacts()) n where n % 100 < 12) one
"""
REFERRALS = f"""
insert into handoff_referral (id, number, case_id, centre_id, organisation_id, data_key_id, state, service, urgency,
    rank, rank_reasons, contact_person_id, version, created_at, created_by_id, offered_at, offered_by_id, due_at,
    steps_at, answered_at, answered_by_id, decline_reason, outcome, ended_at)
select {an_id("referral")}, (n / 500 * 3 + n / 100 % 5) * 12 + n % 100 + 1, {an_id("case")}, pg_temp.centre(n),
    pg_temp.partner(n), {an_id("key")}, state, {among(36, SERVICES)}, 'standard', 1, '[]'::jsonb, pg_temp.handler(n), 3,
    opened, pg_temp.handler(n), opened + interval '1 hour', pg_temp.handler(n), opened + interval '49 hours',
    array[]::timestamptz[],
    case when is_answered then opened + interval '1 hour' + {chance(37)} * interval '70 hours' end,
    case when is_answered then pg_temp.worker() end, case when state = 'declined' then 'no_capacity' else '' end,
    case when state = 'completed' then {among(38, OUTCOMES)} else '' end,
    case when state = 'completed' then pg_temp.closes(n) when state in ('declined', 'expired', 'withdrawn')
        then opened + interval '72 hours' end
from (select n, pg_temp.referral(n) as state, pg_temp.opened(n) as opened,
        pg_temp.referral(n) in ('declined', 'completed', 'in_progress') as is_answered
    from generate_series(1, pg_temp.contacts()) n where pg_temp.is_referred(n)) one
"""
MESSAGES = f"""
insert into handoff_message (id, referral_id, data_key_id, kind, feedback, text, written_at, written_by_id)
select {an_id("message")}, {an_id("referral")}, {an_id("key")}, 'feedback', 'in_counselling', advice,
    pg_temp.opened(n) + interval '80 hours', pg_temp.worker()
from generate_series(1, pg_temp.contacts()) n, sealed
where pg_temp.is_referred(n) and {chance(39)} < 0.6 and pg_temp.referral(n) in ('completed', 'in_progress')
"""
#: The triggers that keep these do not run while rows are generated.
CONTACT_READERS = """
insert into hotline_contactreader (contact_id, user_id, centre_id)
select link.contact_id, reader.user_id, one.centre_id
from cases_case one join cases_casecontact link on link.case_id = one.id
cross join lateral (
    select one.contact_person_id as user_id
    union select one.responsible_user_id
    where one.responsible_user_id is not null or one.responsible_organisation_id = one.centre_id) reader
"""
NEXT_STEPS = """
insert into handoff_nextstep (referral_id, case_id, centre_id)
select r.id, r.case_id, r.centre_id from handoff_referral r join cases_case c on c.id = r.case_id
where c.state = 'open' and r.state in ('declined', 'expired', 'returned')
"""
OFFER_COUNTS = """
insert into handoff_offercount (organisation_id, day, taken, answered, in_time)
select one.organisation_id, one.day, sum(one.taken), sum(one.answered), sum(one.in_time)
from handoff_referral r, ntk.offer_of_day(r) one group by 1, 2
"""
#: An overdue action of each open case; `staff.FEW` has twenty in each, so about 200 due items whatever the size.
ACTIONS = """
insert into cases_action (id, case_id, centre_id, data_key_id, duty, strand, is_protected, organisation_id, user_id,
    role, is_urgent, steps_at, due_at, state, added_at, added_by_id, version)
select md5('action ' || c.id || i)::uuid, c.id, c.centre_id, c.data_key_id, 'verify_source', 'social', true,
    c.centre_id, c.contact_person_id, '', false, array[due], due, 'agreed', c.opened_at, c.contact_person_id, 1
from cases_case c cross join generate_series(1, 20) i
cross join lateral (select pg_temp.finish() + i * interval '1 hour' as due) one
where c.state = 'open' and (i = 1 or c.contact_person_id = pg_temp.few())
"""
WORK_ITEMS = """
insert into worklist_workitem (id, kind, detail, subject, reference, centre_id, organisation_id, user_id, role, besides,
    is_urgent, is_escalated, due_at, steps_at, steps_done, listed_at)
select md5('item ' || a.id)::uuid, 'action', a.duty, a.id, 'F-' || c.number, a.centre_id, a.organisation_id, a.user_id,
    '', '{}', false, c.number % 50 = 0, a.due_at, a.steps_at, 1, a.added_at
from cases_action a join cases_case c on c.id = a.case_id
"""
STATEMENTS = (KEYS, CONTACTS, ASSESSMENTS, CASES, CASE_CONTACTS, RESPONSIBILITIES, REFERRALS, MESSAGES,
              CONTACT_READERS, NEXT_STEPS, OFFER_COUNTS, ACTIONS, WORK_ITEMS)  # fmt: skip
