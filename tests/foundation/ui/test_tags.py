"""Template tags, the field template, the gallery."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from foundation.ui import charts, navigation, views
from foundation.ui.templatetags.ui import TONES

MOMENT = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_an_icon_is_hidden_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in render('{% icon "phone" %}')
    assert render('{% icon "x" label=label %}', label="<Close>").endswith(
        '<span class="visually-hidden">&lt;Close&gt;</span>'
    )


def test_every_icon_that_we_name_exists() -> None:
    names = {drawing for _tone, drawing in TONES.values()} | {item.icon for item in navigation.ITEMS}
    assert all(render("{% icon name %}", name=name) for name in names)


def test_local_time_says_its_zone() -> None:
    with timezone.override("Europe/Paris"):
        shown = render("{% localtime moment %}", moment=MOMENT)
    assert shown == '<time datetime="2026-07-01T14:30:00+02:00" title="CEST">1 Jul 2026, 14:30</time>'


def test_no_time_is_a_dash() -> None:
    assert render("{% localtime moment %}{% ago moment %}", moment=None) == "––"


def test_a_state_is_said_in_words() -> None:
    shown = render("{% state_badge code label %}", code="declined", label="Declined <b>")
    assert shown.startswith('<span class="badge danger"><svg')
    assert shown.endswith("Declined &lt;b&gt;</span>")


@dataclass
class Page:
    newer: str | None
    older: str | None


def test_the_pager_keeps_the_filters() -> None:
    request = RequestFactory().get("/cases/", {"state": "open", "before": "x"})
    shown = render("{% keyset_pager page %}", page=Page("a&b", None), request=request)
    assert 'href="?state=open&amp;after=a%26b"' in shown
    assert "Older" not in shown


def test_a_list_of_one_page_has_no_pager() -> None:
    assert render("{% keyset_pager page %}", page=Page(None, None)).strip() == ""


def test_a_chart_says_so_when_there_is_nothing() -> None:
    shown = render("{% chart drawing %}", drawing=charts.stacked_bars(charts.Text("Nothing"), [], []))
    assert "No figures to show yet." in shown
    assert "<svg" not in shown


def test_a_chart_comes_with_its_table_and_hides_what_is_hidden() -> None:
    text = charts.Text("Answers", head="Answer", column="Referrals", hidden="<10")
    shown = render(
        '{% chart drawing table="open" %}', drawing=charts.horizontal_bars(text, [("Yes", 20), ("No", None)])
    )
    assert '<td class="num">20</td>' in shown
    assert '<td class="num">&lt;10</td>' in shown
    assert 'role="img"' in shown


class ExampleForm(forms.Form):
    place = forms.CharField(help_text="Any place.")
    topics = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple, help_text="Some.")
    consent = forms.BooleanField(required=False)


def test_a_field_names_its_help_and_its_error() -> None:
    shown = str(ExampleForm({})["place"].as_field_group())
    assert '<label for="id_place">Place <span class="required">required</span>' in shown
    assert 'aria-describedby="id_place_helptext id_place_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_place_error"' in shown


def test_a_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    shown = " ".join(str(ExampleForm({})["topics"].as_field_group()).split())
    assert (
        '<fieldset class="field choices" id="id_topics_group" aria-describedby="id_topics_helptext id_topics_error">'
        in shown
    )
    assert "<legend>Topics" in shown


def test_a_valid_field_is_not_marked() -> None:
    shown = str(ExampleForm({"place": "x", "topics": ["a"]})["consent"].as_field_group())
    assert "aria-invalid" not in shown
    assert "required" not in shown
    assert 'class="field check"' in shown


def test_the_summary_leads_to_each_field() -> None:
    shown = " ".join(str(ExampleForm({})).split()).replace('" >', '">')
    assert '<a href="#id_place">Place</a>: This field is required.' in shown
    assert '<a href="#id_topics_group">Topics</a>: This field is required.' in shown


def test_a_form_without_errors_has_no_summary() -> None:
    assert "error-summary" not in str(ExampleForm())


@dataclass
class Person:
    permissions: set[str] = field(default_factory=set)

    def can_in_any(self, permission: str) -> bool:
        return permission in self.permissions


ITEMS = (
    navigation.Item("account_login", "Desk", "headset", "contact.log"),
    navigation.Item("account_logout", "Cases", "folder-open", "case.read"),
    navigation.Item("nowhere:at_all", "Later", "clock", "case.read"),
)


@pytest.mark.usefixtures("ui_urls")
def test_the_top_bar_shows_what_one_may_do_and_what_is_mounted() -> None:
    links = navigation.links(Person({"case.read"}), "/accounts/logout/", ITEMS)
    assert [(str(link.label), link.current) for link in links] == [("Cases", True)]


def test_top_bar_is_empty_without_permissions() -> None:
    assert navigation.links(Person(), "/", ITEMS) == []


@pytest.mark.parametrize("view", [views.gallery, views.gallery_desk])
@pytest.mark.usefixtures("ui_urls")
def test_the_gallery_needs_no_loosened_policy(view: Callable[[HttpRequest], HttpResponse]) -> None:
    request: HttpRequest = RequestFactory().get("/ui/gallery/")
    request.user = AnonymousUser()
    shown = view(request).content.decode()
    assert "<main" in shown
    assert [sign for sign in (" style=", "hx-on", "<style", "onclick=", "javascript:") if sign in shown] == []
    assert shown.count("<script") == shown.count("<script src=")
