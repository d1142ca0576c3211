"""Nobody reaches anything without a second factor, and losing one is no way in for somebody else."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from cluster import OwnDatabase
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from past_policies import change
from people import PASSWORD, People, as_user, make_people, make_user
from web import app_code, browser, new_app_code, one_line, sign_in, sign_in_by_form

from foundation.accounts.app_codes import take
from foundation.accounts.events import (
    FACTOR_ADDED,
    FACTOR_REMOVED,
    FACTORS_REMOVED,
    RECOVERY_CODE_USED,
    RECOVERY_CODES_MADE,
)
from foundation.accounts.factor_adapter import FactorAdapter, why_no_passkey
from foundation.accounts.middleware import SecondFactorIsRequired
from foundation.accounts.models import Session, User
from foundation.accounts.roles import Role
from foundation.accounts.second_factor_actions import factors, remove_factors, seal_factors_anew
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.privacy.event_kinds import EventKind
from foundation.privacy.keys import WrongKey, keyring

SET_UP = "/accounts/second-factor/"
AUTHENTICATE = "/accounts/2fa/authenticate/"
ACTIVATE = "/accounts/2fa/totp/activate/"
CODES = "/accounts/2fa/recovery-codes/"
OWN = "/accounts/2fa/"


@pytest.fixture(autouse=True)
def _no_memory_of_earlier_codes() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def visitor() -> Client:
    return Client(headers={"Accept": "text/html"})


def with_password_only(user: User) -> Client:
    """A browser after the first step, of somebody who has no second factor yet."""
    client = visitor()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def after_password(user: User) -> Client:
    """A browser that is asked for the second factor."""
    client = visitor()
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.headers["Location"] == AUTHENTICATE
    return client


def set_up_app(client: Client) -> Any:
    page = client.get(ACTIVATE).content.decode()
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    return client.post(ACTIVATE, {"code": app_code(secret)})


def recovery_codes(user: User) -> list[str]:
    codes: list[str] = as_user(user, lambda: RecoveryCodes.activate(user).get_unused_codes())
    return codes


def kept() -> list[Authenticator]:
    """All factors that are stored, whosever they are."""
    with acting_as(service_user(Service.SIGN_IN), purpose="test"):
        return list(Authenticator.objects.order_by("pk"))


def of(user: User) -> list[Authenticator]:
    """The person's passkeys and app."""
    found: list[Authenticator] = as_user(user, lambda: factors(user))
    return found


def made_passkey(user: User, data: dict[str, str]) -> Authenticator:
    made: Authenticator = as_user(user, Authenticator.objects.create, user=user, type="webauthn", data=data)
    return made


def events(user: User, dpo: User, kind: EventKind) -> list[Event]:
    return as_user(dpo, lambda: [one for one in Event.objects.filter(kind=kind.code) if one.data["user"] == user.pk])


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def addresses() -> Iterator[tuple[str, str]]:
    """Every address with sample values, and its name."""
    samples = {"uuid": "00000000-0000-4000-8000-000000000001", "int": "1", "str": "x", "slug": "x", "path": "x"}

    def walk(patterns: list[URLPattern | URLResolver], before: str, space: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = before + str(pattern.pattern).removesuffix(r"\Z")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route, f"{pattern.namespace}:" if pattern.namespace else space)
            elif "^" not in route and "(" not in route:
                yield (
                    "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda kind: samples[kind[1] or "str"], route),
                    (f"{space}{pattern.name}"),
                )

    yield from walk(get_resolver().url_patterns, "", "")


# --- required --------------------------------------------------------------------------------------------------------


def test_session_without_a_factor_reaches_nothing_but_the_set_up(people: People) -> None:
    """A webhook is not asked who sends it."""
    client = with_password_only(people.coordinator)
    reached = []
    for address, name in addresses():
        if name == "account_logout":  # it would end the session
            continue
        for method in (client.get, client.post):
            answer = method(address)
            if answer.headers.get("Location") != SET_UP:
                reached.append(name)
    webhooks = {name for address, name in addresses() if address.startswith("/telephone/")}
    assert len(set(addresses())) > 150
    assert set(reached) - webhooks - SecondFactorIsRequired.OPEN == set()


@pytest.mark.parametrize("headers", [{"Accept": "application/json"}, {"Accept": "text/html", "HX-Request": "true"}, {}])
def test_parts_and_scripts_are_told_that_nobody_is_signed_in(people: People, headers: dict[str, str]) -> None:
    client = with_password_only(people.handler)
    client.defaults.pop("HTTP_ACCEPT")
    for address in (reverse("hotline:part_open"), reverse("accounts:session"), reverse("ui:nav_counts")):
        assert client.get(address, headers=headers).status_code == 401


def test_page_of_the_set_up_shows_nothing_of_the_work(people: People) -> None:
    page = with_password_only(people.handler).get(SET_UP).content.decode()
    assert "top-nav" not in page
    assert 'type="search"' not in page


def test_without_signing_in_there_is_no_set_up(db: None) -> None:
    for address in (SET_UP, ACTIVATE, "/accounts/2fa/webauthn/add/", CODES, OWN):
        assert visitor().get(address).headers["Location"].startswith("/accounts/login/"), address


# --- the first set-up ------------------------------------------------------------------------------------------------


def test_newcomer_sets_up_an_app_and_goes_on_where_they_wanted_to(people: People) -> None:
    client = with_password_only(people.handler)
    assert client.get("/contacts/").headers["Location"] == SET_UP
    assert set_up_app(client).headers["Location"] == CODES
    page = client.get(CODES).content.decode()
    for code in recovery_codes(people.handler):
        assert f"<code>{code}</code>" in page
    assert 'href="/contacts/"' in page
    assert is_in(client)
    assert [one.data["factor"] for one in events(people.handler, people.dpo, FACTOR_ADDED)] == ["totp"]


def test_officers_see_the_factors_of_partners_people(people: People) -> None:
    """They belong to no centre, so that every data protection officer sees their accounts' events."""
    set_up_app(with_password_only(people.worker))
    officers = (people.dpo, make_user((people.other_centre, Role.DPO)))
    assert [len(events(people.worker, who, FACTOR_ADDED)) for who in officers] == [1, 1]
    assert [len(events(people.worker, who, FACTOR_ADDED)) for who in (people.coordinator, people.handler)] == [0, 0]


def test_recovery_codes_are_shown_once(people: People) -> None:
    client = with_password_only(people.handler)
    set_up_app(client)
    code = recovery_codes(people.handler)[0]
    assert code in client.get(CODES).content.decode()
    assert code not in client.get(CODES).content.decode()
    assert client.get(f"{CODES}download/").status_code in (403, 404)


def test_person_is_told_by_mail(own_database: OwnDatabase) -> None:
    handler = make_people().handler
    set_up_app(with_password_only(handler))
    (told,) = mail.outbox
    assert (told.to, told.subject) == ([handler.email], "[testserver] App with codes added")
    assert "127.0.0.1" not in told.body


def test_mail_server_that_does_not_answer_is_no_reason_to_fail(own_database: OwnDatabase, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client = with_password_only(make_people().handler)
    assert set_up_app(client).status_code == 302
    assert is_in(client)


def test_wrong_code_sets_up_nothing_and_keeps_the_picture(people: People) -> None:
    client = with_password_only(people.handler)
    before = re.findall(r"<code>([A-Z2-7]{32})</code>", client.get(ACTIVATE).content.decode())
    answer = client.post(ACTIVATE, {"code": "000000"})
    assert re.findall(r"<code>([A-Z2-7]{32})</code>", answer.content.decode()) == before
    assert kept() == []


@pytest.mark.parametrize("value", ["", "x" * 5000, "1" * 19, "\x00", "½²³"])
def test_absurd_code_is_refused_with_words(people: People, value: str) -> None:
    client = with_password_only(people.handler)
    client.get(ACTIVATE)
    assert client.post(ACTIVATE, {"code": value}).status_code == 200
    assert kept() == []


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"id": 1}', '{"response": "x"}', "not json", "1"])
def test_absurd_passkey_is_refused_with_words(people: People, credential: str) -> None:
    client = with_password_only(people.handler)
    client.get("/accounts/2fa/webauthn/add/")
    answer = client.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": credential})
    assert answer.status_code == 200
    assert kept() == []


def test_first_factor_ends_sessions_that_know_the_password_only(people: People) -> None:
    stranger, client = with_password_only(people.handler), with_password_only(people.handler)
    set_up_app(client)
    assert stranger.get(SET_UP).headers["Location"].startswith("/accounts/login/")
    assert is_in(client)


def test_session_without_a_factor_cannot_add_one_beside_the_persons_own(people: People) -> None:
    """The stranger's session is begun after the set-up's: as if the two were processed at the same time."""
    stranger = with_password_only(people.handler)
    page = stranger.get(ACTIVATE).content.decode()
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    new_app_code(people.handler)
    change(Authenticator.objects.all(), type="webauthn")
    assert stranger.post(ACTIVATE, {"code": app_code(secret)}).status_code == 404
    assert len(of(people.handler)) == 1


def test_set_up_twice_makes_one_factor(people: People) -> None:
    client = with_password_only(people.handler)
    set_up_app(client)
    assert client.post(ACTIVATE, {"code": "000000"}).status_code == 302
    assert len(of(people.handler)) == 1
    assert client.get(SET_UP).headers["Location"] == OWN


def test_set_up_long_after_signing_in_asks_for_the_password_again(people: People) -> None:
    client = with_password_only(people.handler)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        asked = client.get(ACTIVATE)
        assert asked.headers["Location"] == f"/accounts/reauthenticate/?next={ACTIVATE.replace('/', '%2F')}"
        assert "With the" not in client.get(asked.headers["Location"]).content.decode()
        again = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": ACTIVATE})
        assert again.headers["Location"] == ACTIVATE
        assert set_up_app(client).headers["Location"] == CODES


# --- signing in ------------------------------------------------------------------------------------------------------


def test_password_alone_signs_nobody_in_who_has_a_factor(people: People) -> None:
    new_app_code(people.handler)
    client = after_password(people.handler)
    assert client.get("/desk/").headers["Location"] == "/accounts/login/?next=/desk/"


def test_code_of_the_app_signs_in(people: People) -> None:
    client = visitor()
    assert sign_in_by_form(client, people.handler, PASSWORD).status_code == 200
    assert is_in(client)


@pytest.mark.parametrize("later", [0, 29, 45])
def test_code_signs_in_once(people: People, later: int) -> None:
    code = new_app_code(people.handler)
    first, second = after_password(people.handler), after_password(people.handler)
    assert first.post(AUTHENTICATE, {"code": code}).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(seconds=later)):
        assert second.post(AUTHENTICATE, {"code": code}).status_code == 200
    assert not is_in(second)


@pytest.mark.parametrize("later", [0, 45])
def test_code_signs_in_once_in_all_processes(people: People, later: int) -> None:
    """Each process has a cache of its own."""
    code = new_app_code(people.handler)
    first, second = after_password(people.handler), after_password(people.handler)
    first.post(AUTHENTICATE, {"code": code})
    cache.clear()
    with time_machine.travel(timezone.now() + timedelta(seconds=later)):
        assert second.post(AUTHENTICATE, {"code": code}).status_code == 200
    assert [is_in(first), is_in(second)] == [True, False]


def test_earlier_code_is_not_accepted_after_a_later_one(people: People) -> None:
    new_app_code(people.handler)
    secret = FactorAdapter().decrypt(kept()[0].data["secret"])
    earlier, now, _next = (
        totp.format_hotp_value(totp.hotp_value(secret, at)) for at in totp.yield_hotp_counters_from_time()
    )
    first, second = after_password(people.handler), after_password(people.handler)
    assert first.post(AUTHENTICATE, {"code": now}).status_code == 302
    assert second.post(AUTHENTICATE, {"code": earlier}).status_code == 200


def test_of_two_processes_at_the_same_time_one_accepts_a_code(own_database: OwnDatabase) -> None:
    handler = make_people().handler
    code = new_app_code(handler)
    (app,), answers, both = kept(), [], threading.Barrier(6)

    def process() -> None:
        both.wait()
        with acting_as(handler, purpose="test"):
            answers.append(take(app, code))
        connection.close()

    threads = [threading.Thread(target=process) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 5 + [True]


def test_code_of_somebody_else_does_not_sign_in(people: People) -> None:
    new_app_code(people.handler)
    code = new_app_code(people.colleague)
    client = after_password(people.handler)
    assert "Not signed in." in client.post(AUTHENTICATE, {"code": code}).content.decode()
    assert not is_in(client)


def test_recovery_code_signs_in_once_and_leads_to_the_factors(people: People) -> None:
    new_app_code(people.handler)
    code = recovery_codes(people.handler)[3]
    client = after_password(people.handler)
    assert client.post(AUTHENTICATE, {"code": code}).headers["Location"] == OWN
    assert "If your device is lost" in client.get(OWN).content.decode()
    assert is_in(client)
    assert len(events(people.handler, people.dpo, RECOVERY_CODE_USED)) == 1
    assert [one.subject for one in mail.outbox] == ["[testserver] Signed in with a recovery code"]
    again = after_password(people.handler)
    assert again.post(AUTHENTICATE, {"code": code}).status_code == 200
    assert not is_in(again)


def test_guesses_of_the_second_factor_are_limited(people: People) -> None:
    code = new_app_code(people.handler)
    client = after_password(people.handler)
    for _attempt in range(5):
        client.post(AUTHENTICATE, {"code": "000000"})
    client.post(AUTHENTICATE, {"code": code})
    assert not is_in(client)


# --- stored ----------------------------------------------------------------------------------------------------------


def test_secrets_are_stored_encrypted(people: People) -> None:
    client = with_password_only(people.handler)
    page = client.get(ACTIVATE).content.decode()
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    client.post(ACTIVATE, {"code": app_code(secret)})
    with acting_as(people.handler, purpose="test"), connection.cursor() as cursor:
        cursor.execute("select string_agg(data::text, ' ') from mfa_authenticator")
        (stored,) = cursor.fetchone()
    assert secret not in stored
    assert re.findall(r'"(?:secret|seed)": "(\w+):', stored) == [keyring().active] * 2


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda text: text[:-4],
        lambda text: "k9" + text[2:],
        lambda text: "",
        str.upper,
        lambda text: text.replace(":7:", ":8:"),
        lambda text: text.replace(":7:", ":"),
    ],
)
def test_changed_secret_is_an_error(spoilt: Any) -> None:
    adapter = FactorAdapter()
    sealed = adapter.sealed_for(7, "a secret")
    assert adapter.decrypt(sealed) == "a secret"
    assert adapter.sealed_for(7, "a secret") != sealed
    with pytest.raises(WrongKey):
        adapter.decrypt(spoilt(sealed))


def with_master_keys(settings: Any, active: str, **master: bytes) -> None:
    settings.LOTSE_KEYS = {**settings.LOTSE_KEYS, "active": active, "master": master}
    keyring.cache_clear()


def test_factor_outlives_a_change_of_the_master_key(people: People, settings: Any) -> None:
    secret = "A" * 32
    as_user(people.handler, totp.TOTP.activate, user=people.handler, secret=secret)
    code = recovery_codes(people.handler)[0]
    old, new = keyring().master[keyring().active], bytes(range(32))
    service = service_user(Service.RETENTION)
    try:
        with_master_keys(settings, "new", new=new, **{keyring().active: old})
        assert as_user(service, seal_factors_anew, by=service) == (2, [])
        assert as_user(service, seal_factors_anew, by=service) == (0, [])
        with_master_keys(settings, "new", new=new)
        assert recovery_codes(people.handler)[0] == code
        client = after_password(people.handler)
        assert client.post(AUTHENTICATE, {"code": app_code(secret)}).status_code == 302
        with_master_keys(settings, "other", other=bytes(32))
        assert as_user(service, seal_factors_anew, by=service)[0] == 0
        assert len(as_user(service, seal_factors_anew, by=service)[1]) == 2
    finally:
        keyring.cache_clear()


def test_secret_is_sealed_for_whoever_acts_and_for_nobody_else(people: People) -> None:
    sealed = as_user(people.handler, FactorAdapter().encrypt, text="a secret")
    assert sealed.split(":")[1] == str(people.handler.pk)
    with pytest.raises(RuntimeError, match="nobody does"):
        FactorAdapter().encrypt("a secret")


@pytest.mark.parametrize("name", ["secret", "seed"])
def test_sealed_secret_is_refused_in_another_persons_row(people: People, name: str) -> None:
    """Whoever can write the table, the superuser too, cannot give somebody the factor that they have themselves."""
    for person in (people.handler, people.colleague):
        new_app_code(person)
        recovery_codes(person)
    type_ = {"secret": "totp", "seed": "recovery_codes"}[name]
    (mine,) = (one.data for one in kept() if (one.user_id, one.type) == (people.colleague.pk, type_))
    theirs = Authenticator.objects.filter(user=people.handler, type=type_)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(theirs, data=mine)
    relabelled = mine[name].replace(f":{people.colleague.pk}:", f":{people.handler.pk}:")
    change(theirs, data={**mine, name: relabelled})
    with pytest.raises(WrongKey):
        FactorAdapter().decrypt(as_user(people.handler, theirs.get).data[name])


# --- in the database -------------------------------------------------------------------------------------------------


def rows(statement: str) -> int:
    """How many rows the statement returns or changes; 0 if it is refused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return max(cursor.rowcount, 0)
    except DatabaseError:
        return 0


def test_by_sql_people_read_and_write_their_own_factors_only(people: People) -> None:
    for person in (people.handler, people.colleague):
        new_app_code(person)
    mine, theirs = people.handler.pk, people.colleague.pk
    everything = "select * from mfa_authenticator"
    insert = (
        "insert into mfa_authenticator (user_id, type, data, created_at)"
        " values ({}, 'webauthn', '{{\"name\": \"x\"}}', now())"
    )
    update = "update mfa_authenticator set last_used_at = now()"
    assert (rows(everything), rows(update), rows(insert.format(mine))) == (0, 0, 0), "nobody acts"
    with acting_as(people.handler, purpose="test"):
        assert (rows(everything), rows(update), rows(insert.format(mine))) == (1, 1, 1)
        assert rows(insert.format(theirs)) == 0
        assert rows(f"update mfa_authenticator set user_id = {theirs} where type = 'webauthn'") == 0
        assert rows(f"delete from mfa_authenticator where user_id = {theirs}") == 0
        assert rows(f"select ntk.remove_factors({theirs})") == 0
        with connection.cursor() as cursor:
            cursor.execute("select ntk.number_of_factors(%s)", [theirs])
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("who", ["administrator", "dpo", "coordinator", "funder", "worker"])
def test_by_sql_nobody_reads_the_factors_of_others(people: People, who: str) -> None:
    """Administrators count and remove them, and see no secret."""
    new_app_code(people.handler)
    with acting_as(getattr(people, who), purpose="test"):
        assert rows("select * from mfa_authenticator") == 0
        assert rows("update mfa_authenticator set last_used_at = now()") == 0
        assert rows("delete from mfa_authenticator") == 0
        assert rows(f"select ntk.remove_factors({people.handler.pk})") == (who == "administrator")
        assert rows(f"select ntk.remove_factors({getattr(people, who).pk})") == 0


def test_by_sql_the_sign_in_reads_and_marks_factors_but_makes_and_removes_none(people: People) -> None:
    new_app_code(people.handler)
    with acting_as(service_user(Service.SIGN_IN), purpose="test"):
        assert rows("select * from mfa_authenticator") == 1
        assert rows("update mfa_authenticator set last_used_at = now()") == 1
        assert rows("delete from mfa_authenticator") == 0
        assert rows(f"update mfa_authenticator set user_id = {people.colleague.pk}") == 0, "sealed for its person"


# --- one's own factors -----------------------------------------------------------------------------------------------


def test_the_only_factor_stays(people: People) -> None:
    client = browser(people.handler)
    new_app_code(people.handler)
    for _twice in range(2):
        client.post("/accounts/2fa/totp/deactivate/")
    assert len(of(people.handler)) == 1
    assert events(people.handler, people.dpo, FACTOR_REMOVED) == []


def test_removing_a_factor_ends_the_persons_other_sessions(people: People) -> None:
    client, elsewhere, colleague = browser(people.handler), browser(people.handler), browser(people.colleague)
    new_app_code(people.handler)
    passkey = made_passkey(people.handler, {"name": "Old laptop"})
    assert client.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/").headers["Location"] == OWN
    assert (is_in(client), is_in(elsewhere), is_in(colleague)) == (True, False, True)
    assert [one.data["factor"] for one in events(people.handler, people.dpo, FACTOR_REMOVED)] == ["webauthn"]
    assert client.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/").status_code == 404


def test_passkey_of_somebody_else_cannot_be_removed_or_renamed(people: People) -> None:
    client = browser(people.handler)
    passkey = made_passkey(people.colleague, {"name": "Theirs"})
    made_passkey(people.colleague, {"name": "Another"})
    for what in ("remove", "edit"):
        address = f"/accounts/2fa/webauthn/keys/{passkey.pk}/{what}/"
        assert (client.get(address).status_code, client.post(address, {"name": "x"}).status_code) == (404, 404)
    assert [one.data["name"] for one in of(people.colleague)] == ["Theirs", "Another"]


def test_new_recovery_codes_replace_the_old_ones(people: People) -> None:
    client = browser(people.handler)
    new_app_code(people.handler)
    old = recovery_codes(people.handler)
    assert client.post(f"{CODES}generate/").headers["Location"] == CODES
    assert set(recovery_codes(people.handler)).isdisjoint(old)
    assert len(events(people.handler, people.dpo, RECOVERY_CODES_MADE)) == 1


# --- removed by an administrator -------------------------------------------------------------------------------------


def remove_page(user: User) -> str:
    return reverse("accounts:remove_second_factor", args=[user.pk])


def test_administrator_removes_the_factors_of_somebody_who_lost_them(own_database: OwnDatabase) -> None:
    people = make_people()
    theirs, administrator = browser(people.handler), browser(people.administrator)
    new_app_code(people.handler)
    recovery_codes(people.handler)
    assert "lost every device" in one_line(administrator.get(remove_page(people.handler)))
    for _twice in range(2):
        administrator.post(remove_page(people.handler))
    assert kept() == []
    assert not is_in(theirs)
    assert [one.actor for one in events(people.handler, people.dpo, FACTORS_REMOVED)] == [people.administrator]
    assert [(one.to, one.subject) for one in mail.outbox] == [
        ([people.handler.email], "[testserver] Second factors removed")
    ]
    assert with_password_only(people.handler).get("/desk/").headers["Location"] == SET_UP


@pytest.mark.parametrize("who", ["handler", "coordinator", "worker", "dpo", "funder", "liaison"])
def test_nobody_else_removes_factors(people: People, who: str) -> None:
    client = browser(getattr(people, who))
    new_app_code(people.colleague)
    assert client.get(remove_page(people.colleague)).status_code == 404
    assert client.post(remove_page(people.colleague)).status_code == 404
    assert len(of(people.colleague)) == 1


def test_administrator_does_not_remove_their_own(people: People) -> None:
    client = browser(people.administrator)
    new_app_code(people.administrator)
    assert client.get(remove_page(people.administrator)).status_code == 404
    assert client.post(remove_page(people.administrator)).status_code == 404
    assert len(of(people.administrator)) == 1


def test_removing_what_is_not_there_does_nothing(people: People) -> None:
    session = browser(people.handler)
    assert as_user(people.administrator, remove_factors, by=people.administrator, user=people.handler) is False
    assert is_in(session)
    assert Session.objects.filter(user=people.handler).count() == 1


# --- where passkeys are possible -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "public", "reason"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000", "not for numbers"),
        ("[::1]:8000", "http://127.0.0.1:8000", "not for numbers"),
        ("localhost:8000", "http://127.0.0.1:8000", ""),
        ("localhost", "https://lotse.example", ""),
        ("lotse.example", "http://lotse.example", "begin with https"),
    ],
)
def test_where_browsers_make_passkeys(host: str, public: str, reason: str, settings: Any) -> None:
    settings.LOTSE_PUBLIC_BASE_URL = public
    settings.OVER_HTTPS = public.startswith("https")
    settings.ALLOWED_HOSTS = ["*"]
    found = why_no_passkey(RequestFactory().get("/", headers={"Host": host}))
    assert (reason in found, bool(found)) == (True, bool(reason))


def test_set_up_says_why_there_is_no_passkey(people: People) -> None:
    client = visitor()
    client.post(
        "/accounts/login/", {"login": people.handler.email, "password": PASSWORD}, headers={"Host": "127.0.0.1"}
    )
    page = client.get(SET_UP, headers={"Host": "127.0.0.1"}).content.decode()
    assert "not for numbers" in page
    assert "Set up a passkey" not in page


def test_sign_in_of_the_tests_is_a_session_with_a_factor(people: People) -> None:
    client = Client()
    sign_in(client, people.handler)
    assert is_in(client)
