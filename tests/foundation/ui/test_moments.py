from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django import forms
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from foundation.ui.moments import MomentField, from_now

SCRIPT = Path(__file__).parents[3] / "foundation" / "ui" / "static" / "ui" / "moments.js"
SECOND_HOUR = datetime(2026, 10, 25, 1, 30, 12, 345678, tzinfo=UTC)  # 02:30 CET
FIRST_HOUR = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 CEST


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 28, 12, tzinfo=UTC), tick=False):
        yield


class Form(forms.Form):
    at = MomentField(latest=from_now(minutes=1))

    def __init__(self, data: dict[str, str] | None = None, stored: datetime | None = None) -> None:
        super().__init__(data, initial={"at": stored})
        self.fields["at"].stored = stored  # type: ignore[attr-defined]


def sent(form: Form) -> dict[str, str]:
    """What a browser sends back when nothing is touched."""
    context = form["at"].field.widget.get_context("at", form["at"].value(), {})
    return {"at": context["widget"]["value"], "at_offset": context["choice"]["chosen"]}


instants = st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 27), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants | st.datetimes(datetime(2026, 10, 24, 23), datetime(2026, 10, 25, 4), timezones=st.just(UTC)),  # noqa: DTZ001
       st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Indian/Reunion"]))  # fmt: skip
def test_what_was_not_touched_stays_to_the_microsecond(stored: datetime, zone: str) -> None:
    with timezone.override(zone):
        form = Form(sent(Form(stored=stored)), stored)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["at"] == stored
        # also from a page without the choice
        assert Form({"at": sent(Form(stored=stored))["at"]}, stored).is_valid()


def test_the_choice_appears_when_the_clocks_show_the_time_twice() -> None:
    assert "hidden" in str(Form(stored=datetime(2026, 7, 1, tzinfo=UTC))["at"])
    shown = str(Form(stored=SECOND_HOUR)["at"])
    assert 'value="2026-10-25T02:30"' in shown
    assert '<option value="+01:00" selected>02:30 CET (standard time)</option>' in shown
    assert "hidden" not in shown
    form = Form({"at": "2026-10-25T02:30"})
    assert form.errors["at"] == [
        "The clocks show this time twice that night. Choose which one is meant: "
        "02:30 CEST (summer time) or 02:30 CET (standard time)."
    ]
    assert "hidden" not in str(form["at"])


@pytest.mark.parametrize(
    ("typed", "offset", "expected"),
    [
        ("2026-10-25T02:30", "+02:00", FIRST_HOUR),
        ("2026-10-25T02:30", "+01:00", SECOND_HOUR.replace(second=0, microsecond=0)),
        ("2026-10-25T02:30+01:00", "", SECOND_HOUR.replace(second=0, microsecond=0)),
        ("2026-10-25 02:30 CEST", "", FIRST_HOUR),
        ("2026-10-25T02:30:15 CET", "", SECOND_HOUR.replace(second=15, microsecond=0)),
        ("2026-10-25T00:30Z", "", FIRST_HOUR),
        ("2026-10-25T03:30", "+02:00", datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),  # a choice left over
        ("2026-07-01T02:30:00.5", "", datetime(2026, 7, 1, 0, 30, 0, 500000, tzinfo=UTC)),
        ("1.7.2026 02:30", "", datetime(2026, 7, 1, 0, 30, tzinfo=UTC)),
        ("01/07/2026 02:30:15", "", datetime(2026, 7, 1, 0, 30, 15, tzinfo=UTC)),
        ("25.10.2026 02:30 CEST", "", FIRST_HOUR),
    ],
)
def test_both_hours_can_be_said(typed: str, offset: str, expected: datetime) -> None:
    form = Form({"at": typed, "at_offset": offset}, FIRST_HOUR + timedelta(days=1))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == expected


def test_the_other_hour_replaces_the_stored_one() -> None:
    form = Form({"at": "2026-10-25T02:30", "at_offset": "+02:00"}, SECOND_HOUR)
    assert form.is_valid()
    assert form.cleaned_data["at"] == FIRST_HOUR


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-03-29T02:30", "The clocks went forward then: this time does not exist. Write it like 2026-11-28 13:00."),
        ("2026-10-25T02:30 EST", "This is no date with a time."),
        (
            "0001-01-01T00:00",
            "This lies too far back: choose a time after 1 Jan 1990, 01:00, for example 2026-11-28 13:00.",
        ),
        ("1989-12-31T00:00", "too far back"),
        ("9999-12-31T23:59", "This lies too far ahead"),
        ("0001-01-01T00:00+14:00", "too far back"),
        ("9999-12-31T23:59-14:00", "too far ahead"),
        ("2026-11-28T13:02", "too far ahead"),
        ("2026-02-30T10:00", "This is no date with a time. Write it like 2026-11-28 13:00."),
        ("2026-11-28T25:00", "no date with a time"),
        ("2026-11-28T10:00+99:00", "no date with a time"),
        ("yesterday", "no date with a time"),
        ("99999999999999999999", "no date with a time"),
        ("-1", "no date with a time"),
        ("NaN", "no date with a time"),
        ("1e400", "no date with a time"),
        ("2026-11-28\x0010:00", "no date with a time"),
        ("٢٠٢٦-١١-٢٨T١٠:٠٠", "no date with a time"),
        ("", "This field is required."),
    ],
)
def test_what_is_no_moment_gets_an_example_of_a_right_one(typed: str, sentence: str) -> None:
    form = Form({"at": typed})
    assert sentence in form.errors["at"][0]
    assert form["at"].value() == typed
    str(form["at"])


@pytest.mark.parametrize(
    ("language", "example"), [("de", "28.11.2026 13:00"), ("fr", "28/11/2026 13:00"), ("en", "2026-11-28 13:00")]
)
def test_the_example_is_written_as_the_language_does_and_is_taken(language: str, example: str) -> None:
    with translation.override(language):
        assert example in Form({"at": "yesterday"}).errors["at"][0]
        assert Form({"at": example}).is_valid()


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    form = Form({"at": text, "at_offset": text})
    form.is_valid()
    str(form["at"])


@pytest.mark.xdist_group("scripts")
def test_the_browser_asks_which_hour_when_such_a_time_is_typed(browser: Browser) -> None:
    page = browser.new_page()
    body = f"<form>{Form(stored=datetime(2026, 7, 1, 12, tzinfo=UTC))['at']}</form>"
    page.route("**/*", lambda route: route.fulfill(body=f"<body>{body}</body>", content_type="text/html"))
    page.goto("http://lotse.example/")
    page.add_script_tag(path=str(SCRIPT))
    choice = page.locator("[name=at_offset]")
    expect(choice).to_be_hidden()
    page.locator("[name=at]").fill("2026-10-25T02:30")
    expect(choice).to_be_visible()
    expect(choice.locator("option")).to_have_text(
        ["Choose which hour", "02:30 CEST (summer time)", "02:30 CET (standard time)"]
    )
    choice.select_option("+01:00")
    page.locator("[name=at]").fill("2026-10-25T02:45")
    expect(choice).to_have_value("+01:00")
    page.locator("[name=at]").fill("2026-10-25T03:00")
    expect(choice).to_be_hidden()
    expect(choice).to_have_value("")
    page.close()
