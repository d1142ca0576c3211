from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.routing import Candidate, Code, FirstSuggestion, Interest, Need, Pause, Reason, path_up, rank
from regions.vocabulary import Language, Phenomenon, Service

TREE = {
    "FR": None,
    "FR-ARA": "FR",
    "FR-01": "FR-ARA",
    "FR-69": "FR-ARA",
    "FR-69M": "FR-69",
    "FR-PAC": "FR",
    "FR-13": "FR-PAC",
    "DE": None,
    "DE-BY": "DE",
}
TODAY = date(2026, 3, 3)
OTHER_REASON = Interest(7, "other", phenomenon="religious")
NEED = Need("FR-69M", "FR", frozenset({"relatives"}), "religious", "fr")
GOOD = Candidate(
    1,
    "Example",
    "FR",
    services=frozenset({"relatives", "exit"}),
    phenomena=frozenset({"religious"}),
    languages=frozenset({"fr"}),
    coverage=frozenset({"FR-69M"}),
    capacity=4,
    open_cases=1,
)


def ids(need: Need, *candidates: Candidate) -> list[int]:
    return [entry.candidate.id for entry in rank(need, candidates, TREE, TODAY).ranked]


def why_not(need: Need, candidate: Candidate) -> list[Reason]:
    excluded = rank(need, [candidate], TREE, TODAY).excluded
    return [reason for entry in excluded for reason in entry.reasons]


def test_first_suggestion_without_candidates_is_the_centre() -> None:
    ranking = rank(NEED, [], TREE, TODAY)
    assert (ranking.ranked, ranking.excluded, ranking.outcome) == ((), (), FirstSuggestion.CENTRAL)


def test_the_nearest_level_comes_first_and_national_partners_last() -> None:
    above = [
        replace(GOOD, id=5, coverage=frozenset({"FR-69M"})),
        replace(GOOD, id=4, coverage=frozenset({"FR-69"})),
        replace(GOOD, id=3, coverage=frozenset({"FR-ARA"})),
        replace(GOOD, id=2, coverage=frozenset({"FR"})),
        replace(GOOD, id=1, coverage=frozenset(), is_national=True),
    ]
    ranking = rank(NEED, above, TREE, TODAY)
    assert [(entry.candidate.id, entry.distance) for entry in ranking.ranked] == [
        (5, 0),
        (4, 1),
        (3, 2),
        (2, 3),
        (1, None),
    ]
    assert ranking.outcome == FirstSuggestion.PARTNER


def test_a_region_beside_or_below_is_not_coverage() -> None:
    assert ids(NEED, replace(GOOD, coverage=frozenset({"FR-01", "FR-13", "DE-BY"}))) == []
    assert ids(replace(NEED, region="FR-69"), GOOD) == []


def test_only_national_partners_left() -> None:
    national = replace(GOOD, coverage=frozenset({"FR-13"}), is_national=True)
    assert rank(NEED, [national], TREE, TODAY).outcome == FirstSuggestion.NATIONAL


def test_a_national_partner_of_another_country_does_not_count() -> None:
    assert why_not(NEED, replace(GOOD, coverage=frozenset(), is_national=True, country="DE")) == [
        Reason(Code.NO_COVERAGE, {"region": "FR-69M"})
    ]


def test_without_a_region_the_whole_country_must_be_covered() -> None:
    need = replace(NEED, region=None)
    assert ids(need, GOOD, replace(GOOD, id=2, coverage=frozenset({"FR"}))) == [2]
    assert ids(need, replace(GOOD, is_national=True)) == [1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"coverage": frozenset()}, Reason(Code.NO_COVERAGE, {"region": "FR-69M"})),
        ({"services": frozenset({"exit"})}, Reason(Code.SERVICES_MISSING, {"services": "relatives"})),
        ({"phenomena": frozenset({"right"})}, Reason(Code.PHENOMENON_NOT_SERVED, {"phenomenon": "religious"})),
        ({"interests": (OTHER_REASON,)}, Reason(Code.CONFLICT, {"conflict": 7, "reason": "other", "until": ""})),
        ({"open_cases": 4}, Reason(Code.FULL, {"capacity": 4, "open": 4})),
        ({"open_cases": 9}, Reason(Code.FULL, {"capacity": 4, "open": 9})),
        ({"capacity": 0, "open_cases": 0}, Reason(Code.FULL, {"capacity": 0, "open": 0})),
        ({"pause": Pause()}, Reason(Code.PAUSED, {"until": ""})),
        ({"pause": Pause(TODAY)}, Reason(Code.PAUSED, {"until": "2026-03-03"})),
    ],
)
def test_each_exclusion_says_why(change: dict[str, object], reason: Reason) -> None:
    assert ids(NEED, GOOD) == [1]
    assert why_not(NEED, replace(GOOD, **change)) == [reason]  # type: ignore[arg-type]


def test_the_need_can_exclude_an_organisation() -> None:
    assert why_not(replace(NEED, asked=frozenset({1})), GOOD) == [Reason(Code.ASKED_BEFORE)]
    here = Reason(Code.CONFLICT, {"reason": "ties"})
    assert why_not(replace(NEED, conflicted={1: "ties"}), GOOD) == [here]


def test_every_reason_is_told_not_only_the_first() -> None:
    candidate = replace(GOOD, services=frozenset(), pause=Pause(), open_cases=4)
    assert [reason.code for reason in why_not(NEED, candidate)] == [Code.SERVICES_MISSING, Code.PAUSED, Code.FULL]


def test_a_pause_that_is_over_does_not_count() -> None:
    assert ids(NEED, replace(GOOD, pause=Pause(TODAY - timedelta(days=1)))) == [1]


def test_a_minor_needs_somebody_who_works_with_minors() -> None:
    need = replace(NEED, minor=True)
    assert why_not(need, GOOD) == [Reason(Code.MINORS_NOT_SERVED)]
    assert ids(need, replace(GOOD, services=GOOD.services | {"minors"})) == [1]
    asked_for = replace(need, services=frozenset({"minors"}))
    assert why_not(asked_for, GOOD) == [Reason(Code.SERVICES_MISSING, {"services": "minors"})]


@pytest.mark.parametrize("phenomenon", ["unknown", "mixed"])
def test_an_open_phenomenon_excludes_nobody(phenomenon: str) -> None:
    assert ids(replace(NEED, phenomenon=phenomenon), replace(GOOD, phenomena=frozenset())) == [1]


def test_within_a_level_language_then_free_places_then_record() -> None:
    candidates = [
        replace(GOOD, id=1, languages=frozenset(), open_cases=0, answered_in_time=1.0),
        replace(GOOD, id=2, open_cases=3, answered_in_time=1.0),
        replace(GOOD, id=3, open_cases=0, answered_in_time=0.2),
        replace(GOOD, id=4, open_cases=0, answered_in_time=None),
        replace(GOOD, id=5, open_cases=0, answered_in_time=0.9),
        replace(GOOD, id=6, open_cases=0, answered_in_time=0.9),
    ]
    assert ids(NEED, *candidates) == [5, 6, 4, 3, 2, 1]


def test_the_share_of_free_places_counts_not_their_number() -> None:
    small, large = replace(GOOD, id=2, capacity=2, open_cases=0), replace(GOOD, id=1, capacity=20, open_cases=10)
    assert ids(NEED, large, small) == [2, 1]


def test_the_reasons_of_a_rank() -> None:
    ranking = rank(NEED, [replace(GOOD, coverage=frozenset({"FR-ARA"}), answered_in_time=0.875)], TREE, TODAY)
    assert ranking.ranked[0].reasons == (
        Reason(Code.COVERS_ABOVE, {"region": "FR-ARA", "levels": 2}),
        Reason(Code.SERVICES_OFFERED, {"services": "relatives"}),
        Reason(Code.PHENOMENON_SERVED, {"phenomenon": "religious"}),
        Reason(Code.LANGUAGE_SPOKEN, {"language": "fr"}),
        Reason(Code.FREE_PLACES, {"free": 3, "capacity": 4}),
        Reason(Code.ANSWERS_IN_TIME, {"percent": 88}),
    )


def test_the_reasons_of_a_rank_without_wishes() -> None:
    need = Need("FR-69M", "FR")
    assert [reason.code for reason in rank(need, [GOOD], TREE, TODAY).ranked[0].reasons] == [
        Code.COVERS_REGION,
        Code.PHENOMENON_OPEN,
        Code.FREE_PLACES,
        Code.NO_RECORD,
    ]


def test_cycle_in_the_region_tree_does_not_loop() -> None:
    assert path_up("A", {"A": "B", "B": "A"}) == ("A", "B")


regions = st.sampled_from(sorted(TREE))
some_services = st.frozensets(st.sampled_from(Service.values), max_size=3)
pauses = st.none() | st.builds(Pause, st.none() | st.dates(date(2026, 2, 1), date(2026, 4, 1)))
needs = st.builds(
    Need,
    st.none() | regions,
    st.sampled_from(["FR", "DE"]),
    some_services,
    st.sampled_from(Phenomenon.values),
    st.none() | st.sampled_from(Language.values[:4]),
    st.booleans(),
    conflicted=st.dictionaries(st.integers(0, 5), st.sampled_from(["ties", "declared"]), max_size=2),
    asked=st.frozensets(st.integers(0, 5), max_size=2),
)
candidates = st.lists(
    st.builds(
        Candidate,
        id=st.integers(0, 30),
        name=st.just("Example"),
        country=st.sampled_from(["FR", "DE"]),
        services=st.just(frozenset(Service.values)) | some_services,
        phenomena=st.just(frozenset(Phenomenon.values)) | st.just(frozenset({"right"})),
        languages=st.frozensets(st.sampled_from(Language.values[:4])),
        coverage=st.frozensets(regions, max_size=3),
        is_national=st.booleans(),
        capacity=st.integers(0, 6),
        open_cases=st.integers(0, 4),
        pause=pauses,
        answered_in_time=st.none() | st.floats(0, 1),
        interests=st.sampled_from([(), (OTHER_REASON,)]),
    ),
    max_size=8,
    unique_by=lambda candidate: candidate.id,
)


@given(needs, candidates)
def test_everybody_is_listed_once_and_every_exclusion_has_a_reason(need: Need, found: list[Candidate]) -> None:
    ranking = rank(need, found, TREE, TODAY)
    listed = [entry.candidate.id for entry in ranking.ranked] + [entry.candidate.id for entry in ranking.excluded]
    assert sorted(listed) == sorted(candidate.id for candidate in found)
    assert all(entry.reasons for entry in ranking.ranked)
    assert all(entry.reasons for entry in ranking.excluded)


@given(needs, candidates)
def test_nearer_comes_always_before_farther(need: Need, found: list[Candidate]) -> None:
    far = len(TREE)
    distances = [far if entry.distance is None else entry.distance for entry in rank(need, found, TREE, TODAY).ranked]
    assert distances == sorted(distances)


@given(needs, candidates, st.randoms())
def test_the_order_of_the_input_does_not_matter(need: Need, found: list[Candidate], random: object) -> None:
    mixed = list(found)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert rank(need, mixed, TREE, TODAY) == rank(need, found, TREE, TODAY)


@given(needs, candidates, st.none() | st.dates(TODAY, date(2026, 12, 31)))
def test_paused_partner_is_not_ranked_and_the_order_of_others_is_unchanged(
    need: Need, found: list[Candidate], until: date | None
) -> None:
    for candidate in found:
        paused = [replace(other, pause=Pause(until)) if other is candidate else other for other in found]
        others = [
            entry.candidate.id for entry in rank(need, found, TREE, TODAY).ranked if entry.candidate.id != candidate.id
        ]
        assert ids(need, *paused) == others


@given(needs, candidates)
def test_the_outcome_is_where_the_first_of_the_list_is_found(need: Need, found: list[Candidate]) -> None:
    ranking = rank(need, found, TREE, TODAY)
    if not ranking.ranked:
        expected = FirstSuggestion.CENTRAL
    else:
        expected = FirstSuggestion.NATIONAL if ranking.ranked[0].distance is None else FirstSuggestion.PARTNER
    assert ranking.outcome == expected


@given(needs, candidates)
def test_partner_asked_before_or_with_a_conflict_is_excluded(need: Need, found: list[Candidate]) -> None:
    assert not {*ids(need, *found)} & (need.asked | set(need.conflicted))


CASE = replace(NEED, caller_types=frozenset({"parent", "relative"}), involved=frozenset({40, 41}))


@pytest.mark.parametrize(
    ("interest", "is_one"),
    [
        (Interest(1, "ties", region="FR-69M"), True),
        (Interest(1, "ties", region="FR-69"), True),
        (Interest(1, "ties", region="FR"), True),
        (Interest(1, "ties", region="FR-13"), False),
        (Interest(1, "ties", region="DE"), False),
        (Interest(1, "ties", phenomenon="religious"), True),
        (Interest(1, "ties", phenomenon="right"), False),
        (Interest(1, "ties", caller_type="parent"), True),
        (Interest(1, "ties", caller_type="relative"), True),
        (Interest(1, "ties", caller_type="school"), False),
        (Interest(1, "ties", other=40), True),
        (Interest(1, "ties", other=42), False),
        (Interest(1, "ties", region="FR", phenomenon="religious", caller_type="relative", other=41), True),
        (Interest(1, "ties", region="FR", phenomenon="right"), False),
        (Interest(1, "ties", region="FR", other=42), False),
    ],
)
def test_a_standing_conflict_counts_where_everything_it_names_fits(interest: Interest, is_one: bool) -> None:
    reasons = why_not(CASE, replace(GOOD, interests=(Interest(2, "other", region="DE-BY"), interest)))
    assert reasons == ([Reason(Code.CONFLICT, {"conflict": 1, "reason": "ties", "until": ""})] if is_one else [])


def test_the_end_of_a_conflict_is_part_of_its_reason() -> None:
    ending = Interest(1, "complaint", region="FR", until=date(2026, 12, 31))
    (reason,) = why_not(CASE, replace(GOOD, interests=(ending,)))
    assert reason.params["until"] == "2026-12-31"
