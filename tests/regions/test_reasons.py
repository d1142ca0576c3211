from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from regions.reasons import names_of_regions, sentence
from regions.routing import Code, Reason

NAMES = {"DE-BY": "Bavaria", "DE": "Germany"}
PARAMS: dict[Code, dict[str, str | int]] = {
    Code.COVERS_REGION: {"region": "DE-BY"},
    Code.COVERS_ABOVE: {"region": "DE", "levels": 1},
    Code.NATIONAL: {"country": "DE"},
    Code.SERVICES_OFFERED: {"services": "exit,school"},
    Code.PHENOMENON_SERVED: {"phenomenon": "right"},
    Code.PHENOMENON_OPEN: {"phenomenon": "unknown"},
    Code.LANGUAGE_SPOKEN: {"language": "tr"},
    Code.LANGUAGE_NOT_SPOKEN: {"language": "tr"},
    Code.FREE_PLACES: {"free": 2, "capacity": 5},
    Code.ANSWERS_IN_TIME: {"percent": 80},
    Code.NO_COVERAGE: {"region": "DE-BY"},
    Code.SERVICES_MISSING: {"services": "prison"},
    Code.PHENOMENON_NOT_SERVED: {"phenomenon": "left"},
    Code.PAUSED: {"until": "2026-03-03"},
    Code.CLOSED: {"until": "2026-03-03T09:00:00+01:00"},
    Code.FULL: {"open": 5, "capacity": 5},
}
ENGLISH = {
    Code.COVERS_REGION: "Works in Bavaria.",
    Code.COVERS_ABOVE: "Works in Germany, one level above the place.",
    Code.SERVICES_OFFERED: "Offers: Exit work, Work in schools.",
    Code.PHENOMENON_SERVED: "Works on this phenomenon: Right-wing.",
    Code.LANGUAGE_NOT_SPOKEN: "Does not speak Turkish; an interpreter is needed.",
    Code.FREE_PLACES: "2 of 5 places are free.",
    Code.ANSWERS_IN_TIME: "Answered 80 % of offers in time.",
    Code.PAUSED: "Takes no new cases until 3 March 2026.",
    Code.FULL: "Has no free place (5 of 5 taken).",
}


@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_every_reason_is_a_sentence(code: Code, language: str) -> None:
    with override(language):
        told = sentence(Reason(code, PARAMS.get(code, {})), NAMES)
    assert told.endswith(".")
    assert "%(" not in told
    if language == "en" and code in ENGLISH:
        assert told == ENGLISH[code]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (Reason(Code.PAUSED, {"until": ""}), "Takes no new cases until further notice."),
        (Reason(Code.COVERS_ABOVE, {"region": "DE", "levels": 2}), "Works in Germany, 2 levels above the place."),
        (Reason(Code.NO_COVERAGE, {"region": "XX-1"}), "Does not work in XX-1."),
        (Reason(Code.LANGUAGE_SPOKEN, {"language": "zz"}), "Speaks zz."),
        (
            Reason(Code.CONFLICT, {"reason": "ties"}),
            "Has a conflict of interest in this case: Personal or family ties.",
        ),
        (Reason(Code.CONFLICT, {"reason": "zz"}), "Has a conflict of interest in this case: zz."),
        (
            Reason(Code.CONFLICT, {"reason": "declared"}),
            "Has a conflict of interest in this case, as it said when it declined.",
        ),
    ],
)
def test_sentences_of_special_reasons(reason: Reason, told: str) -> None:
    with override("en"):
        assert sentence(reason, NAMES) == told


def test_the_names_of_regions_in_one_query(regions: None, django_assert_num_queries: Any) -> None:
    with override("fr"), django_assert_num_queries(1):
        names = names_of_regions()
    assert (names["DE-BY"], names["BE-WHT"]) == ("Bavière", "Hainaut")
    with override("de"):
        assert sentence(Reason(Code.COVERS_REGION, {"region": "DE-BY"})).endswith("Bayern.")
