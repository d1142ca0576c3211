"""Countries as grids of equal tiles, with regions roughly at their place on a map. Codes are ISO 3166-2."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """A region's tile; row 0 is the northernmost, column 0 the westernmost."""

    code: str
    name: str
    row: int
    column: int

    @property
    def short(self) -> str:
        return self.code.split("-", 1)[1]


def _places(*rows: tuple[str, str, int, int]) -> tuple[Tile, ...]:
    return tuple(Tile(*row) for row in rows)


GERMANY = _places(
    ("DE-SH", "Schleswig-Holstein", 0, 2),
    ("DE-MV", "Mecklenburg-Vorpommern", 0, 3),
    ("DE-HB", "Bremen", 1, 0),
    ("DE-HH", "Hamburg", 1, 1),
    ("DE-BE", "Berlin", 1, 3),
    ("DE-NW", "Nordrhein-Westfalen", 2, 0),
    ("DE-NI", "Niedersachsen", 2, 1),
    ("DE-ST", "Sachsen-Anhalt", 2, 2),
    ("DE-BB", "Brandenburg", 2, 3),
    ("DE-RP", "Rheinland-Pfalz", 3, 0),
    ("DE-HE", "Hessen", 3, 1),
    ("DE-TH", "Thüringen", 3, 2),
    ("DE-SN", "Sachsen", 3, 3),
    ("DE-SL", "Saarland", 4, 0),
    ("DE-BW", "Baden-Württemberg", 4, 1),
    ("DE-BY", "Bayern", 4, 2),
)
FRANCE = _places(
    ("FR-HDF", "Hauts-de-France", 0, 3),
    ("FR-BRE", "Bretagne", 1, 1),
    ("FR-NOR", "Normandie", 1, 2),
    ("FR-IDF", "Île-de-France", 1, 3),
    ("FR-GES", "Grand Est", 1, 4),
    ("FR-PDL", "Pays de la Loire", 2, 2),
    ("FR-CVL", "Centre-Val de Loire", 2, 3),
    ("FR-BFC", "Bourgogne-Franche-Comté", 2, 4),
    ("FR-NAQ", "Nouvelle-Aquitaine", 3, 2),
    ("FR-ARA", "Auvergne-Rhône-Alpes", 3, 4),
    ("FR-OCC", "Occitanie", 4, 3),
    ("FR-PAC", "Provence-Alpes-Côte d’Azur", 4, 4),
    ("FR-20R", "Corse", 4, 5),
    ("FR-971", "Guadeloupe", 0, 0),
    ("FR-972", "Martinique", 1, 0),
    ("FR-973", "Guyane", 2, 0),
    ("FR-974", "La Réunion", 3, 0),
    ("FR-976", "Mayotte", 4, 0),
)
BELGIUM = _places(
    ("BE-VWV", "West-Vlaanderen", 0, 0),
    ("BE-VOV", "Oost-Vlaanderen", 0, 1),
    ("BE-VAN", "Antwerpen", 0, 2),
    ("BE-VLI", "Limburg", 0, 3),
    ("BE-VBR", "Vlaams-Brabant", 1, 1),
    ("BE-BRU", "Bruxelles / Brussel", 1, 2),
    ("BE-WHT", "Hainaut", 2, 0),
    ("BE-WBR", "Brabant wallon", 2, 1),
    ("BE-WNA", "Namur", 2, 2),
    ("BE-WLG", "Liège", 2, 3),
    ("BE-WLX", "Luxembourg", 3, 3),
)
GRIDS: dict[str, tuple[Tile, ...]] = {"DE": GERMANY, "FR": FRANCE, "BE": BELGIUM}
