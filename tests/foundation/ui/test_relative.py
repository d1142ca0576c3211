"""How far a moment is from now, in words: by the reader's calendar, the same on the server and in the browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from foundation.ui.relative import distance, in_words

SCRIPT = Path(__file__).parents[3] / "foundation" / "ui" / "static" / "ui" / "timers.js"
BERLIN = "Europe/Berlin"
ZONES = [BERLIN, "Indian/Reunion", "America/Cayenne", "Pacific/Noumea"]

#: (zone, now on the wall, moment on the wall, words)
CASES = [
    (BERLIN, "2026-11-28T18:00", "2026-11-30T09:00", "in 2 days"),  # 39 hours, and not tomorrow
    (BERLIN, "2026-11-28T18:00", "2026-11-29T09:00", "tomorrow"),
    (BERLIN, "2026-11-28T00:01", "2026-11-29T23:59", "tomorrow"),  # nearly 48 hours
    (BERLIN, "2026-11-28T00:01", "2026-11-28T23:59", "in 23 hours"),
    (BERLIN, "2026-11-28T23:59", "2026-11-29T00:30", "in 31 minutes"),
    (BERLIN, "2026-11-28T22:00", "2026-11-29T03:00", "in 5 hours"),
    (BERLIN, "2026-11-28T22:00", "2026-11-29T10:00", "tomorrow"),
    (BERLIN, "2026-11-28T09:00", "2026-11-26T23:00", "2 days ago"),  # 34 hours
    (BERLIN, "2026-11-28T09:00", "2026-11-27T09:00", "yesterday"),
    (BERLIN, "2026-11-28T09:00", "2026-11-28T08:59:30", "now"),
    (BERLIN, "2026-12-31T12:00", "2027-01-01T12:00", "tomorrow"),
    (BERLIN, "2027-01-01T09:00", "2026-12-30T09:00", "2 days ago"),
    (BERLIN, "2028-02-28T12:00", "2028-03-01T09:00", "in 2 days"),
    (BERLIN, "2026-10-24T12:00", "2026-10-25T12:00", "tomorrow"),  # 25 hours
    (BERLIN, "2026-03-28T12:00", "2026-03-29T12:00", "tomorrow"),  # 23 hours
    (BERLIN, "2026-03-28T12:00", "2026-04-01T12:00", "in 4 days"),
    ("Indian/Reunion", "2026-11-28T23:30", "2026-11-30T00:30", "in 2 days"),  # in Berlin it is tomorrow
    ("America/Cayenne", "2026-11-28T20:00", "2026-11-29T10:00", "tomorrow"),  # in Berlin it is today
]


def moments(zone: str, *texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for text in texts]


@pytest.mark.parametrize(("zone", "now", "moment", "words"), CASES)
def test_days_are_those_of_the_readers_calendar(zone: str, now: str, moment: str, words: str) -> None:
    at, then = moments(zone, now, moment)
    with timezone.override(zone):
        assert in_words(then, at) == words


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", ["übermorgen", "morgen", "gestern", "vorgestern", "in 3 Tagen", "vor 1 Stunde", "in 5 Minuten",
                "jetzt"]),
        ("fr", ["après-demain", "demain", "hier", "avant-hier", "dans 3 jours", "il y a 1 heure", "dans 5 minutes",
                "maintenant"]),
    ],
)  # fmt: skip
def test_in_the_readers_language(language: str, expected: list[str]) -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    hours = [48, 24, -24, -48, 72, -1, 1 / 12, 0]
    with translation.override(language):
        assert [in_words(now + timedelta(hours=number), now) for number in hours] == expected


instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(days=-5), timedelta(days=5)).map(
    lambda span: timedelta(seconds=int(span.total_seconds()))
)


@given(instants, spans, st.sampled_from(ZONES))
def test_tomorrow_is_the_next_day_on_the_calendar(now: datetime, span: timedelta, zone: str) -> None:
    with timezone.override(zone):
        number, unit = distance(now + span, now)
    tz = ZoneInfo(zone)
    days = ((now + span).astimezone(tz).date() - now.astimezone(tz).date()).days
    if unit == "day":
        assert number == days != 0
    else:
        assert abs(span) < timedelta(hours=12) or days == 0
        assert abs(span) < timedelta(hours=26)


@pytest.mark.xdist_group("scripts")
@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("zone", ZONES)
def test_the_browser_says_the_same(browser: Browser, language: str, zone: str) -> None:
    now = datetime(2026, 10, 24, 21, 30, tzinfo=UTC)
    spans = [timedelta(hours=hours, minutes=minutes) for hours in range(-80, 80, 3) for minutes in (1, 31)]
    times = "".join(f'<time data-due="{(now + span).isoformat()}"></time>' for span in spans)
    context = browser.new_context(timezone_id="Asia/Tokyo")  # the computer's own zone does not matter
    page = context.new_page()
    page.clock.install(time=now)
    body = f'<body data-now="{now.isoformat()}" data-zone="{zone}">{times}</body>'
    page.route(
        "**/*", lambda route: route.fulfill(body=f'<html lang="{language}">{body}</html>', content_type="text/html")
    )
    page.goto("http://lotse.example/")
    page.add_script_tag(path=str(SCRIPT))
    shown = page.locator("time").all_text_contents()
    with timezone.override(zone), translation.override(language):
        expected = [in_words(now + span, now) for span in spans]
    context.close()
    assert shown == expected
