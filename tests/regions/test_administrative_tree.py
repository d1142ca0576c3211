from __future__ import annotations

import pytest

from regions.administrative_tree import COUNTRIES, nodes


def by_code(country: str) -> dict[str, tuple[str | None, int]]:
    return {node.code: (node.parent, node.level) for node in nodes(country)}


def test_every_parent_comes_before_its_children() -> None:
    for country in COUNTRIES:
        seen: set[str] = set()
        for node in nodes(country):
            assert node.parent is None or node.parent in seen
            seen.add(node.code)


def test_the_number_of_regions_at_each_level() -> None:
    counts = {
        country: [sum(node.level == level for node in nodes(country)) for level in range(4)] for country in COUNTRIES
    }
    assert counts == {
        "DE": [1, 16, 0, 0],
        "FR": [1, 26, 95, 3],  # regions and overseas; départements; Bas-Rhin, Haut-Rhin, Métropole de Lyon
        "BE": [1, 3, 10, 0],
        "AT": [1, 9, 0, 0],
        "CH": [1, 26, 0, 0],
        "NL": [1, 18, 0, 0],
        "LU": [1, 12, 0, 0],
    }


def test_regions_have_the_expected_parents() -> None:
    france = by_code("FR")
    assert france["FR-2A"] == ("FR-20R", 2)
    assert france["FR-67"] == ("FR-6AE", 3)
    assert france["FR-69M"] == ("FR-69", 3)
    assert france["FR-974"] == ("FR", 1)
    assert by_code("BE")["BE-WHT"] == ("BE-WAL", 2)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("DE", ("Germany", "Allemagne", "Deutschland")),
        ("DE-BY", ("Bavaria", "Bavière", "Bayern")),
        ("DE-TH", ("Thuringia", "Thuringe", "Thüringen")),
        ("BE-WAL", ("Walloon Region", "Région wallonne", "Wallonische Region")),
        ("BE-WHT", ("Hainaut", "Hainaut", "Hennegau")),
        ("FR-2A", ("Corse-du-Sud", "Corse-du-Sud", "Corse-du-Sud")),
        ("NL", ("Netherlands", "Pays-Bas", "Niederlande")),
    ],
)
def test_names_in_three_languages(code: str, names: tuple[str, ...]) -> None:
    assert next(node.names for node in nodes(code[:2]) if node.code == code) == names


def test_an_unknown_country_is_an_error() -> None:
    with pytest.raises(LookupError):
        nodes("XX")
