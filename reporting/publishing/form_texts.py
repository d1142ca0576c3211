"""Fixed texts of the downloadable files, and formats of numbers, dates and periods, in three languages.

The PDF is made in a process without Django's settings, so gettext is not available.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reporting.publishing.content import WITHHELD, Figure, PeriodKind, Span

#: A narrow no-break space: between thousands, and in French before a colon.
THIN = "\u202f"
WIDE = "\u00a0"


@dataclass(frozen=True)
class Words:
    """``{small}`` and ``{base}`` in a sentence are replaced by the parameters of the release."""

    thousands: str
    percent: str
    colon: str
    day: str
    first_day: str
    moment: str
    months: tuple[str, ...]
    through: str
    released_figures: str
    contents: str
    cover: str
    centre: str
    period: str
    counted_until: str
    small: str
    base: str
    digest: str
    digest_note: str
    tables: str
    category: str
    share: str
    withheld: str
    definition: str
    definitions: str
    bias: str
    exact: str
    no_rows: str
    nothing_to_draw: str
    not_drawn: str
    whole: str
    rest: str
    hidden: str
    rows_differ: str
    periods_differ: str
    tables_differ: str
    difference: str
    unspecified: str
    largest_drawn: str
    not_on_the_map: str
    bar_chart: str
    stacked_chart: str
    tile_map: str
    method: str
    frozen: str
    small_rule: str
    rounding_rule: str
    share_rule: str
    withheld_rule: str
    exact_rule: str
    chart_rule: str
    revisions: str
    revisions_note: str
    no_revisions: str
    published: str
    now: str
    page: str
    of_pages: str

    @property
    def rules(self) -> tuple[str, ...]:
        """The sentences on disclosure control, in order."""
        return (self.small_rule, self.rounding_rule, self.share_rule, self.withheld_rule, self.exact_rule)

    def method_rules(self, small: int, base: int) -> list[str]:
        """The sentences for a release with these parameters, and on how its charts are drawn."""
        return [rule.format(small=small, base=base) for rule in (*self.rules, self.chart_rule)]

    @property
    def semicolon(self) -> str:
        """A semicolon with the language's spacing."""
        return self.colon.replace(":", ";")

    def number(self, value: int) -> str:
        """The number with the language's separator of thousands."""
        return f"{value:,}".replace(",", self.thousands)

    def figure(self, value: Figure) -> str:
        """The figure as text: 12,340, "<10" or the word for withheld."""
        if isinstance(value, int):
            return self.number(value)
        return self.withheld if value == WITHHELD else value

    def per_cent(self, value: int | None) -> str:
        """A whole percentage as text; empty for None."""
        return "" if value is None else f"{value}{self.percent}"

    def span(self, span: Span) -> str:
        """March 2026, January to March 2026, or 2026."""
        if span.kind == PeriodKind.YEAR:
            return str(span.first.year)
        first, last = self.months[span.first.month - 1], self.months[span.last.month - 1]
        return f"{first if span.kind == PeriodKind.MONTH else first + self.through + last} {span.first.year}"

    def date(self, day: date) -> str:
        number = self.first_day if day.day == 1 else self.day.format(day.day)
        return f"{number}{WIDE}{self.months[day.month - 1]}{WIDE}{day.year}"

    def time(self, moment: datetime) -> str:
        """In the moment's own time zone, which is the centre's."""
        return self.moment.format(day=self.date(moment.date()), time=f"{moment:%H:%M}")


ENGLISH = Words(
    thousands=",",
    percent="%",
    colon=": ",
    day="{}",
    first_day="1",
    moment="{day}, {time}",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    through=" to ",
    released_figures="Released figures",
    contents="Contents",
    cover="Cover",
    centre="Centre",
    period="Period",
    counted_until="Counted until",
    small="Figures are not shown below",
    base="Rounded to multiples of",
    digest="SHA-256 of the release",
    digest_note="The digest of the JSON form; it shows that no figure was changed after the release.",
    tables="Tables",
    category="Category",
    share="Share",
    withheld="withheld",
    definition="Definition",
    definitions="Definitions",
    bias="Known biases",
    exact="Figures on organisations, not on people: they are exact.",
    no_rows="This table has no rows.",
    nothing_to_draw="There is nothing to draw: no figure of this table is a number above zero.",
    not_drawn="A figure that is not shown as a number is hatched and has no bar; it is not zero.",
    whole="Total, a figure of its own",
    rest="not shown: hidden figures, and what rounding leaves",
    hidden="hidden, drawn without a length",
    rows_differ="Each figure is rounded on its own, and hidden ones are missing from a sum: the rows shown do not add "
    "up to the total ({examples}).",
    periods_differ="The figures of months are rounded on their own, too: those shown do not add up to the figure of "
    "the whole period ({examples}).",
    tables_differ="The table “{table}” counts the same in another way; its figures are rounded on their own, hence the "
    "differences ({examples}).",
    difference="{label}: {parts}, not {figure}",
    unspecified="A row with the name of a group holds only those of whom nothing more is known.",
    largest_drawn="Only the {number} largest are drawn; the table has them all.",
    not_on_the_map="Not on the map",
    bar_chart="Bar chart",
    stacked_chart="Stacked bars by period, here the totals",
    tile_map="Map with a tile of the same size for each region",
    method="Method note",
    frozen="The figures were counted once, at the time named on the cover, and are kept unchanged. "
    "What became known later stands in later releases, as a revision. "
    "The definition of each table and its known biases stand with the table.",
    small_rule="A figure below {small}, zero included, is shown as “<{small}”.",
    rounding_rule="Every other figure is rounded on its own to a multiple of {base}, totals too. "
    "Parts therefore need not add up to their total.",
    share_rule="Percentages are shares of the table’s total for the whole period. They are computed from the rounded "
    "figures, and left out where one of the two is not a number.",
    withheld_rule="“withheld” stands where a figure was not published, because it could be calculated from others.",
    exact_rule="Figures on organisations, not on people, are exact; the table says so.",
    chart_rule="Charts draw published figures only. Where a figure is not a number, its place is hatched and has no "
    "length or shade; it is never drawn as zero. A total is drawn as a bar of its own behind its parts; what these "
    "leave of it is hatched, and where rounding makes them larger, they stand out above it.",
    revisions="Revisions",
    revisions_note="The number of counselling contacts as an earlier release stated it, and as it is known now.",
    no_revisions="No earlier figure has changed.",
    published="Published",
    now="Known now",
    page="Page",
    of_pages="of",
)

FRENCH = Words(
    thousands=THIN,
    percent=f"{THIN}%",
    colon=f"{THIN}: ",
    day="{}",
    first_day="1er",
    moment="{day} à {time}",
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    through=" à ",
    released_figures="Chiffres publiés",
    contents="Table des matières",
    cover="Couverture",
    centre="Centre",
    period="Période",
    counted_until="Comptage arrêté au",
    small="Chiffres masqués au-dessous de",
    base="Arrondis aux multiples de",
    digest="SHA-256 de la publication",
    digest_note=f"Empreinte de la forme JSON{THIN}; elle atteste qu’aucun chiffre n’a été modifié après la "
    "publication.",
    tables="Tableaux",
    category="Catégorie",
    share="Part",
    withheld="non publié",
    definition="Définition",
    definitions="Définitions",
    bias="Biais connus",
    exact=f"Chiffres relatifs aux organisations, et non aux personnes{THIN}: ils sont exacts.",
    no_rows="Ce tableau ne comporte aucune ligne.",
    nothing_to_draw=f"Rien à représenter{THIN}: aucun chiffre de ce tableau n’est un nombre supérieur à zéro.",
    not_drawn=f"Un chiffre qui n’est pas donné en nombre est hachuré et n’a pas de barre{THIN}; il n’est pas nul.",
    whole="Total, chiffre à part entière",
    rest=f"non indiqué{THIN}: chiffres masqués et écarts d’arrondi",
    hidden="masqué, représenté sans longueur",
    rows_differ="Chaque chiffre est arrondi séparément, et les chiffres masqués manquent dans une somme"
    f"{THIN}: les lignes indiquées ne donnent pas le total ({{examples}}).",
    periods_differ=f"Les chiffres des mois sont eux aussi arrondis séparément{THIN}: ceux qui sont indiqués ne donnent "
    "pas celui de toute la période ({examples}).",
    tables_differ=f"Le tableau «{THIN}{{table}}{THIN}» compte la même chose autrement{THIN}; ses chiffres sont "
    "arrondis séparément, d’où les écarts ({examples}).",
    difference=f"{{label}}{THIN}: {{parts}} au lieu de {{figure}}",
    unspecified="Une ligne qui porte le nom d’un groupe ne compte que les cas sans autre précision.",
    largest_drawn=f"Seules les {{number}} valeurs les plus élevées sont représentées{THIN}; "
    "le tableau les contient toutes.",
    not_on_the_map="Hors de la carte",
    bar_chart="Diagramme à barres",
    stacked_chart="Barres empilées par période, ici les totaux",
    tile_map="Carte où chaque région est un carreau de même taille",
    method="Note méthodologique",
    frozen="Les chiffres ont été comptés une seule fois, à la date indiquée en couverture, et restent inchangés. "
    "Ce qui a été connu plus tard figure dans les publications suivantes, parmi les révisions. "
    "La définition de chaque tableau et ses biais connus accompagnent le tableau.",
    small_rule=f"Un chiffre inférieur à {{small}}, zéro compris, est indiqué par «{THIN}<{{small}}{THIN}».",
    rounding_rule="Tout autre chiffre est arrondi séparément à un multiple de {base}, les totaux également. "
    "La somme des parties peut donc différer du total.",
    share_rule="Les pourcentages sont des parts du total du tableau pour toute la période. Ils sont calculés à partir "
    "des chiffres arrondis et omis lorsque l’un des deux n’est pas un nombre.",
    withheld_rule=f"La mention «{THIN}non publié{THIN}» remplace un chiffre qui n’a pas été publié, car il pourrait "
    "être calculé à partir d’autres.",
    exact_rule=f"Les chiffres relatifs aux organisations, et non aux personnes, sont exacts{THIN}; "
    "le tableau le précise.",
    chart_rule="Les graphiques ne représentent que des chiffres publiés. Lorsqu’un chiffre n’est pas un nombre, sa "
    f"place est hachurée, sans longueur ni teinte{THIN}; il n’est jamais représenté par zéro. Un total est une barre à "
    f"part entière derrière ses parties{THIN}; ce que celles-ci en laissent est hachuré, et si l’arrondi les rend plus "
    "grandes, elles la dépassent.",
    revisions="Révisions",
    revisions_note="Le nombre d’entretiens d’aide tel que l’indiquait une publication antérieure, et tel qu’il est "
    "connu aujourd’hui.",
    no_revisions="Aucun chiffre antérieur n’a changé.",
    published="Publié",
    now="Connu aujourd’hui",
    page="Page",
    of_pages="sur",
)

GERMAN = Words(
    thousands=".",
    percent=f"{THIN}%",
    colon=": ",
    day="{}.",
    first_day="1.",
    moment="{day}, {time} Uhr",
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    through=" bis ",
    released_figures="Veröffentlichte Zahlen",
    contents="Inhalt",
    cover="Deckblatt",
    centre="Beratungsstelle",
    period="Zeitraum",
    counted_until="Gezählt bis",
    small="Nicht ausgewiesen werden Zahlen unter",
    base="Gerundet auf Vielfache von",
    digest="SHA-256 der Veröffentlichung",
    digest_note="Die Prüfsumme der JSON-Form; sie belegt, dass nach der Veröffentlichung keine Zahl geändert wurde.",
    tables="Tabellen",
    category="Kategorie",
    share="Anteil",
    withheld="nicht ausgewiesen",
    definition="Definition",
    definitions="Definitionen",
    bias="Bekannte Verzerrungen",
    exact="Zahlen zu Organisationen, nicht zu Personen: Sie sind genau.",
    no_rows="Diese Tabelle hat keine Zeilen.",
    nothing_to_draw="Es gibt nichts darzustellen: Keine Angabe dieser Tabelle ist eine Zahl über null.",
    not_drawn="Eine Angabe, die nicht als Zahl ausgewiesen ist, ist schraffiert und hat keinen Balken; sie ist nicht "
    "null.",
    whole="Summe, eine eigene Zahl",
    rest="nicht gezeigt: verdeckte Zahlen und was das Runden übrig lässt",
    hidden="verdeckt, ohne Länge gezeichnet",
    rows_differ="Jede Zahl ist für sich gerundet, und verdeckte fehlen in einer Summe: Die gezeigten Zeilen ergeben "
    "nicht die Summe ({examples}).",
    periods_differ="Auch die Zahlen der Monate sind für sich gerundet: Die gezeigten ergeben nicht die Zahl des ganzen "
    "Zeitraums ({examples}).",
    tables_differ="Die Tabelle „{table}“ zählt dasselbe auf andere Weise; ihre Zahlen sind für sich gerundet, daher "
    "die Abweichungen ({examples}).",
    difference="{label}: {parts} statt {figure}",
    unspecified="Eine Zeile mit dem Namen einer Gruppe zählt nur diejenigen, von denen nichts Genaueres bekannt ist.",
    largest_drawn="Dargestellt sind nur die {number} größten; die Tabelle enthält alle.",
    not_on_the_map="Nicht auf der Karte",
    bar_chart="Balkendiagramm",
    stacked_chart="Gestapelte Balken nach Zeitraum, hier die Summen",
    tile_map="Karte mit einer gleich großen Kachel für jede Region",
    method="Hinweise zur Methode",
    frozen="Die Zahlen wurden einmal gezählt, zu dem auf dem Deckblatt genannten Zeitpunkt, und bleiben unverändert. "
    "Was später bekannt wurde, steht in späteren Veröffentlichungen unter den Revisionen. "
    "Definition und bekannte Verzerrungen stehen bei jeder Tabelle.",
    small_rule="Eine Zahl unter {small}, auch die Null, wird als „<{small}“ ausgewiesen.",
    rounding_rule="Jede andere Zahl wird für sich auf ein Vielfaches von {base} gerundet, auch jede Summe. "
    "Die Teile ergeben deshalb nicht immer ihre Summe.",
    share_rule="Prozentangaben sind Anteile an der Summe der Tabelle für den ganzen Zeitraum. Sie werden aus den "
    "gerundeten Zahlen berechnet und entfallen, wenn eine der beiden Angaben keine Zahl ist.",
    withheld_rule="„nicht ausgewiesen“ steht, wo eine Zahl nicht veröffentlicht wurde, weil sie sich aus anderen "
    "errechnen ließe.",
    exact_rule="Zahlen zu Organisationen, nicht zu Personen, sind genau; die Tabelle weist darauf hin.",
    chart_rule="Die Abbildungen zeigen nur veröffentlichte Zahlen. Ist eine Angabe keine Zahl, so ist ihr Platz "
    "schraffiert, ohne Länge oder Tönung; sie wird nie als null dargestellt. Eine Summe ist ein eigener Balken hinter "
    "ihren Teilen; was diese von ihr übrig lassen, ist schraffiert, und macht das Runden sie größer, so ragen sie über "
    "ihn hinaus.",
    revisions="Revisionen",
    revisions_note="Die Zahl der Beratungskontakte, wie eine frühere Veröffentlichung sie angab und wie sie heute "
    "bekannt ist.",
    no_revisions="Keine frühere Zahl hat sich geändert.",
    published="Veröffentlicht",
    now="Heute bekannt",
    page="Seite",
    of_pages="von",
)

WORDS = {"en": ENGLISH, "fr": FRENCH, "de": GERMAN}
