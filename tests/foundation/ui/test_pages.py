"""Pages that belong to no app: sign-in, errors, choice of language."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ui_urls")]


def test_a_missing_page_says_so_without_telling_what_exists(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here for you" in response.content.decode()


def test_403_page_equals_the_404_page() -> None:
    assert render_to_string("403.html") == render_to_string("404.html")


def test_the_sign_in_has_no_inline_script(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "<h1>Sign in</h1>" in page
    assert page.count("<script") == page.count("<script src=")
    assert " style=" not in page


def test_500_page_renders_without_context() -> None:
    assert "Bei uns ist ein Fehler aufgetreten" in render_to_string("500.html")


def test_stale_page_links_back() -> None:
    assert 'href="/cases/7/"' in render_to_string("ui/stale.html", {"back": "/cases/7/"})


def test_the_language_can_be_chosen_before_sign_in(client: Client) -> None:
    client.post(reverse("accounts:set_language"), {"language": "fr", "next": "/accounts/login/"})
    assert '<html lang="fr" dir="ltr"' in client.get(reverse("account_login")).content.decode()
