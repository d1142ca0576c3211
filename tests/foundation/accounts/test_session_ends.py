"""A session that ends while somebody types: after sign-in the form is filled again, only for its owner."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import referrals
from case_rows import give
from contacts import a_contact
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from html_forms import HtmlForm, forms_of, links_of
from people import PASSWORD, People, as_user
from web import new_app_code
from web import sign_in as begin_session

from casework.cases.actions import add_note, rename_case
from casework.cases.models import Case, Note
from foundation.accounts import typed_text
from foundation.accounts.models import Session, User

WORDS = 'Zwei "Sätze" <br> & mehr.\nDie Tür war zu; l’été aussi.'
ONE_LINE = 'Zwei "Sätze" <br> & mehr'


@pytest.fixture(autouse=True)
def _no_memory_of_earlier_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def people(db: None) -> People:
    return referrals.ready()


def browser(user: User) -> Client:
    client = Client(enforce_csrf_checks=True, HTTP_ACCEPT="text/html")
    begin_session(client, user)
    return client


def page(client: Client, address: str) -> tuple[str, str]:
    """The page's text and where it is, redirects followed."""
    answer = client.get(address, follow=True)
    return answer.content.decode(), answer.request["PATH_INFO"]


def form_to(client: Client, address: str, action: str) -> HtmlForm:
    text, here = page(client, address)
    return next(form for form in forms_of(text, here) if urlsplit(form.action).path == action)


def write(form: HtmlForm, words: str = WORDS) -> dict[str, list[str]]:
    for control in form.texts:
        control.value = words if control.kind == "textarea" else ONE_LINE
    return form.data()


def end_sessions() -> None:
    Session.objects.all().delete()


def sign_in(client: Client, answer: Any, user: User, password: str = PASSWORD) -> Any:
    """Through the form of the page that was answered, and that of the second factor."""
    (form,) = [one for one in forms_of(answer.content.decode(), "/") if one.action == "/accounts/login/"]
    data = {**form.data(), "login": [user.email], "password": [password]}
    return send_sign_in(client, data, user)


def send_sign_in(client: Client, data: dict[str, Any], user: User) -> Any:
    code = new_app_code(user)
    answer = client.post("/accounts/login/", data, follow=True)
    here = answer.request["PATH_INFO"]
    if here != reverse("mfa_authenticate"):
        return answer
    (step,) = [one for one in forms_of(answer.content.decode(), here) if "code" in one.data()]
    return client.post(here, {**step.data(), "code": [code]}, follow=True)


def restored(answer: Any) -> list[HtmlForm]:
    here = answer.request["PATH_INFO"]
    return [form for form in forms_of(answer.content.decode(), here) if form.is_restored]


def note_form(client: Client, case: Case) -> HtmlForm:
    return form_to(client, reverse("cases:case", args=[case.pk]), reverse("cases:add_note", args=[case.pk]))


def post_note_without_session(client: Client, case: Case) -> Any:
    form = note_form(client, case)
    data = write(form)
    end_sessions()
    return client.post(form.action, data)


def test_case_note_is_in_its_form_again_and_sent_only_by_its_writer(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    answer = post_note_without_session(client, case)
    assert (answer.status_code, b"signed out" in answer.content) == (401, True)
    back = sign_in(client, answer, people.handler)
    (form,) = restored(back)
    assert (back.status_code, form.value("text")) == (200, WORDS)
    assert "Not sent yet" in back.content.decode()
    assert not as_user(people.handler, lambda: Note.objects.filter(case=case).exists())
    sent = client.post(form.action, form.data(), follow=True)
    assert "The note is in the case file." in sent.content.decode()
    assert "Not sent yet" not in sent.content.decode()
    assert as_user(people.handler, lambda: [str(note.text) for note in Note.objects.filter(case=case)]) == [
        WORDS.replace("\n", "\r\n") if "\r" in WORDS else WORDS
    ]


def test_partners_question_is_in_its_form_again(people: People) -> None:
    referral, client = referrals.offered(people), browser(people.worker)
    action = reverse("handoff:ask", args=[referral.pk])
    form = form_to(client, reverse("handoff:partner_referral", args=[referral.pk]), action)
    data = write(form)
    end_sessions()
    (again,) = restored(sign_in(client, client.post(action, data), people.worker))
    assert again.value("question-text") == WORDS


def test_form_whose_error_page_stands_under_a_post_only_address(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    form = note_form(client, case)
    wrong = client.post(form.action, {**form.data(), "text": [""]})
    assert wrong.status_code == 422
    (form,) = [one for one in forms_of(wrong.content.decode(), form.action) if one.action == form.action]
    data = write(form)
    end_sessions()
    back = sign_in(client, client.post(form.action, data), people.handler)
    assert (back.status_code, restored(back)[0].value("text")) == (200, WORDS)


def test_text_outlives_a_wrong_password_and_a_lock(people: People, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    case, client = referrals.make_case(people), browser(people.handler)
    answer = post_note_without_session(client, case)
    for _attempt in range(3):
        answer = sign_in(client, answer, people.handler, "wrong")
    assert "Not signed in." in answer.content.decode()
    assert restored(sign_in(client, answer, people.handler))[0].value("text") == WORDS


def test_locked_person_reads_so_on_the_sign_in_page_and_loses_nothing(people: People, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    case, client = referrals.make_case(people), browser(people.handler)
    answer = post_note_without_session(client, case)
    for _attempt in range(9):
        answer = sign_in(client, answer, people.handler, "wrong")
    assert (answer.status_code, "too many wrong attempts" in answer.content.decode()) == (429, True)
    other_place = Client(enforce_csrf_checks=True, HTTP_ACCEPT="text/html", REMOTE_ADDR="192.0.2.7")
    other_place.cookies = client.cookies
    assert restored(sign_in(other_place, answer, people.handler))[0].value("text") == WORDS


def test_somebody_else_at_the_browser_gets_nothing_of_the_text(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    answer = post_note_without_session(client, case)
    assert "Zwei" not in answer.content.decode()
    back = sign_in(client, answer, people.coordinator)
    assert b"Zwei" not in back.content
    assert restored(back) == []
    assert "typed" not in client.session


def test_text_is_not_stored_before_sign_in_and_encrypted_afterwards(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    answer = post_note_without_session(client, case)
    assert Session.objects.count() == 0
    sign_in(client, answer, people.handler)
    stored = dict(client.session.items())
    assert Session.objects.count() == 1
    assert "typed" in stored
    assert "Zwei" not in str(stored)


def test_text_is_kept_for_half_an_hour_only(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    answer = post_note_without_session(client, case)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + typed_text.KEPT_SECONDS + 1)
    assert restored(sign_in(client, answer, people.handler)) == []


def test_reload_shows_it_again_until_it_is_discarded(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    back = sign_in(client, post_note_without_session(client, case), people.handler)
    address = reverse("cases:case", args=[case.pk])
    assert restored(client.get(address))
    (discard,) = [one for one in forms_of(back.content.decode(), address) if "discard" in one.action]
    client.post(discard.action, discard.data())
    assert restored(client.get(address)) == []


def test_signed_in_again_in_another_tab_the_form_comes_back_with_a_new_token(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    form = note_form(client, case)
    data = write(form)
    begin_session(client, people.handler)
    client.get("/accounts/password/change/")
    client.cookies["csrftoken"] = "a" * 32
    back = client.post(form.action, data, follow=True)
    (again,) = restored(back)
    assert again.value("text") == WORDS
    assert client.post(again.action, again.data()).status_code == 302


@pytest.mark.parametrize("is_token_valid", [True, False])
def test_form_of_somebody_else_is_not_carried_out(people: People, is_token_valid: bool) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    form = note_form(client, case)
    data = write(form)
    begin_session(client, people.coordinator)
    if not is_token_valid:
        client.cookies["csrftoken"] = "a" * 32
    answer = client.post(form.action, data)
    assert (answer.status_code, "Somebody else" in answer.content.decode()) == (403, True)
    assert not as_user(people.coordinator, lambda: Note.objects.filter(case=case).exists())


def test_browser_without_any_cookie(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    form = note_form(client, case)
    data = write(form)
    client.cookies.clear()
    answer = client.post(form.action, data)
    assert restored(sign_in(client, answer, people.handler))[0].value("text") == WORDS


def test_signed_in_elsewhere_while_the_sign_in_page_was_open(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    answer = post_note_without_session(client, case)
    stale_form = next(one for one in forms_of(answer.content.decode(), "/") if one.action == "/accounts/login/")
    begin_session(client, people.handler)
    client.cookies["csrftoken"] = "a" * 32
    back = client.post("/accounts/login/", {**stale_form.data(), "login": ["x"], "password": ["x"]}, follow=True)
    assert restored(back)[0].value("text") == WORDS


def test_change_by_somebody_else_meanwhile_is_shown_and_overwrites_nothing(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    action = reverse("cases:rename", args=[case.pk])
    form = form_to(client, reverse("cases:case", args=[case.pk]), action)
    data = write(form)
    version = int(form.value("version"))
    as_user(people.coordinator, rename_case, by=people.coordinator, case_id=case.pk, version=version, label="Newer")
    end_sessions()
    back = sign_in(client, client.post(action, data), people.handler)
    text = back.content.decode()
    assert restored(back) == []
    assert "has been changed since" in text
    assert "Zwei &quot;Sätze&quot; &lt;br&gt; &amp; mehr" in text


def test_form_that_is_gone_still_gives_the_text_back(people: People) -> None:
    referral, client = referrals.offered(people), browser(people.worker)
    action = reverse("handoff:ask", args=[referral.pk])
    form = form_to(client, reverse("handoff:partner_referral", args=[referral.pk]), action)
    data = write(form)
    from handoff.referrals.centre_actions import withdraw_referral

    as_user(people.handler, withdraw_referral, by=people.handler, referral_id=referral.pk)
    end_sessions()
    back = sign_in(client, client.post(action, data), people.worker)
    assert "l’été aussi" in back.content.decode()
    assert "no longer here" in back.content.decode()


def test_page_that_is_closed_to_its_writer_by_now_gives_the_text_back(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    form = note_form(client, case)
    data = write(form)
    give(people, case, people.colleague)
    from hotline.contacts.actions import assign_contact

    contact = as_user(people.coordinator, lambda: case.assessment.contact_id)
    as_user(people.coordinator, assign_contact, by=people.coordinator, contact_id=contact, to=people.colleague)
    end_sessions()
    back = sign_in(client, client.post(form.action, data), people.handler)
    assert "l’été aussi" in back.content.decode()


def test_button_alone_is_marked_as_not_sent_yet(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.coordinator)
    give(people, case, None)
    take = form_to(client, reverse("cases:case", args=[case.pk]), reverse("cases:take", args=[case.pk]))
    data = take.data()
    end_sessions()
    back = sign_in(client, client.post(take.action, data), people.coordinator)
    assert [form.action for form in restored(back)] == [take.action]
    assert "Not sent yet" in back.content.decode()


def test_part_of_a_page_learns_that_the_session_has_ended(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    form = note_form(client, case)
    end_sessions()
    assert client.get(reverse("cases:notes", args=[case.pk]), headers={"HX-Request": "true"}).status_code == 401
    posted = client.post(form.action, write(form), headers={"HX-Request": "true"})
    assert (posted.status_code, posted.content) == (401, b"")


def test_autosave_without_session_is_told_in_json(people: People) -> None:
    client = browser(people.handler)
    contact = a_contact(people.handler)
    form = form_to(client, reverse("hotline:desk_contact", args=[contact]), reverse("hotline:complete", args=[contact]))
    end_sessions()
    answer = client.post(
        reverse("hotline:autosave", args=[contact]), write(form), headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")


def test_passwords_are_never_kept(people: People) -> None:
    client = browser(people.handler)
    form = form_to(client, "/accounts/password/change/", "/accounts/password/change/")
    data = {**form.data(), "oldpassword": ["Hush hush"], "password1": ["Hush hush"], "password2": ["Hush hush"]}
    end_sessions()
    back = sign_in(client, client.post(form.action, data), people.handler)
    assert b"Hush" not in back.content


def test_forged_or_foreign_owner_field_is_ignored(people: People) -> None:
    case, client = referrals.make_case(people), browser(people.handler)
    answer = post_note_without_session(client, case)
    form = next(one for one in forms_of(answer.content.decode(), "/") if one.action == "/accounts/login/")
    for typed in ("", "x", "A" * 400, form.value("typed")[:-8] + "AAAAAAAA"):
        data = {**form.data(), "typed": [typed], "login": [people.handler.email], "password": [PASSWORD]}
        other = Client(HTTP_ACCEPT="text/html")
        assert restored(send_sign_in(other, data, people.handler)) == []


def test_open_page_asks_whose_session_it_is(people: People) -> None:
    client = browser(people.handler)
    address = reverse("accounts:session")
    assert client.get(address).json()["user"] == people.handler.pk
    end_sessions()
    assert client.get(address).status_code == 401


# --- all forms and all addresses ---------------------------------------------------------------------------------


#: Works without a session; cannot come back, because these tests give each person who signs in an app.
FOR_VISITORS = ("account_reset_password", "mfa_activate_totp")


def world(people: People) -> list[str]:
    """Pages from which everything can be reached."""
    case = referrals.make_case(people)
    referrals.offered(people, case)
    accepted = referrals.accepted(people)
    question = referrals.offered(people)
    draft = referrals.draft(people, referrals.make_case(people))
    contact = a_contact(people.handler)
    from people import new_id

    from handoff.referrals.partner_actions import ask_question

    as_user(people.worker, ask_question, by=people.worker, message_id=new_id(), referral_id=question.pk, text="Why?")
    as_user(people.handler, add_note, by=people.handler, note_id=new_id(), case_id=case.pk, text="A note")
    mine = [reverse("hotline:desk_contact", args=[contact]), reverse("hotline:plan_for_contact", args=[contact])]
    mine += [reverse("triage:panel", args=[contact]), reverse("triage:finish", args=[contact])]
    mine += [reverse("handoff:referral", args=[one.pk]) for one in (draft, question, accepted)]
    mine += [reverse("hotline:plan_callback"), reverse("hotline:search"), reverse("switchboard:agent")]
    return [*mine, reverse("hotline:ask_access", args=[contact])]


def forms_reached(client: Client, starts: list[str], most: int = 70) -> dict[str, tuple[str, HtmlForm]]:
    """Forms in which something is written, by the name of the address that they go to, with the page of each."""
    found: dict[str, tuple[str, HtmlForm]] = {}
    seen: set[str] = set()
    kinds: dict[str, int] = {}
    waiting = deque(["/", *starts])
    while waiting and len(seen) < most:
        address = waiting.popleft()
        kind = re.sub(r"[0-9a-f-]{36}|\d+", "N", urlsplit(address).path)
        if address in seen or kinds.get(kind, 0) >= 3 or kind.startswith(("/admin", "/static")):
            continue
        seen.add(address)
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = client.get(address, follow=True)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        text, here = answer.content.decode(), answer.request["PATH_INFO"]
        waiting.extend(sorted(links_of(text, here) - seen))
        for form in forms_of(text, here):
            name = resolve(urlsplit(form.action).path).view_name
            if form.texts and "<html" in text and name not in FOR_VISITORS:
                found.setdefault(name, (here, form))
    return found


@pytest.mark.parametrize("who", ["handler", "coordinator", "worker", "administrator", "dpo"])
def test_every_form_comes_back_with_its_text(people: People, who: str, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    starts = world(people)
    user = getattr(people, who)
    client = browser(user)
    found = forms_reached(client, starts)
    least = {"handler": 8, "coordinator": 10, "worker": 4, "administrator": 1, "dpo": 0}
    assert len(found) >= least[who], sorted(found)
    for name, (here, form) in sorted(found.items()):
        data = write(form)
        end_sessions()
        answer = client.post(form.action, data)
        assert answer.status_code == 401, (name, here, answer.status_code)
        back = sign_in(client, answer, user)
        assert back.status_code == 200, (name, here, back.status_code)
        forms = restored(back)
        assert forms, (name, here, back.request["PATH_INFO"])
        assert [control.value for control in forms[0].texts] == [control.value for control in form.texts], name


def posts() -> Iterator[str]:
    """Every address of ours with sample values, whether it takes forms or not."""
    samples = {"uuid": "00000000-0000-4000-8000-000000000001", "int": "1", "str": "x", "slug": "x", "path": "x"}

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif "^" not in route and not route.startswith(("admin/", "accounts/")):
                yield "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda kind: samples[kind[1] or "str"], route)

    yield from walk(get_resolver().url_patterns, "")


def test_no_address_is_405_or_500_after_sign_in(people: People, settings: Any) -> None:
    """With the owner field, as a form sends it, and without it, as a bookmark or reload does."""
    settings.ACCOUNT_RATE_LIMITS = False
    client = browser(people.handler)
    form = note_form(client, referrals.make_case(people))
    for address in posts():
        if address.startswith("/telephone/"):
            continue
        end_sessions()
        client.cookies["csrftoken"] = form.value("csrfmiddlewaretoken")[:32]
        answer = client.post(address, {"shown_to": form.value("shown_to"), "text": WORDS}, follow=True)
        if "Sign in" not in answer.content.decode():
            continue
        back = sign_in(client, answer, people.handler)
        assert back.status_code in (200, 404), (address, back.status_code)
        end_sessions()
        plain = Client(HTTP_ACCEPT="text/html")
        answer = plain.post(address, {"text": WORDS}, follow=True)
        if answer.request["PATH_INFO"] == "/accounts/login/":
            assert sign_in(plain, answer, people.handler).status_code in (200, 404), address
