"""The fictional network: one partner in each German Land, some in France and Belgium, two national ones. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from regions.vocabulary import Language as L
from regions.vocabulary import Phenomenon as P
from regions.vocabulary import Sector
from regions.vocabulary import Service as S

EVERY_PHENOMENON = (P.RELIGIOUS, P.RIGHT, P.LEFT, P.FOREIGN, P.CONSPIRACY, P.MIXED)
RELIGIOUS_ONLY = (P.RELIGIOUS, P.FOREIGN, P.MIXED)
RIGHT_ONLY = (P.RIGHT, P.CONSPIRACY, P.MIXED)
BROAD = (S.RELATIVES, S.EXIT, S.SCHOOL, S.MINORS, S.PROFESSIONALS)


@dataclass(frozen=True)
class Partner:
    """``key``: how the demo refers to it; ``covers``: ISO 3166-2 codes; ``capacity``: cases at the same time."""

    key: str
    name: str
    covers: tuple[str, ...]
    services: tuple[S, ...]
    phenomena: tuple[P, ...]
    languages: tuple[L, ...]
    capacity: int
    country: str = "DE"
    is_national: bool = False


def _land(code: str, name: str, services: tuple[S, ...], phenomena: tuple[P, ...], capacity: int, *more: L) -> Partner:
    return Partner(code, name, (code,), services, phenomena, (L.GERMAN, *more), capacity)


PARTNERS = [
    _land("DE-BW", "Leuchtfeuer Baden-Württemberg (Demo)", (*BROAD, S.PRISON), EVERY_PHENOMENON, 9, L.TURKISH, L.ENGLISH),
    _land("DE-BY", "Leuchtfeuer Bayern (Demo)", (*BROAD, S.RETURNEES), EVERY_PHENOMENON, 12, L.ENGLISH, L.ARABIC, L.TURKISH),
    _land("DE-BE", "Leuchtfeuer Berlin (Demo)", (*BROAD, S.MENTAL_HEALTH), EVERY_PHENOMENON, 10, L.ENGLISH, L.ARABIC),
    _land("DE-BB", "Leuchtfeuer Brandenburg (Demo)", (S.RELATIVES, S.EXIT, S.PROFESSIONALS), RIGHT_ONLY, 6),
    _land("DE-HB", "Leuchtfeuer Bremen (Demo)", (S.RELATIVES, S.SCHOOL, S.MINORS), EVERY_PHENOMENON, 4, L.TURKISH),
    _land("DE-HH", "Leuchtfeuer Hamburg (Demo)", (*BROAD, S.PRISON), EVERY_PHENOMENON, 8, L.ENGLISH, L.PERSIAN),
    _land("DE-HE", "Leuchtfeuer Hessen (Demo)", (*BROAD, S.RETURNEES, S.PRISON), EVERY_PHENOMENON, 10, L.ENGLISH, L.ARABIC),
    _land("DE-MV", "Leuchtfeuer Mecklenburg-Vorpommern (Demo)", (S.RELATIVES, S.EXIT), RIGHT_ONLY, 4),
    _land("DE-NI", "Leuchtfeuer Niedersachsen (Demo)", BROAD, EVERY_PHENOMENON, 8, L.TURKISH, L.KURDISH),
    _land("DE-NW", "Leuchtfeuer Nordrhein-Westfalen (Demo)", (*BROAD, S.PRISON, S.RETURNEES), EVERY_PHENOMENON, 14, L.TURKISH, L.ARABIC),
    _land("DE-RP", "Leuchtfeuer Rheinland-Pfalz (Demo)", (S.RELATIVES, S.SCHOOL, S.MINORS), EVERY_PHENOMENON, 5, L.FRENCH),
    _land("DE-SL", "Leuchtfeuer Saarland (Demo)", (S.RELATIVES, S.MINORS), RELIGIOUS_ONLY, 3, L.FRENCH),
    _land("DE-SN", "Leuchtfeuer Sachsen (Demo)", (*BROAD, S.VICTIMS), EVERY_PHENOMENON, 8, L.ENGLISH),
    _land("DE-ST", "Leuchtfeuer Sachsen-Anhalt (Demo)", (S.RELATIVES, S.EXIT, S.SCHOOL), RIGHT_ONLY, 5),
    _land("DE-SH", "Leuchtfeuer Schleswig-Holstein (Demo)", (S.RELATIVES, S.EXIT, S.MINORS), EVERY_PHENOMENON, 5),
    _land("DE-TH", "Leuchtfeuer Thüringen (Demo)", (S.RELATIVES, S.EXIT, S.PROFESSIONALS), RIGHT_ONLY, 6),
    Partner("DE-NAT-R", "Hafen Rückkehr bundesweit (Demo)", ("DE",), (S.RETURNEES, S.PRISON, S.EXIT), EVERY_PHENOMENON,
            (L.GERMAN, L.ENGLISH, L.ARABIC, L.RUSSIAN), 10, is_national=True),
    Partner("DE-NAT-O", "Hafen Online bundesweit (Demo)", ("DE",), (S.RELATIVES, S.PROFESSIONALS, S.MINORS, S.SCHOOL),
            EVERY_PHENOMENON, (L.GERMAN, L.ENGLISH, L.TURKISH), 15, is_national=True),
    Partner("FR-IDF", "Phare Île-de-France (démo)", ("FR-IDF",), BROAD, EVERY_PHENOMENON, (L.FRENCH, L.ARABIC), 9, "FR"),
    Partner("FR-HDF", "Phare Hauts-de-France (démo)", ("FR-HDF",), (S.RELATIVES, S.EXIT), EVERY_PHENOMENON, (L.FRENCH, L.DUTCH), 6, "FR"),
    Partner("FR-PAC", "Phare Provence (démo)", ("FR-PAC",), (S.RELATIVES, S.MINORS, S.SCHOOL), RELIGIOUS_ONLY, (L.FRENCH,), 5, "FR"),
    Partner("FR-GES", "Phare Grand Est (démo)", ("FR-GES",), BROAD, EVERY_PHENOMENON, (L.FRENCH, L.GERMAN), 6, "FR"),
    Partner("BE-VLG", "Vuurtoren Vlaanderen (demo)", ("BE-VLG",), (*BROAD, S.RETURNEES), EVERY_PHENOMENON, (L.DUTCH, L.ENGLISH), 7, "BE"),
    Partner("BE-WAL", "Phare Wallonie (démo)", ("BE-WAL",), (S.RELATIVES, S.EXIT, S.MINORS), EVERY_PHENOMENON, (L.FRENCH,), 5, "BE"),
    Partner("BE-BRU", "Phare Bruxelles (démo)", ("BE-BRU",), BROAD, EVERY_PHENOMENON, (L.FRENCH, L.DUTCH, L.ARABIC), 6, "BE"),
]  # fmt: skip

#: Partners with a pause, so that the ranking excludes some.
PAUSED = ("DE-HB", "FR-PAC")

#: Sector, region, post: the single points of contact. Some Länder lack sectors, so that the network shows its gaps.
LIAISONS = [
    (Sector.POLICE, "DE-BY", "Polizeiinspektion Musterstadt, Ansprechstelle Prävention (Demo)"),
    (Sector.YOUTH_WELFARE, "DE-BY", "Jugendamt Musterstadt, Kinderschutz (Demo)"),
    (Sector.SCHOOL, "DE-BY", "Schulberatung Musterbezirk (Demo)"),
    (Sector.PRISON, "DE-BY", "Justizvollzug Musterau, Fachdienst (Demo)"),
    (Sector.POLICE, "DE-NW", "Polizei Musterberg, Staatsschutz Prävention (Demo)"),
    (Sector.YOUTH_WELFARE, "DE-NW", "Jugendamt Musterberg (Demo)"),
    (Sector.PROBATION, "DE-NW", "Bewährungshilfe Musterberg (Demo)"),
    (Sector.POLICE, "DE-SN", "Polizei Mustertal, Prävention (Demo)"),
    (Sector.HEALTH, "DE-BE", "Sozialpsychiatrischer Dienst Musterbezirk (Demo)"),
    (Sector.YOUTH_WELFARE, "DE-BE", "Jugendamt Musterbezirk (Demo)"),
    (Sector.SCHOOL, "DE-HE", "Staatliches Schulamt Musterkreis (Demo)"),
    (Sector.MUNICIPALITY, "FR-IDF", "Mairie de Villexemple, prévention (démo)"),
    (Sector.POLICE, "FR-IDF", "Préfecture de Villexemple, cellule de suivi (démo)"),
    (Sector.MUNICIPALITY, "BE-VLG", "Gemeente Voorbeeldstad, LIVC (demo)"),
    (Sector.POLICE, "BE-VLG", "Lokale politie Voorbeeldstad (demo)"),
]
