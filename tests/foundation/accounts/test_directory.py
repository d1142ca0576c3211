"""Sign-in through a centre's own directory, tried against a real OpenID provider (Debian's Glewlwyd)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from directory_server import CLIENT, SECRET, Directory
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from forging_directory import OTHER_KEY, Forger, forging
from past_policies import change
from people import PASSWORD, People, as_user, make_user
from web import browser, new_app_code, one_line

from foundation.accounts.actions import deactivate_user, invite_user
from foundation.accounts.models import DirectoryLink, OneTimeLink, User
from foundation.accounts.roles import Role
from foundation.accounts.states import LinkState
from foundation.accounts.stored_passwords import stamp_without_password
from foundation.journal.models import Event

BACK = "http://testserver/accounts/directory/back/"
NOT_SIGNED_IN = "Not signed in"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("directory"),
    pytest.mark.usefixtures("_nothing_counted"),
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    made = Directory(tmp_path_factory.mktemp("directory"))
    try:
        made.begin(BACK)
        made.add("ada", "ada@example.org")
        made.add("unverified", "unverified@example.org", is_verified=False)
        made.add("elsewhere", "elsewhere@example.net")
        made.add("second", "ada@example.org")
        yield made
    finally:
        made.stop()


def configured(issuer: str, **more: Any) -> dict[str, Any]:
    given = {"issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, "name": "Example Directory"}
    return {**given, "domains": ["example.org"], "second_factor": [], "origins": [], **more}


@pytest.fixture
def trusted(directory: Directory, settings: Any) -> Directory:
    """The installation trusts it for addresses of example.org."""
    settings.LOTSE_PUBLIC_BASE_URL = "http://testserver"
    settings.DIRECTORY = configured(directory.issuer)
    cache.clear()
    return directory


@pytest.fixture
def people(people: People) -> People:
    """The handler has the address that the directory knows, and no password here."""
    change(User.objects.filter(pk=people.handler.pk), email="ada@example.org", stamp=stamp_without_password())
    change(User.objects.filter(pk=people.handler.pk), last_login="2026-01-01T00:00Z")
    people.handler.refresh_from_db()
    return people


def visitor() -> Client:
    return Client(headers={"Accept": "text/html"})


def begin(client: Client, **form: str) -> str:
    """The address at the directory to which the browser is sent."""
    answer = client.post(reverse("accounts:to_directory"), form)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def come_back(client: Client, address: str) -> Any:
    assert address.startswith(BACK)
    return client.get(address.removeprefix("http://testserver"), follow=True)


def sign_in(directory: Directory, name: str, client: Client | None = None, **form: str) -> Any:
    mine = client or visitor()
    return come_back(mine, directory.sign_in(name, begin(mine, **form)))


def who(client: Client) -> int | None:
    answer = client.get("/accounts/session/")
    return answer.json()["user"] if answer.status_code == 200 else None


def events(people: People, kind: str) -> list[dict[str, Any]]:
    found = Event.objects.filter(kind=kind).order_by("pk")
    return as_user(people.dpo, lambda: [one.data for one in found])  # type: ignore[no-any-return]


def test_person_is_linked_once_shows_their_own_second_factor_and_is_known_by_the_subject(
    people: People, trusted: Directory
) -> None:
    client, code = visitor(), new_app_code(people.handler)
    page = sign_in(trusted, "ada", client, next="/contacts/")
    assert page.request["PATH_INFO"] == "/accounts/2fa/authenticate/"
    assert who(client) is None
    answer = client.post("/accounts/2fa/authenticate/", {"code": code}, follow=True)
    assert answer.request["PATH_INFO"] == "/contacts/"
    assert who(client) == people.handler.pk
    assert events(people, "user.directory_linked") == [{"user": people.handler.pk}]
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert "through the directory of your organisation" in sent.body

    # Another address there and here: the subject counts, never the address again.
    change(User.objects.filter(pk=people.handler.pk), email="other@example.org")
    again = visitor()
    sign_in(trusted, "ada", again)
    again.post("/accounts/2fa/authenticate/", {"code": new_app_code(people.handler)})
    assert who(again) == people.handler.pk
    assert len(events(people, "user.directory_linked")) == len(mail.outbox) == 1
    again.post("/accounts/logout/")
    assert who(again) is None


def test_without_a_factor_one_is_set_up_first(people: People, trusted: Directory) -> None:
    client = visitor()
    assert sign_in(trusted, "ada", client).request["PATH_INFO"] == "/accounts/second-factor/"
    assert client.get("/contacts/", headers={"Accept": "text/html"}).headers["Location"] == "/accounts/second-factor/"


def test_invited_person_accepts_by_signing_in_and_the_link_in_the_mail_is_dead(
    people: People, trusted: Directory
) -> None:
    change(User.objects.filter(pk=people.handler.pk), email="somebody@example.org")
    invite = {"email": "ada@example.org", "name": "Ada Example", "language": "en"}
    made = as_user(people.administrator, invite_user, by=people.administrator, **invite)
    assert sign_in(trusted, "ada").request["PATH_INFO"] == "/accounts/second-factor/"
    link = as_user(people.administrator, OneTimeLink.objects.get, user=made)
    assert link.state == LinkState.USED
    address = EmailAddress.objects.get(user=made)
    assert (address.email, address.verified, address.primary) == ("ada@example.org", True, True)
    assert events(people, "user.directory_linked") == [{"user": made.pk}]


def test_invitation_is_accepted_at_the_next_sign_in_if_the_process_died_after_the_link(
    people: People, trusted: Directory
) -> None:
    change(User.objects.filter(pk=people.handler.pk), email="somebody@example.org")
    invite = {"email": "ada@example.org", "name": "Ada Example", "language": "en"}
    made = as_user(people.administrator, invite_user, by=people.administrator, **invite)
    client = visitor()
    sign_in(trusted, "ada", client)
    link = OneTimeLink.objects.filter(user=made)
    change(link, state=LinkState.OPEN, ended_at=None)
    change(User.objects.filter(pk=made.pk), last_login=None)  # as if it had died between link and session
    sign_in(trusted, "ada")
    assert as_user(people.administrator, OneTimeLink.objects.get, user=made).state == LinkState.USED
    assert len(events(people, "user.directory_linked")) == 1


def test_over_invitation_opens_nothing(people: People, trusted: Directory) -> None:
    change(User.objects.filter(pk=people.handler.pk), last_login=None)
    assert refused(people, sign_in(trusted, "ada")) == {"user": people.handler.pk, "reason": "not_invited"}


def refused(people: People, answer: Any) -> dict[str, Any]:
    """The officer's event. The person reads the same words whatever the reason is."""
    assert answer.status_code == 403
    assert "there is no account here that you can open with it" in one_line(answer)
    assert who(answer.client) is None
    assert as_user(people.administrator, DirectoryLink.objects.count) == 0
    (found,) = events(people, "user.directory_refused")
    return found


@pytest.mark.parametrize(
    ("name", "reason"),
    [("unverified", "unverified"), ("elsewhere", "foreign_domain"), ("ada", "unknown")],
)
def test_refused_without_an_account_is_seen_by_the_officer(
    people: People, trusted: Directory, name: str, reason: str
) -> None:
    address = {"unverified": "unverified@example.org", "elsewhere": "elsewhere@example.net"}
    change(User.objects.filter(pk=people.handler.pk), email=address.get(name, "somebody@example.org"))
    users = User.objects.count()
    assert refused(people, sign_in(trusted, name)) == {"reason": reason}
    assert User.objects.count() == users
    page = browser(people.dpo).get("/audit/")
    assert "Sign-in through the directory refused" in one_line(page)


def test_deactivated_person_is_refused_before_and_after_the_link(people: People, trusted: Directory) -> None:
    by = people.administrator
    as_user(by, deactivate_user, by=by, user=people.handler)
    assert refused(people, sign_in(trusted, "ada")) == {"user": people.handler.pk, "reason": "deactivated"}
    change(User.objects.filter(pk=people.handler.pk), is_active=True)
    sign_in(trusted, "ada")
    as_user(by, deactivate_user, by=by, user=people.handler)
    assert sign_in(trusted, "ada").status_code == 403
    assert [one["reason"] for one in events(people, "user.directory_refused")] == ["deactivated"] * 2


def test_another_account_with_the_address_of_a_linked_person_is_refused(people: People, trusted: Directory) -> None:
    sign_in(trusted, "ada")
    answer = sign_in(trusted, "second")
    assert answer.status_code == 403
    assert events(people, "user.directory_refused") == [{"user": people.handler.pk, "reason": "other_account"}]
    assert as_user(people.administrator, DirectoryLink.objects.count) == 1


def test_address_at_the_directory_that_becomes_a_colleagues_opens_nothing_of_theirs(
    people: People, trusted: Directory
) -> None:
    sign_in(trusted, "ada")
    trusted.change("ada", email=people.colleague.email)
    try:
        client, code = visitor(), new_app_code(people.handler)
        sign_in(trusted, "ada", client)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert who(client) == people.handler.pk
    finally:
        trusted.change("ada", email="ada@example.org")


def test_service_users_cannot_sign_in(people: People, trusted: Directory) -> None:
    change(User.objects.filter(pk=people.handler.pk), email="somebody@example.org")
    change(User.objects.filter(service="relay"), email="ada@example.org")
    assert refused(people, sign_in(trusted, "ada")) == {"reason": "unknown"}


def test_directorys_second_factor_counts_only_if_configured_claimed_and_backed_by_a_factor_here(
    people: People, trusted: Directory, settings: Any
) -> None:
    settings.DIRECTORY = configured(trusted.issuer, second_factor=["mfa", "hwk"])
    new_app_code(people.handler)
    assert sign_in(trusted, "ada").request["PATH_INFO"] == "/accounts/2fa/authenticate/"
    settings.DIRECTORY = configured(trusted.issuer, second_factor=["password"])
    client = visitor()
    assert sign_in(trusted, "ada", client, next="/contacts/").request["PATH_INFO"] == "/contacts/"
    as_user(people.handler, Authenticator.objects.filter(user=people.handler).delete)
    assert sign_in(trusted, "ada").request["PATH_INFO"] == "/accounts/second-factor/"


def test_recent_proof_is_the_own_factor_of_a_person_without_password(
    people: People, trusted: Directory, settings: Any
) -> None:
    settings.DIRECTORY = configured(trusted.issuer, second_factor=["password"])
    client, code = visitor(), new_app_code(people.handler)
    sign_in(trusted, "ada", client)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    asked = client.get("/accounts/2fa/recovery-codes/generate/", follow=True)
    assert asked.request["PATH_INFO"] == "/accounts/2fa/reauthenticate/"
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    done = client.post("/accounts/2fa/reauthenticate/?next=/contacts/", {"code": code}, follow=True)
    assert done.request["PATH_INFO"] == "/contacts/"
    assert client.get("/accounts/password/set/").status_code == 404


# --- attempts that prove nothing -----------------------------------------------------------------------------------


def calm(answer: Any, status: int = 400) -> None:
    assert answer.status_code == status
    assert NOT_SIGNED_IN in one_line(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert who(answer.client) is None


def test_code_is_used_once_in_its_own_browser_with_its_own_state(people: People, trusted: Directory) -> None:
    client = visitor()
    address = trusted.sign_in("ada", begin(client))
    calm(come_back(visitor(), address))
    calm(come_back(client, address.replace("state=", "state=x")))
    assert come_back(client, address).request["PATH_INFO"] == "/accounts/second-factor/"
    client.post("/accounts/logout/")
    calm(come_back(client, address))
    code = parse_qs(urlsplit(address).query)["code"][0]
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    calm(come_back(client, f"{BACK}?state={state}&code={code}"))
    for query in ("", "?code=x", "?state=x&code=x", f"?state={'x' * 5000}&code=%00", "?error=access_denied&state=x"):
        calm(client.get(f"/accounts/directory/back/{query}"))
    assert events(people, "user.directory_refused") == []


def test_state_is_over_after_ten_minutes(people: People, trusted: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    client = visitor()
    address = trusted.sign_in("ada", begin(client))
    late = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: late)
    calm(come_back(client, address))


def test_directory_that_is_down_is_said_calmly(people: People, trusted: Directory) -> None:
    client = visitor()
    address = trusted.sign_in("ada", begin(client))
    trusted.stop()
    try:
        down = client.post("/accounts/directory/")
        calm(down, 503)
        assert "does not answer at the moment" in one_line(down)
        calm(come_back(client, address), 503)
    finally:
        trusted.start()
    assert client.get("/accounts/login/").status_code == 200


def test_another_issuer_is_not_believed(people: People, trusted: Directory, settings: Any) -> None:
    settings.DIRECTORY = configured(trusted.issuer.replace("127.0.0.1", "localhost"))
    calm(visitor().post("/accounts/directory/"), 503)


@pytest.fixture
def forger(settings: Any) -> Iterator[Forger]:
    settings.LOTSE_PUBLIC_BASE_URL = "http://testserver"
    with forging() as made:
        settings.DIRECTORY = configured(made.url)
        cache.clear()
        yield made


def forged(forger: Forger) -> Any:
    client = visitor()
    asked = parse_qs(urlsplit(begin(client)).query)
    forger.nonce = asked["nonce"][0]
    return come_back(client, f"{BACK}?state={asked['state'][0]}&code=x")


def test_honest_token_of_the_forger_is_taken(people: People, forger: Forger) -> None:
    assert forged(forger).request["PATH_INFO"] == "/accounts/second-factor/"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"nonce": "replayed"},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
    ],
)
def test_token_that_is_not_for_this_attempt_is_refused(people: People, forger: Forger, claims: dict[str, Any]) -> None:
    forger.claims = claims
    calm(forged(forger))


def test_token_of_another_key_or_without_signature_is_refused(people: People, forger: Forger) -> None:
    forger.key = OTHER_KEY
    calm(forged(forger))
    forger.key, forger.algorithm = None, "none"
    calm(forged(forger))
    forger.key, forger.algorithm = "guessed" * 10, "HS256"
    calm(forged(forger))


@pytest.mark.parametrize(
    "answer", [{"access_token": "x"}, {"id_token": "x"}, {"access_token": "x", "id_token": "x.y.z"}, {"error": "x"}]
)
def test_answer_without_a_token_is_refused(people: People, forger: Forger, answer: dict[str, Any]) -> None:
    forger.answer = answer
    calm(forged(forger))


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_only_true_means_verified(people: People, forger: Forger, verified: object) -> None:
    forger.claims = {"email_verified": verified}
    assert refused(people, forged(forger)) == {"reason": "unverified"}


@pytest.mark.parametrize("email", ["ada@example.org.evil.example", "ada@sub.example.org", "ada", "", "@example.org"])
def test_domain_is_compared_whole(people: People, forger: Forger, email: str) -> None:
    forger.claims = {"email": email}
    reason = "unknown" if email == "@example.org" else "foreign_domain" if email else "unverified"
    assert refused(people, forged(forger)) == {"reason": reason}


def test_incomplete_description_is_said_calmly(people: People, forger: Forger) -> None:
    forger.document = {"token_endpoint": ""}
    calm(visitor().post("/accounts/directory/"), 503)


# --- around it -------------------------------------------------------------------------------------------------------


def test_without_configuration_nothing_of_it_is_there(people: People, settings: Any) -> None:
    assert settings.DIRECTORY == {}
    assert visitor().post("/accounts/directory/").status_code == 404
    assert visitor().get("/accounts/directory/back/?state=x&code=x").status_code == 404
    unlink = reverse("accounts:end_directory_link", args=[people.handler.pk])
    assert browser(people.administrator).post(unlink).status_code == 404
    assert "/accounts/directory/" not in visitor().get("/accounts/login/").content.decode()


def test_sign_in_page_has_the_button_and_may_send_the_browser_there(people: People, forger: Forger) -> None:
    page = visitor().get("/accounts/login/?next=/contacts/").content.decode()
    assert "Sign in with Example Directory" in page
    assert page.count('name="next" value="/contacts/"') == 2
    answer = visitor().post("/accounts/directory/", {"next": "https://evil.example/"})
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]
    assert visitor().get("/accounts/directory/").status_code == 405


def test_who_is_signed_in_stays_who_they_are(people: People, forger: Forger) -> None:
    client = browser(people.colleague)
    assert client.post("/accounts/directory/").headers["Location"] == "/"
    assert client.get("/accounts/directory/back/?state=x&code=x").headers["Location"] == "/"
    assert who(client) == people.colleague.pk


def test_administrator_ends_the_link_and_the_sessions_once(people: People, forger: Forger) -> None:
    client = visitor()
    assert forged(forger).client
    admin, person = browser(people.administrator), people.handler.pk
    page = reverse("accounts:user", args=[person])
    assert "Signs in through the directory since" in one_line(admin.get(page))
    end = reverse("accounts:end_directory_link", args=[person])
    assert admin.post(end, follow=True).status_code == 200
    assert admin.post(end).status_code == 302
    assert events(people, "user.directory_link_ended") == [{"user": person}]
    assert "Signs in through the directory since" not in one_line(admin.get(page))
    assert who(client) is None
    for other in (people.coordinator, people.handler, people.dpo, people.worker):
        assert browser(other).post(end).status_code == 404
    assert forged(forger).request["PATH_INFO"] == "/accounts/second-factor/"


def test_administrator_cannot_end_their_own(people: People, forger: Forger) -> None:
    end = reverse("accounts:end_directory_link", args=[people.administrator.pk])
    assert browser(people.administrator).post(end).status_code == 404


@pytest.mark.usefixtures("_within_a_minute")
def test_too_many_attempts_from_one_address_wait(people: People, forger: Forger) -> None:
    found = [visitor().post("/accounts/directory/").status_code for _ in range(22)]
    assert found[0] == 302
    assert found[-1] == 429


def test_password_still_works_beside_the_directory(people: People, forger: Forger) -> None:
    person = make_user((people.centre, Role.HANDLER))
    answer = visitor().post("/accounts/login/", {"login": person.email, "password": PASSWORD}, follow=True)
    assert answer.request["PATH_INFO"] == "/accounts/second-factor/"
