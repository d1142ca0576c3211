"""A rendered page is filled with data posted earlier; everything outside the form's controls is unchanged."""

from __future__ import annotations

import pytest
from html_forms import HtmlForm, forms_of
from hypothesis import given
from hypothesis import strategies as st

from foundation.accounts.form_filling import fill, insert_in_main

ACTION = "/cases/1/notes/new/"
PAGE = """<!doctype html><html><head><script>if (a < b) { "<form>" }</script></head><body><main id="main">
<p title='a "quoted" &amp; thing'>Tom &amp; Jerry &lt;form&gt; &eacute;</p>
<form method="post" action="/elsewhere/"><input name="text" value="mine"><textarea name="text">other</textarea></form>
<details class="step"><summary>Write</summary>
<form method="post" action="/cases/1/notes/new/" class="form">
<input type="hidden" name="csrfmiddlewaretoken" value="new">
<input type="hidden" name="version" value="3"><input type="hidden" name="note_id" value="fresh">
<input name="title" value="now" disabled-ish="x"><textarea name="text" rows="3">
stored &lt;b&gt; words</textarea>
<select name="to"><option value="">none</option><option value="a" selected>A</option><option>b &amp; c</option></select>
<input type="checkbox" name="ticked" value="x" checked><input type="checkbox" name="ticked" value="y">
<input type="radio" name="one" value="1" checked><input type="radio" name="one" value="2">
<input type="password" name="secret"><input type="file" name="file"><button name="go" value="1">Go</button>
</form></details>
<input form="other" name="text"></main></body></html>"""
POSTED = {
    "csrfmiddlewaretoken": ["old"], "version": ["3"], "note_id": ["mine"], "title": ['A "b" <c> & d'],
    "text": ["one\r\ntwo <i>"], "to": ["b & c"], "ticked": ["y"], "one": ["2"], "secret": ["hush"], "go": ["1"],
}  # fmt: skip


def restored(page: str) -> HtmlForm:
    (form,) = [form for form in forms_of(page, "/cases/1/") if form.is_restored]
    return form


def test_every_kind_of_control_gets_its_value_back() -> None:
    filled = fill(PAGE, address="/cases/1/", action=ACTION, posted=POSTED)
    assert (filled.form_found, filled.is_outdated, filled.texts) == (True, False, [])
    data = restored(filled.html).data()
    assert data.pop("csrfmiddlewaretoken") == ["new"]
    assert data == {
        "version": ["3"], "note_id": ["mine"], "title": ['A "b" <c> & d'], "text": ["one\r\ntwo <i>"],
        "to": [""], "ticked": ["y"], "one": ["2"], "secret": [""],
    } | {"to": data["to"]}  # fmt: skip
    assert "<option selected>b &amp; c" in filled.html
    assert "hush" not in filled.html
    assert '<details class="step" open>' in filled.html


def test_everything_outside_the_form_stays_byte_for_byte() -> None:
    filled = fill(PAGE, address="/cases/1/", action=ACTION, posted=POSTED).html
    before, _, after = PAGE.partition('<details class="step">')
    assert filled.startswith(before)
    assert filled.endswith(after.partition("</form>")[2])


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\"'<>&="), max_size=60)
TEXTS = st.lists(LINES, max_size=4).map("\n".join)


@given(LINES, TEXTS, st.sets(st.sampled_from(["x", "y"])))
def test_any_filled_text_is_read_back_unchanged(line: str, text: str, ticked: set[str]) -> None:
    posted = {"version": ["3"], "title": [line], "text": [text], "ticked": sorted(ticked), "one": ["1"], "to": ["a"]}
    form = restored(fill(PAGE, address="/cases/1/", action=ACTION, posted=posted).html)
    assert form.value("title") == line
    assert form.value("text") == text
    assert form.data().get("ticked", []) == sorted(ticked)


@pytest.mark.parametrize("version", ["2", "4", ""])
def test_form_on_a_newer_state_is_left_alone_and_the_texts_are_told(version: str) -> None:
    filled = fill(PAGE, address="/cases/1/", action=ACTION, posted={**POSTED, "version": [version]})
    assert (filled.html, filled.is_outdated) == (PAGE, True)
    assert filled.texts == ['A "b" <c> & d', "one\r\ntwo <i>"]


@pytest.mark.parametrize("page", ["", "<p>no form", "<main><form method=get action=/cases/1/notes/new/></form></main>"])
def test_page_without_the_form_gives_the_texts(page: str) -> None:
    posted = {"text": ["words"], "note_id": ["0b3f6a52-6f0e-4f3c-9a40-5b6d0c9e1a77"], "phone": ["030 901820"]}
    filled = fill(page, address="/cases/1/", action=ACTION, posted=posted)
    assert (filled.html, filled.form_found, filled.texts) == (page, False, ["words", "030 901820"])


def test_of_several_forms_with_one_address_the_one_with_the_same_fields_and_keys_is_filled() -> None:
    page = "".join(
        f'<form method="post" action="/x/"><input type="hidden" name="key" value="{key}"><input name="text"></form>'
        for key in "abc"
    )
    filled = fill(page, address="/", action="/x/", posted={"key": ["b"], "text": ["mine"]}).html
    (form,) = [form for form in forms_of(filled, "/") if form.is_restored]
    assert (form.value("key"), form.value("text")) == ("b", "mine")


@given(st.text(max_size=400))
def test_any_page_can_be_filled_without_error(page: str) -> None:
    fill(page, address="/", action="/x/", posted={"text": ["words"]})
    assert insert_in_main(page, "BOX").replace("BOX", "") == page or "BOX" in page


def test_action_that_the_form_leaves_out_is_the_page_itself() -> None:
    page = '<form method="post"><textarea name="text"></textarea></form>'
    assert "words" in fill(page, address="/agent/", action="/agent/?x=1", posted={"text": ["words"]}).html
