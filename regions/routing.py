"""Ranks partners for a case, with reasons. Pure functions, without database and clock.

The rules (docs/domain.md, step 4): the nearest level of the region tree first, then the national partners, then the
centre itself. Within a level: language, then free places, then the record of answering in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from .vocabulary import UNDECIDED_PHENOMENA, Phenomenon

Tree = Mapping[str, str | None]


class FirstSuggestion(StrEnum):
    """The kind of the first suggestion."""

    PARTNER = "partner"
    NATIONAL = "national"
    CENTRAL = "central"


class Code(StrEnum):
    """Every reason that a rank or an exclusion can have; the sentences are in reasons.py."""

    COVERS_REGION = "covers_region"
    COVERS_ABOVE = "covers_above"
    NATIONAL = "national"
    SERVICES_OFFERED = "services_offered"
    PHENOMENON_SERVED = "phenomenon_served"
    PHENOMENON_OPEN = "phenomenon_open"
    LANGUAGE_SPOKEN = "language_spoken"
    LANGUAGE_NOT_SPOKEN = "language_not_spoken"
    FREE_PLACES = "free_places"
    ANSWERS_IN_TIME = "answers_in_time"
    NO_RECORD = "no_record"
    NO_COVERAGE = "no_coverage"
    SERVICES_MISSING = "services_missing"
    MINORS_NOT_SERVED = "minors_not_served"
    PHENOMENON_NOT_SERVED = "phenomenon_not_served"
    PAUSED = "paused"
    NEVER_OPEN = "never_open"
    CONFLICT = "conflict"
    FULL = "full"
    ASKED_BEFORE = "asked_before"
    CLOSED = "closed"


@dataclass(frozen=True)
class Reason:
    """A reason as code and parameters: codes, ids, counts and dates, so that it can be stored and translated later."""

    code: Code
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Pause:
    """No new cases until this day, that day included; None: until further notice."""

    until: date | None = None


@dataclass(frozen=True)
class Interest:
    """A standing conflict of interest of a candidate; what is None or empty is not asked about.

    `caller_type` may be a group; `other` is an organisation that is or was responsible for the case.
    """

    id: int
    reason: str
    region: str | None = None
    phenomenon: str = ""
    caller_type: str = ""
    other: int | None = None
    until: date | None = None


@dataclass(frozen=True)
class Need:
    """What is looked for. `asked` are organisations that declined or let the offer expire in this case.

    `caller_types`: the caller's type and its group. `involved`: organisations that are or were responsible for the
    case. `conflicted`: those with a conflict of interest in this very case, and the code of its reason.
    """

    region: str | None
    country: str
    services: frozenset[str] = frozenset()
    phenomenon: str = Phenomenon.UNKNOWN.value
    language: str | None = None
    minor: bool = False
    caller_types: frozenset[str] = frozenset()
    involved: frozenset[int] = frozenset()
    conflicted: Mapping[int, str] = field(default_factory=dict)
    asked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """A partner with its current data. `answered_in_time`: a share from 0 to 1, None without a record.

    `coverage`: the covered ones among the need's region and those above it.
    """

    id: int
    name: str
    country: str
    services: frozenset[str] = frozenset()
    phenomena: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    coverage: frozenset[str] = frozenset()
    is_national: bool = False
    capacity: int = 0
    open_cases: int = 0
    pause: Pause | None = None
    is_never_open: bool = False
    answered_in_time: float | None = None
    interests: tuple[Interest, ...] = ()
    closed_until: datetime | None = None

    @property
    def free(self) -> int:
        """Places left, never below zero."""
        return max(0, self.capacity - self.open_cases)


@dataclass(frozen=True)
class Ranked:
    """A partner that can be asked. `distance`: levels above the need's region that it is covered at, None: national."""

    candidate: Candidate
    distance: int | None
    reasons: tuple[Reason, ...]

    @property
    def is_national(self) -> bool:
        """Whether it was found as a national partner only."""
        return self.distance is None


@dataclass(frozen=True)
class Excluded:
    """A partner that cannot be asked, with every reason."""

    candidate: Candidate
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Ranking:
    """The result: partners to ask, in order, and excluded ones with reasons."""

    ranked: tuple[Ranked, ...]
    excluded: tuple[Excluded, ...]
    outcome: FirstSuggestion


def rank(need: Need, candidates: Sequence[Candidate], tree: Tree, today: date) -> Ranking:
    """Put every candidate into exactly one of the two lists. `tree` maps each region to its parent.

    The order does not depend on the order of `candidates`, whose ids must differ.
    """
    path = path_up(need.region or need.country, tree)
    ranked: list[Ranked] = []
    excluded: list[Excluded] = []
    for candidate in sorted(candidates, key=lambda candidate: candidate.id):
        against = tuple(exclusions(need, candidate, path, today))
        if against:
            excluded.append(Excluded(candidate, against))
        else:
            ranked.append(_ranked(need, candidate, path))
    ranked.sort(key=lambda entry: _order(need, entry))
    return Ranking(tuple(ranked), tuple(excluded), _outcome(ranked))


def path_up(region: str, tree: Tree) -> tuple[str, ...]:
    """The region, its parent and so on up to the country; a region that the tree does not know stands alone."""
    path = [region]
    while (parent := tree.get(path[-1])) is not None and parent not in path:
        path.append(parent)
    return tuple(path)


def distance_of(candidate: Candidate, path: Sequence[str]) -> int | None:
    """How many levels above the need's region the nearest covered region is; None when none of them is covered."""
    return next((level for level, region in enumerate(path) if region in candidate.coverage), None)


def exclusions(need: Need, candidate: Candidate, path: Sequence[str], today: date) -> Iterator[Reason]:
    """Every reason against asking the candidate; none when it can be asked."""
    if distance_of(candidate, path) is None and not (candidate.is_national and candidate.country == need.country):
        yield Reason(Code.NO_COVERAGE, {"region": path[0]})
    yield from _unserved(need, candidate)
    yield from conflicts(need, candidate, path)
    if candidate.id in need.asked:
        yield Reason(Code.ASKED_BEFORE)
    if candidate.is_never_open:
        yield Reason(Code.NEVER_OPEN)
    if candidate.pause and (candidate.pause.until is None or candidate.pause.until >= today):
        yield Reason(Code.PAUSED, {"until": candidate.pause.until.isoformat() if candidate.pause.until else ""})
    if candidate.free == 0:
        yield Reason(Code.FULL, {"capacity": candidate.capacity, "open": candidate.open_cases})


def conflicts(need: Need, candidate: Candidate, path: Sequence[str]) -> Iterator[Reason]:
    """Every conflict of interest that the candidate has in this case."""
    if candidate.id in need.conflicted:
        yield Reason(Code.CONFLICT, {"reason": need.conflicted[candidate.id]})
    for interest in candidate.interests:
        if _concerns(interest, need, path):
            until = interest.until.isoformat() if interest.until else ""
            yield Reason(Code.CONFLICT, {"conflict": interest.id, "reason": interest.reason, "until": until})


def _concerns(interest: Interest, need: Need, path: Sequence[str]) -> bool:
    """Whether everything that the conflict names fits the case. A country is the region above all of its regions."""
    return (
        interest.region in (None, *path)
        and interest.phenomenon in ("", need.phenomenon)
        and (not interest.caller_type or interest.caller_type in need.caller_types)
        and (interest.other is None or interest.other in need.involved)
    )


def _unserved(need: Need, candidate: Candidate) -> Iterator[Reason]:
    """Needed services that the candidate does not offer."""
    if missing := need.services - candidate.services:
        yield Reason(Code.SERVICES_MISSING, {"services": _listed(missing)})
    if need.minor and "minors" not in candidate.services and "minors" not in need.services:
        yield Reason(Code.MINORS_NOT_SERVED)
    if need.phenomenon not in UNDECIDED_PHENOMENA | candidate.phenomena:
        yield Reason(Code.PHENOMENON_NOT_SERVED, {"phenomenon": need.phenomenon})


def _ranked(need: Need, candidate: Candidate, path: Sequence[str]) -> Ranked:
    distance = distance_of(candidate, path)
    return Ranked(candidate, distance, tuple(_reasons_for(need, candidate, path, distance)))


def _reasons_for(need: Need, candidate: Candidate, path: Sequence[str], distance: int | None) -> Iterator[Reason]:
    if distance is None:
        yield Reason(Code.NATIONAL, {"country": need.country})
    elif distance == 0:
        yield Reason(Code.COVERS_REGION, {"region": path[0]})
    else:
        yield Reason(Code.COVERS_ABOVE, {"region": path[distance], "levels": distance})
    if need.services:
        yield Reason(Code.SERVICES_OFFERED, {"services": _listed(need.services)})
    yield _phenomenon(need)
    if need.language:
        spoken = need.language in candidate.languages
        yield Reason(Code.LANGUAGE_SPOKEN if spoken else Code.LANGUAGE_NOT_SPOKEN, {"language": need.language})
    yield Reason(Code.FREE_PLACES, {"free": candidate.free, "capacity": candidate.capacity})
    if candidate.answered_in_time is None:
        yield Reason(Code.NO_RECORD)
    else:
        yield Reason(Code.ANSWERS_IN_TIME, {"percent": round(candidate.answered_in_time * 100)})
    if candidate.closed_until:  # no effect on the order, because deadlines count opening hours
        yield Reason(Code.CLOSED, {"until": candidate.closed_until.isoformat()})


def _phenomenon(need: Need) -> Reason:
    code = Code.PHENOMENON_OPEN if need.phenomenon in UNDECIDED_PHENOMENA else Code.PHENOMENON_SERVED
    return Reason(code, {"phenomenon": need.phenomenon})


#: A partner without a record counts as one that answers half of its offers in time.
UNKNOWN_RECORD = 0.5


def _order(need: Need, entry: Ranked) -> tuple[bool, int, bool, float, float, int]:
    """Nearest first, then language, share of free places, record; the id makes the order the same every time."""
    candidate = entry.candidate
    record = UNKNOWN_RECORD if candidate.answered_in_time is None else candidate.answered_in_time
    foreign = need.language is not None and need.language not in candidate.languages
    share = candidate.free / candidate.capacity
    return entry.is_national, entry.distance or 0, foreign, -share, -record, candidate.id


def _outcome(ranked: Sequence[Ranked]) -> FirstSuggestion:
    if not ranked:
        return FirstSuggestion.CENTRAL
    return FirstSuggestion.NATIONAL if ranked[0].is_national else FirstSuggestion.PARTNER


def _listed(codes: frozenset[str]) -> str:
    return ",".join(sorted(codes))
