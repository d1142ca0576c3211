from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from foundation.accounts.models import Membership, Organisation, User


def create(monkeypatch: pytest.MonkeyPatch, password: str, **options: object) -> str:
    monkeypatch.setattr("sys.stdin", StringIO(password + "\n"))
    out = StringIO()
    call_command("create_administrator", email="First@example.org", centre="Example Centre", stdout=out, **options)
    return out.getvalue()


def test_an_empty_installation_explains_the_next_steps_until_somebody_can_sign_in(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "first_run_code</code>" in client.get("/accounts/login/").content.decode()
    said = create(monkeypatch, "a long enough sentence")
    assert said == "first@example.org can sign in as administrator of Example Centre.\n"
    roles = Membership.objects.active().order_by("role").values_list("role", flat=True)
    assert list(roles) == ["administrator"]
    assert "first_run_code" not in client.get("/accounts/login/").content.decode()
    answer = client.post("/accounts/login/", {"login": "first@example.org", "password": "a long enough sentence"})
    assert answer.status_code == 302


def test_a_weak_password_or_a_known_address_changes_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="too short"):
        create(monkeypatch, "short")
    assert not User.objects.filter(service="").exists()
    create(monkeypatch, "a long enough sentence")
    with pytest.raises(CommandError, match="already"):
        create(monkeypatch, "a long enough sentence")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"country": "Germany"}, "like DE, FR or BE"),
        ({"country": "de"}, "like DE, FR or BE"),
        ({"country": "XX"}, "like DE, FR or BE"),
        ({"time_zone": "Berlin"}, "write one like Europe/Berlin"),
        ({"country": "FR", "time_zone": "CET"}, "write one like Europe/Paris"),
        ({"country": "BE", "time_zone": "UTC+1"}, "write one like Europe/Brussels"),
    ],
)
def test_invalid_country_or_zone_is_refused_with_an_example(
    db: None, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        create(monkeypatch, "a long enough sentence", **options)
    assert not Organisation.objects.exists()


def test_without_a_zone_the_countrys_own_is_taken(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch, "a long enough sentence", country="FR")
    assert Organisation.objects.get().time_zone == "Europe/Paris"
