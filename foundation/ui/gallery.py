"""Fictional content of the component gallery. In English only, because only developers see it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from foundation.ui import charts, shapes

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
CALLERS: list[tuple[str, list[shapes.Value]]] = [
    ("Relatives", [27, 49, 46, 20, 35, 50, 42, 52, 49, 16, 50, 12]),
    ("Professionals", [23, 16, 25, 15, 14, 30, 23, 25, 25, 23, 20, 28]),
    ("Schools", [9, 11, 20, 9, 17, 14, 22, 6, 20, 23, 8, 10]),
    ("Authorities", [18, 15, 6, 10, 18, 6, 19, 10, 13, 15, 17, 12]),
]
#: Rounded separately, including totals; some are hidden.
RELEASED: list[tuple[str, list[shapes.Value]]] = [
    ("Relatives", [10, 20, 1230, "<10"]),
    ("Schools", ["<10", 20, 310, "<10"]),
]
TOTALS: list[shapes.Value] = [30, 30, 1540, "withheld"]
WITH_A_GAP: tuple[str, list[shapes.Value]] = ("Professionals", [23, 16, "<10", 15, 14, "<10", 23, *[25] * 5])
STATES = ["draft", "offered", "question", "accepted", "declined", "withdrawn", "expired", "returned"]
STATES += ["in_progress", "completed", "urgent", "standard", "overdue", "open", "closed", "monitoring", "paused"]


class ExampleForm(forms.Form):
    """One field of each kind."""

    caller = forms.ChoiceField(
        label="Caller",
        choices=[("relative", "Relative"), ("professional", "Professional"), ("unknown", "Unknown")],
        widget=forms.RadioSelect,
        help_text="Who asks for advice. Unknown is always an answer.",
    )
    topics = forms.MultipleChoiceField(
        label="Topics",
        required=False,
        choices=[
            ("school", "School"),
            ("family", "Conflict in the family"),
            ("online", "Online"),
            ("travel", "Travel"),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    place = forms.CharField(label="Postal code", required=False, help_text="Or the municipality, or just the region.")
    language = forms.ChoiceField(label="Language", required=False, choices=[("de", "German"), ("fr", "French")])
    day = forms.DateField(label="Call back on", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    count = forms.IntegerField(label="Children in the household", required=False, min_value=0)
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 4}))
    consent = forms.BooleanField(label="The caller agrees that a partner is told", help_text="Read out the text first.")


@dataclass(frozen=True)
class ExamplePage:
    """Both ends open, so that both links show."""

    newer: str = "a"
    older: str = "b"


def regions() -> list[shapes.TileGrid]:
    germany = {"DE-SH": 32, "DE-MV": 15, "DE-HB": 94, "DE-HH": 40, "DE-BE": 21, "DE-NW": 13, "DE-NI": 52, "DE-ST": 10}
    germany |= {"DE-BB": 63, "DE-RP": 39, "DE-HE": 53, "DE-TH": 72, "DE-SL": 99, "DE-BW": 9, "DE-BY": 30}
    france = {"FR-HDF": 40, "FR-IDF": 120, "FR-GES": 33, "FR-PAC": 71, "FR-974": 12, "FR-ARA": 65, "FR-OCC": 48}
    belgium = {"BE-BRU": 31, "BE-VAN": 22, "BE-WLG": 17, "BE-WHT": 25, "BE-VOV": 8}
    return [
        charts.tile_grid(charts.Text(title, head="Region", column="Contacts", hidden="<10"), country, values)
        for title, country, values in (
            ("Contacts by Land", "DE", germany),
            ("Contacts by région", "FR", france),
            ("Contacts by province", "BE", belgium),
        )
    ]


def drawings() -> dict[str, Any]:
    text = charts.Text("Contacts by month and caller", "Most callers are relatives.", head="Month", hidden="<10")
    answers: list[tuple[str, shapes.Value]] = [
        ("Accepted", 1240),
        ("Declined: no capacity", 310),
        ("No answer", "<10"),
        ("Withdrawn", "withheld"),
    ]
    return {
        "stacked": charts.stacked_bars(text, MONTHS, CALLERS),
        "released": charts.stacked_bars(charts.Text("Released", head="Month"), MONTHS[:4], RELEASED, totals=TOTALS),
        "lines": charts.lines(charts.Text("Contacts by month", head="Month"), MONTHS, [CALLERS[0], WITH_A_GAP]),
        "bars": charts.horizontal_bars(
            charts.Text("Answers", head="Answer", column="Referrals", hidden="<10"), answers
        ),
        "spark": charts.sparkline("Contacts per month, last 12", CALLERS[0][1]),
        "nothing": charts.stacked_bars(charts.Text("Nothing yet"), MONTHS, []),
        "regions": regions(),
    }


def content() -> dict[str, Any]:
    now = timezone.now()
    return {
        "form": ExampleForm(initial={"caller": "relative", "topics": ["school", "online"]}),
        "invalid": ExampleForm({"invalid-count": "-1"}, prefix="invalid"),
        "states": STATES,
        "tones": ["info", "ok", "warn", "danger"],
        "now": now,
        "waiting_since": now - timedelta(seconds=100),
        "earlier": now - timedelta(minutes=8, seconds=27),
        "yesterday": now - timedelta(hours=26),
        "soon": now + timedelta(hours=3),
        "overdue": now - timedelta(hours=2),
        "newest": ExamplePage(),
        **drawings(),
    }
