from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.utils.translation import override

from regions.loading import load_regions
from regions.lookup import places_of, region_for
from regions.models import PostalCode, Region

#: One code of each Land's capital, and of some départements and provinces.
SAMPLES = {
    ("DE", "70173"): ["DE-BW"],
    ("DE", "80331"): ["DE-BY"],
    ("DE", "10115"): ["DE-BE"],
    ("DE", "14467"): ["DE-BB"],
    ("DE", "28195"): ["DE-HB"],
    ("DE", "27568"): ["DE-HB"],
    ("DE", "20095"): ["DE-HH"],
    ("DE", "65183"): ["DE-HE"],
    ("DE", "19053"): ["DE-MV"],
    ("DE", "30159"): ["DE-NI"],
    ("DE", "40213"): ["DE-NW"],
    ("DE", "55116"): ["DE-RP"],
    ("DE", "66111"): ["DE-SL"],
    ("DE", "01067"): ["DE-SN"],
    ("DE", "39104"): ["DE-ST"],
    ("DE", "24103"): ["DE-SH"],
    ("DE", "99084"): ["DE-TH"],
    ("DE", "21039"): ["DE-HH", "DE-SH"],
    ("DE", "19273"): ["DE-NI", "DE-MV"],
    ("DE", "97896"): ["DE-BW", "DE-BY"],
    ("DE", "82475"): ["DE-BY"],
    ("FR", "75001"): ["FR-75C"],
    ("FR", "13001"): ["FR-13"],
    ("FR", "69003"): ["FR-69M"],
    ("FR", "69400"): ["FR-69"],
    ("FR", "67000"): ["FR-67"],
    ("FR", "20000"): ["FR-2A"],
    ("FR", "20200"): ["FR-2B"],
    ("FR", "97400"): ["FR-974"],
    ("FR", "97110"): ["FR-971"],
    ("FR", "98800"): ["FR-NC"],
    ("FR", "97133"): ["FR-BL"],
    ("FR", "52100"): ["FR-52", "FR-51"],
    ("BE", "1000"): ["BE-BRU"],
    ("BE", "2000"): ["BE-VAN"],
    ("BE", "7000"): ["BE-WHT"],
    ("BE", "4000"): ["BE-WLG"],
    ("BE", "1300"): ["BE-WBR"],
    ("BE", "1800"): ["BE-VBR"],
}


@pytest.mark.django_db
def test_the_shipped_postal_codes() -> None:
    call_command("load_postal_codes", verbosity=0)
    found = {key: [region.code for region in region_for(*key)] for key in SAMPLES}
    assert found == SAMPLES
    codes = Counter(dict(PostalCode.objects.filter(is_main=True).values_list("country").annotate(Count("pk"))))
    assert codes == {"DE": 8337, "FR": 6310, "BE": 1149}
    laender = PostalCode.objects.filter(country="DE").values_list("region", flat=True).distinct()
    assert set(laender) == {region.code for region in Region.objects.in_country("DE").at_level(1)}
    departements = set(PostalCode.objects.filter(country="FR").values_list("region", flat=True))
    assert {f"FR-{number:02}" for number in range(1, 96) if number not in {20, 75}} - departements == set()
    assert places_of("DE", "01067") == ["Dresden"]
    assert places_of("FR", "52100")[-1] == "Sapignicourt"


@pytest.mark.django_db
def test_loading_twice_gives_the_same() -> None:
    call_command("load_regions", verbosity=0)
    first = list(Region.objects.values_list())
    Region.objects.filter(pk="DE-BY").update(name_en="Nonsense", parent=None)
    call_command("load_regions", verbosity=0)
    assert list(Region.objects.values_list()) == first
    call_command("load_postal_codes", "--country", "BE", verbosity=0)
    call_command("load_postal_codes", "--country", "BE", verbosity=0)
    assert PostalCode.objects.count() == 1149


@pytest.mark.django_db
def test_unknown_country_is_reported() -> None:
    with pytest.raises(CommandError, match="no such country: XX"):
        call_command("load_regions", "--country", "XX")


@pytest.mark.django_db
def test_a_region_has_its_name_in_the_language_of_the_reader() -> None:
    load_regions(["DE"])
    bavaria = Region.objects.get(pk="DE-BY")
    names = {}
    for language in ("en", "fr", "de", "de-at", "pl"):
        with override(language):
            names[language] = (bavaria.name, str(bavaria))
    assert names == {
        "en": ("Bavaria", "Bavaria"),
        "fr": ("Bavière", "Bavière"),
        "de": ("Bayern", "Bayern"),
        "de-at": ("Bayern", "Bayern"),
        "pl": ("Bavaria", "Bavaria"),
    }
    with override("fr"):
        assert [region.code for region in Region.objects.in_country("DE").at_level(1).by_name()[:3]] == [
            "DE-BW",
            "DE-NI",
            "DE-BY",
        ]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "00000", "99999", "Dresden", "0106", "💥"])
def test_an_unknown_code_has_no_region(code: str) -> None:
    call_command("load_postal_codes", "--country", "DE", verbosity=0)
    assert region_for("DE", code) == []
    assert places_of("DE", code) == []


@pytest.mark.django_db
def test_postal_codes_of_a_country_can_be_imported(tmp_path: Path) -> None:
    load_regions(["AT"])
    file = tmp_path / "codes.csv"
    file.write_text(
        "\ufeffcountry,postal_code,place,region_code\nAT,1010,Wien,AT-9\nAT,3100,St. Pölten,AT-3\n", "utf-8"
    )
    call_command("import_postal_codes", file, country="AT", verbosity=0)
    assert [region.code for region in region_for("at", "A-3100")] == ["AT-3"]
    file.write_text("country,postal_code,place,region_code\nAT,1020,Wien,AT-9\n", "utf-8")
    call_command("import_postal_codes", file, country="AT", verbosity=0)
    assert list(PostalCode.objects.values_list("code", flat=True)) == ["1020"]


@pytest.mark.django_db
def test_single_invalid_row_prevents_the_import_of_postal_codes(tmp_path: Path) -> None:
    load_regions(["AT"])
    file = tmp_path / "codes.csv"
    file.write_text("country,postal_code,place,region_code\nAT,1010,Wien,AT-9\nAT,10,Wien,AT-99\n", "utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("import_postal_codes", file, country="AT")
    assert str(caught.value) == (
        "nothing was imported:\n"
        "line 3, postal_code: '10' does not look like a postal code of the country\n"
        "line 3, region_code: 'AT-99' is not a region of the country (load_regions first)"
    )
    assert not PostalCode.objects.exists()


@pytest.mark.django_db
def test_a_long_list_of_problems_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("country,postal_code,place,region_code\n" + "AT,1010,Wien,AT-9\n" * 60, "utf-8")
    with pytest.raises(CommandError, match=r"\.\.\. and 10 more"):
        call_command("import_postal_codes", file, country="AT")


@pytest.mark.django_db
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot read"):
        call_command("import_postal_codes", tmp_path / "none.csv", country="AT")
    file = tmp_path / "codes.csv"
    file.write_bytes("country,postal_code,place,region_code\nAT,3100,St. Pölten,AT-3\n".encode("latin-1"))
    with pytest.raises(CommandError, match="is not UTF-8"):
        call_command("import_postal_codes", file, country="AT")
