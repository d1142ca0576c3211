"""Ranks the partners for a case, best first, with reasons. Read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import connection
from django.utils import timezone

from casework.cases.models import Case, CaseContact, Responsibility
from hotline.contacts.models import CallerType, Contact
from hotline.contacts.vocabulary import AgeBand
from regions.network import candidates_for, interests_on, tree
from regions.routing import Candidate, Need, Ranking, Reason, conflicts, path_up, rank

from .models import CaseConflict, Referral
from .states import UNSUCCESSFUL

MINORS = frozenset({AgeBand.UNDER_14, AgeBand.FROM_14})


@dataclass(frozen=True)
class PartnerRecord:
    """A partner's workload and punctuality, without data of cases."""

    open_cases: dict[int, int]
    answered_in_time: dict[int, float]


def partner_record() -> PartnerRecord:
    """Current open cases, and the share of offers answered in time in the last year, per organisation."""
    with connection.cursor() as cursor:
        cursor.execute("select organisation_id, open_cases, answered, in_time from ntk.partner_record()")
        rows = cursor.fetchall()
    return PartnerRecord(
        {organisation: open_cases for organisation, open_cases, _answered, _in_time in rows},
        {organisation: in_time / answered for organisation, _open, answered, in_time in rows if answered},
    )


def contact_facts(contact: Contact) -> dict[str, Any]:
    """The facts of a summary: codes only, no identifying data."""
    return {
        "country": contact.country,
        "region": contact.region_id,
        "phenomenon": contact.phenomenon,
        "language": contact.language,
        "caller_type": contact.caller_type_id,
        "relation": contact.relation,
        "age_band": contact.age_band,
        "sex": contact.sex,
        "topics": contact.topics,
    }


def need_from(
    facts: dict[str, Any],
    services: Iterable[str],
    asked: Iterable[int] = (),
    involved: Iterable[int] = (),
    conflicted: Mapping[int, str] | None = None,
) -> Need:
    return Need(
        region=facts["region"],
        country=facts["country"],
        services=frozenset(services),
        phenomenon=facts["phenomenon"],
        language=facts["language"] or None,
        minor=facts["age_band"] in MINORS,
        caller_types=frozenset(type_and_group(facts["caller_type"])),
        involved=frozenset(involved),
        conflicted=conflicted or {},
        asked=frozenset(asked),
    )


def type_and_group(caller_type: str) -> set[str]:
    """The codes of a caller type and of its group."""
    row = cast("CallerType | None", CallerType.objects.filter(pk=caller_type).first())
    return {code for code in (caller_type, row.parent_id if row else None) if code}


def rank_partners(need: Need, now: datetime | None = None) -> Ranking:
    """With `now`, the reasons include who is closed at that moment; do not store those with a referral."""
    record = partner_record()
    today = timezone.localdate()
    parents = tree()
    candidates = candidates_for(
        need,
        parents,
        open_cases=record.open_cases,
        answered_in_time=record.answered_in_time,
        today=today,
        now=now,
    )
    return rank(need, candidates, parents, today)


def rank_for_case(case: Case, contact: Contact, service: str, now: datetime | None = None) -> Ranking:
    """The ranking for a case's opening contact; partners that did not take this case are excluded with that reason."""
    return rank_partners(_need_of(case.pk, contact_facts(contact), service), now)


def rank_for_referral(referral: Referral, facts: dict[str, Any]) -> Ranking:
    """The ranking for the next partner of a case, from the facts of the last summary."""
    return rank_partners(_need_of(referral.case_id, facts, referral.service))


def conflicts_with(case: Case, contact: Contact, organisation_id: int) -> list[Reason]:
    """The conflicts of interest because of which the organisation must not get the case."""
    need = _need_of(case.pk, contact_facts(contact), "")
    interests = interests_on(timezone.localdate()).get(organisation_id, ())
    candidate = Candidate(organisation_id, name="", country="", interests=interests)
    return list(conflicts(need, candidate, path_up(need.region or need.country, tree())))


def _need_of(case_id: Any, facts: dict[str, Any], service: str) -> Need:
    return need_from(
        facts,
        {service},
        asked=asked_already(case_id),
        involved=involved_in(case_id),
        conflicted=conflicted_in(case_id),
    )


def conflicted_in(case_id: Any) -> dict[int, str]:
    """The partners with a conflict of interest in this case, with the code of its reason."""
    return {row.organisation_id: row.code for row in CaseConflict.objects.standing().filter(case=case_id)}


def conflicted_for_contact(contact: Contact) -> dict[int, str]:
    """The same for a contact's case; empty if it has none."""
    link = CaseContact.objects.filter(contact=contact).first()
    return conflicted_in(link.case_id) if link else {}


def involved_in(case_id: Any) -> set[int]:
    """The organisations that are or were responsible for the case, the centre among them."""
    return set(Responsibility.objects.filter(case_id=case_id).values_list("organisation_id", flat=True))


def asked_already(case_id: Any) -> set[int]:
    """Partners that declined, did not answer or returned the case; they are not suggested again for it."""
    return set(
        Referral.objects.filter(case_id=case_id, state__in=UNSUCCESSFUL).values_list("organisation_id", flat=True)
    )


def reasons_as_data(ranking: Ranking, organisation_id: int) -> tuple[int | None, list[dict[str, Any]]]:
    """The place of an organisation in the ranking (from 1) and its reasons, stored with the referral."""
    for place, entry in enumerate(ranking.ranked, start=1):
        if entry.candidate.id == organisation_id:
            return place, [{"code": reason.code, "params": dict(reason.params)} for reason in entry.reasons]
    for left_out in ranking.excluded:
        if left_out.candidate.id == organisation_id:
            return None, [{"code": reason.code, "params": dict(reason.params)} for reason in left_out.reasons]
    return None, []
