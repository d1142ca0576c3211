"""Stored releases, from which documents are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Figures = Iterable[int | str]
EVIL = (
    "=1+1",
    '"#pagebreak() $x$ @ref \\',
    '<b>bold</b> & <script>alert("x")</script>',
    *("-2+3", "+49", "\tTab", "@SUM(A1)"),
)
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
TOTAL = {"en": "Total", "fr": "Total", "de": "Summe"}
REGIONS = (
    ("DE-SH", "Schleswig-Holstein", 20),
    ("DE-MV", "Mecklenburg-Vorpommern", "<10"),
    ("DE-HB", "Bremen", "<10"),
    ("DE-HH", "Hamburg", 60),
    ("DE-BE", "Berlin", 140),
    ("DE-NW", "Nordrhein-Westfalen", 210),
    ("DE-NI", "Niedersachsen", 70),
    ("DE-ST", "Sachsen-Anhalt", "withheld"),
    ("DE-BB", "Brandenburg", 30),
    ("DE-RP", "Rheinland-Pfalz", 40),
    ("DE-HE", "Hessen", 110),
    ("DE-TH", "Thüringen", 30),
    ("DE-SN", "Sachsen", 90),
    ("DE-SL", "Saarland", "<10"),
    ("DE-BW", "Baden-Württemberg", 120),
    ("DE-BY", "Bayern", 160),
)


def texts(english: str, french: str = "", german: str = "") -> dict[str, str]:
    return {"en": english, "fr": french or english, "de": german or english}


def months(number: int) -> list[dict[str, Any]]:
    """The columns of the first months of 2026, and the total."""
    named = [
        {
            "code": f"2026-{month + 1:02}",
            "label": {language: f"{names.split()[month]} 2026" for language, names in MONTHS.items()},
        }
        for month in range(number)
    ]
    return [*named, {"code": "total", "label": TOTAL}]


def row(code: str, label: dict[str, str], *figures: int | str) -> dict[str, Any]:
    return {"code": code, "label": label, "figures": list(figures)}


def table(code: str, title: dict[str, str], rows: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    definition = texts(
        "Counselling contacts that began in the period, each counted once.",
        "Contacts de conseil commencés pendant la période, chacun compté une seule fois.",
        "Beratungskontakte, die im Zeitraum begonnen haben, jeder einmal gezählt.",
    )
    bias = texts(
        "Contacts that were broken off before the first question are missing; a caller who rings twice counts twice.",
        "Les contacts interrompus avant la première question manquent\u202f; un second appel compte aussi.",
        "Kontakte, die vor der ersten Frage abbrachen, fehlen; wer zweimal anruft, wird zweimal gezählt.",
    )
    stored = {"code": code, "title": title, "definition": definition, "bias": bias, "chart": "bars", "is_exact": False}
    return {**stored, "columns": months(0), "rows": rows, **changes}


def summed(figures: Figures, number: int) -> list[int | str]:
    """The first figures and their sum; a real release would round the sum of the true figures."""
    chosen = list(figures)[:number]
    return [*chosen, sum(figure for figure in chosen if isinstance(figure, int)) + 10]


def by_caller(number: int = 3) -> dict[str, Any]:
    """A stacked table over this number of months."""
    callers: tuple[tuple[str, dict[str, str], Figures], ...] = (
        ("family", texts("Family", "Famille", "Familie"), (120, 140, 160, 130, 120, 90, 80, 70, 130, 150, 160, 110)),
        (
            "professional.school",
            texts("Schools and youth work", "Écoles et travail de jeunesse", "Schule und Jugendarbeit"),
            (60, 70, 90, 60, 50, 40, "<10", "<10", 80, 90, 80, 50),
        ),
        ("friends", texts("Friends", "Amis", "Freundeskreis"), ("<10", 10, "<10", 10, 20, 20, 30, 10, 10, 20, 10, 10)),
        (
            "self",
            texts("The person concerned", "La personne concernée", "Die betroffene Person"),
            (30, 20, "withheld", 20, 30, 30, 20, 20, 30, 20, 40, 30),
        ),
        (
            "authority",
            texts("Police and other authorities", "Police et autres autorités", "Polizei und andere Behörden"),
            (40, 40, 50, 50, 40, 30, 30, 20, 40, 40, 50, 30),
        ),
    )
    sums: Figures = (250, 280, 310, 270, 260, 210, "<10", 130, 290, 320, 340, 230)
    rows = [row(code, label, *summed(figures, number)) for code, label, figures in callers]
    rows.append(row("total", TOTAL, *summed(sums, number)))
    title = texts(
        "Contacts by caller and month", "Contacts par appelant et par mois", "Kontakte nach Anrufenden und Monat"
    )
    return table("contacts.caller", title, rows, chart="stacked", columns=months(number))


def by_channel() -> dict[str, Any]:
    rows = [
        row("phone", texts("Telephone", "Téléphone", "Telefon"), 720),
        row("mail", texts("E-mail", "Courriel", "E-Mail"), 190),
        row("chat", texts("Chat", "Messagerie instantanée", "Chat"), "<10"),
        row("visit", texts("Visit", "Visite", "Besuch vor Ort"), "withheld"),
        row("total", TOTAL, 920),
    ]
    return table("contacts.channel", texts("Contacts by channel", "Contacts par canal", "Kontakte nach Kanal"), rows)


def by_region() -> dict[str, Any]:
    rows = [row(code, texts(name), figure) for code, name, figure in REGIONS]
    rows += [row("abroad", texts("Abroad", "Étranger", "Ausland"), 20), row("total", TOTAL, 1130)]
    title = texts("Contacts by region", "Contacts par région", "Kontakte nach Region")
    return table("contacts.region", title, rows, chart="map")


def empty() -> dict[str, Any]:
    rows = [
        row("police", texts("To the police", "À la police", "An die Polizei"), "<10"),
        row("service", texts("To another service", "À un autre service", "An eine andere Stelle"), "<10"),
        row("total", TOTAL, "<10"),
    ]
    title = texts("Security disclosures", "Signalements de sécurité", "Sicherheitsmeldungen")
    return table("disclosures", title, rows)


def without_rows() -> dict[str, Any]:
    title = texts("Non-counselling contacts", "Contacts hors conseil", "Kontakte ohne Beratung")
    return table("contacts.other", title, [], chart="none", bias=texts(""))


def evil() -> dict[str, Any]:
    rows = [row(f"-evil-{place}", texts(label), 10 * place + 10) for place, label in enumerate(EVIL)]
    long = (
        "A label that is much longer than any column is wide, so that it has to be broken over several lines, and cut"
    )
    rows += [row("long", texts(long), 40), row("total", TOTAL, 350)]
    return table("evil", texts("=Labels/that [break] things? #pagebreak()"), rows)


def network() -> dict[str, Any]:
    rows = [
        row("school", texts("Schools", "Écoles", "Schulen"), 3),
        row("health", texts("Health", "Santé", "Gesundheit"), 0),
        row("total", TOTAL, 3),
    ]
    title = texts("Organisations in the network", "Organisations du réseau", "Organisationen im Netzwerk")
    return table("network", title, rows, is_exact=True)


def document(**changes: Any) -> dict[str, Any]:
    """The first quarter of 2026 of a centre in Germany; ``changes`` replace whole entries."""
    return {
        "format": 1,
        "centre": {"name": "Beratungsstelle Beispielland", "country": "DE"},
        "period": {"kind": "quarter", "first": "2026-01-01", "last": "2026-03-31"},
        "control": {"small": 10, "base": 10},
        "counted_until": "2026-04-14T03:00:00+02:00",
        "tables": [by_caller(), by_channel(), by_region(), empty(), without_rows(), evil(), network()],
        "revisions": [
            {"period": "2025", "published": 3100, "now": 3120},
            {"period": "2025-Q4", "published": "<10", "now": 10},
        ],
        **changes,
    }


def year() -> dict[str, Any]:
    """Twelve months, and thirty languages."""
    languages = [row(f"l{n}", texts(f"Language {n}"), "<10" if n % 4 == 3 else 400 - 10 * n) for n in range(30)]
    title = texts("Contacts by language", "Contacts par langue", "Kontakte nach Sprache")
    tables = [by_caller(12), table("contacts.language", title, [*languages, row("total", TOTAL, 5000)]), by_region()]
    period = {"kind": "year", "first": "2026-01-01", "last": "2026-12-31"}
    return document(period=period, tables=tables, revisions=[])
