"""A person changes their own address: with a proof, a link to the new one, and a notice to the former one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import PASSWORD, People, as_user, make_user
from web import new_app_code, one_line, sign_in, sign_in_by_form

from config.logs import LineFormatter
from foundation.accounts.actions import deactivate_user, reset_password, save_user
from foundation.accounts.address_actions import ask_for_address, confirm_address
from foundation.accounts.events import ADDRESS_ASKED, ADDRESS_CHANGED, ADDRESS_WITHDRAWN
from foundation.accounts.models import OneTimeLink, StaffNotice, User
from foundation.accounts.one_time_links import found, path_of
from foundation.accounts.refusals import AddressTaken, LinkIsDead
from foundation.accounts.role_proposals import confirm_role, propose_role
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.accounts.tasks import send_links
from foundation.accounts.vocabulary import LinkPurpose
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.privacy.event_kinds import EventKind

PAGE = reverse("accounts:address")
WITHDRAW = reverse("accounts:withdraw_address")
NEW = "new.address@example.org"


@pytest.fixture(autouse=True)
def _clear_cache(_nothing_counted: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def client(people: People) -> Client:
    return signed_in(people.handler)


def signed_in(user: User) -> Client:
    client = Client(headers={"Accept": "text/html"})
    sign_in(client, user)
    return client


def ask(client: Client, email: str = NEW) -> Any:
    return client.post(PAGE, {"email": email})


def mails() -> list[EmailMessage]:
    """Those that are sent now."""
    mail.outbox.clear()
    send_links()
    return list(mail.outbox)


def to(messages: list[EmailMessage], email: str) -> str:
    """The one e-mail to this address."""
    (text,) = [str(one.body) for one in messages if one.to == [email]]
    return text


def link_in(text: str) -> str:
    (path,) = re.findall(r"http://127.0.0.1:8000(/accounts/address/confirm/\S+)", text)
    return str(path)


def mailed_link(email: str = NEW) -> str:
    return link_in(to(mails(), email))


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def events(people: People, kind: EventKind) -> list[dict[str, object]]:
    found_: list[dict[str, object]] = as_user(
        people.dpo, lambda: [one.data for one in Event.objects.filter(kind=kind.code)]
    )
    return found_


def states(user: User) -> list[str]:
    with acting_as(user, purpose="test"):
        return [one.state for one in OneTimeLink.objects.for_address().order_by("made_at")]


def test_address_changes_when_the_link_is_confirmed_and_not_before(people: People, client: Client) -> None:
    former = people.handler.email
    assert ask(client).status_code == 302
    sent = mails()
    path = link_in(to(sent, NEW))
    assert "asked to use another address" in to(sent, former)
    assert client.get(path).status_code == 200
    assert address_of(people.handler) == former
    assert "You sign in with new.address@example.org from now on." in one_line(client.post(path, follow=True))
    assert address_of(people.handler) == NEW
    assert "has another address from now on" in to(mails(), former)
    assert [one.email for one in EmailAddress.objects.filter(user=people.handler)] in ([], [NEW])
    assert sign_in_by_form(Client(), people.handler, PASSWORD).status_code in (200, 401)
    assert states(people.handler) == ["used"]
    who = [{"user": people.handler.pk}]
    assert (events(people, ADDRESS_ASKED), events(people, ADDRESS_CHANGED)) == (who, who)
    with acting_as(service_user(Service.SIGN_IN), purpose="test"):
        assert not StaffNotice.objects.exists()


def test_person_signs_in_with_the_new_address_only(people: People, client: Client) -> None:
    former = people.handler.email
    ask(client)
    client.post(mailed_link())
    for email, is_in in ((former, False), (NEW, True)):
        code = new_app_code(people.handler)
        browser = Client()
        answer = browser.post("/accounts/login/", {"login": email, "password": PASSWORD}, follow=True)
        if is_in:
            browser.post(answer.request["PATH_INFO"], {"code": code})
        assert (browser.get("/desk/").status_code == 200) is is_in


def test_session_without_recent_proof_asks_for_none(people: People, client: Client) -> None:
    """Finding 6: a borrowed session took over the account with an address of its own."""
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = ask(client)
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
        assert client.get(PAGE).status_code == 302
    assert mails() == []
    assert states(people.handler) == []


def test_address_of_another_account_gets_the_same_answer_and_no_link(people: People, client: Client) -> None:
    answers = []
    for email in (NEW, people.colleague.email, people.colleague.email.upper()):
        answer = ask(client, email)
        page = re.sub(r'(value|datetime)="[^"]*"', "", one_line(client.get(PAGE))).lower().replace(email.lower(), "X")
        shown = page[page.index("<h1>") : page.index("</main>")]
        answers.append((answer.status_code, answer.headers["Location"], shown))
        change(OneTimeLink.objects.all(), due_at=timezone.now() - timedelta(days=1))
    assert len(set(answers)) == 1
    sent = mails()
    assert "It stays with yours" in to(sent, people.colleague.email)
    assert not re.search(r"http://", to(sent, people.colleague.email))


def test_address_that_was_taken_meanwhile_is_told_to_its_mailbox_only(people: People, client: Client) -> None:
    ask(client)
    path = mailed_link()
    change(User.objects.filter(pk=people.colleague.pk), email=NEW.upper())
    answer = client.post(path)
    assert (answer.status_code, address_of(people.handler)) == (409, people.handler.email)
    link = as_user(people.handler, OneTimeLink.objects.for_address().get)
    with pytest.raises(AddressTaken):
        as_user(people.handler, confirm_address, by=people.handler, link=link)
    assert states(people.handler) == ["open"]


def test_link_works_once(people: People, client: Client) -> None:
    ask(client)
    path = mailed_link()
    assert [client.get(path).status_code for _time in range(3)] == [200] * 3
    assert [client.post(path).status_code for _time in range(2)] == [302, 410]
    assert client.get(path).status_code == 410
    link = as_user(people.handler, OneTimeLink.objects.for_address().get)
    with pytest.raises(LinkIsDead):
        as_user(people.handler, confirm_address, by=people.handler, link=link)
    assert len(events(people, ADDRESS_CHANGED)) == 1


def test_newer_one_ends_the_earlier_one(people: People, client: Client) -> None:
    ask(client)
    ask(client)
    assert states(people.handler) == ["open"], "the e-mail was not sent yet: a repeat has nothing to do"
    first = mailed_link()
    ask(client, "other@example.org")
    second = mailed_link("other@example.org")
    assert (client.post(first).status_code, client.post(second).status_code) == (410, 302)
    assert (address_of(people.handler), states(people.handler)) == ("other@example.org", ["replaced", "used"])


def test_it_expires(people: People, client: Client) -> None:
    ask(client)
    path = mailed_link()
    change(OneTimeLink.objects.all(), expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(path).status_code == 410
    assert address_of(people.handler) == people.handler.email
    assert "is not confirmed yet" not in one_line(client.get(PAGE))
    ask(client)
    assert mailed_link()


def test_withdrawn_without_proof_and_twice(people: People, client: Client) -> None:
    ask(client)
    path = mailed_link()
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert [client.post(WITHDRAW).status_code for _time in range(2)] == [302, 302]
    assert client.post(path).status_code == 410
    assert events(people, ADDRESS_WITHDRAWN) == [{"user": people.handler.pk}]


def test_nobody_else_confirms_it(people: People, client: Client) -> None:
    """A stranger whose mailbox it turns out to be cannot make the account theirs."""
    ask(client)
    path = mailed_link()
    colleague = signed_in(people.colleague)
    assert (colleague.get(path).status_code, colleague.post(path).status_code) == (410, 410)
    for answer in (Client().get(path), Client().post(path)):
        assert answer.headers["Location"].startswith("/accounts/login/")
    assert (address_of(people.handler), states(people.handler)) == (people.handler.email, ["open"])


def test_link_for_an_address_chooses_no_password_nor_the_other_way_round(people: People, client: Client) -> None:
    ask(client)
    path = mailed_link()
    token = path.split("/")[-2]
    assert found(token) is None
    assert Client().get(reverse("accounts:choose_password", args=[token])).status_code == 410
    link = as_user(people.handler, OneTimeLink.objects.for_address().get)
    link.purpose = LinkPurpose.PASSWORD
    other = reverse("accounts:confirm_address", args=[path_of(link).split("/")[-2]])
    assert client.post(other).status_code == 410


@pytest.mark.parametrize(
    "email", ["", "x", "a@b", "x" * 300 + "@example.org", "a\0b@example.org", "a@example.org\nBcc: b@example.org"]
)
def test_absurd_address_is_told(people: People, client: Client, email: str) -> None:
    assert ask(client, email).status_code == 422
    assert mails() == []


def test_present_address_is_told(people: People, client: Client) -> None:
    answer = ask(client, people.handler.email.upper())
    assert (answer.status_code, "This is your address already." in one_line(answer)) == (422, True)


@pytest.mark.usefixtures("_within_a_minute")
def test_too_many_in_a_minute_are_refused(people: People, client: Client) -> None:
    codes = [ask(client, f"person{number}@example.net").status_code for number in range(5)]
    assert codes == [302, 302, 302, 429, 429]


def test_closed_account_confirms_nothing(people: People, client: Client) -> None:
    ask(client)
    mailed_link()
    as_user(people.administrator, deactivate_user, by=people.administrator, user=people.handler)
    link = as_user(people.administrator, OneTimeLink.objects.for_address().get)
    assert link.state == "withdrawn"
    with pytest.raises(LinkIsDead):
        as_user(people.handler, confirm_address, by=people.handler, link=link)


def test_link_for_a_password_to_the_former_mailbox_is_dead_afterwards(people: People, client: Client) -> None:
    ask(client)
    path = mailed_link()
    as_user(people.administrator, reset_password, by=people.administrator, user=people.handler)
    again = signed_in(User.objects.get(pk=people.handler.pk))
    assert again.post(path).status_code == 302
    with acting_as(people.administrator, purpose="test"):
        assert [one.state for one in OneTimeLink.objects.for_password()] == ["withdrawn"]


def test_two_links_of_one_person_are_under_way_together(people: People, client: Client) -> None:
    as_user(people.administrator, reset_password, by=people.administrator, user=people.handler)
    client = signed_in(User.objects.get(pk=people.handler.pk))
    ask(client)
    assert len(mails()) == 3
    assert signed_in(people.administrator).get(reverse("accounts:user", args=[people.handler.pk])).status_code == 200


def test_no_log_line_event_or_page_of_others_holds_link_or_address(
    people: People, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client)
    path = mailed_link()
    signed_in(people.colleague).get(path)
    lines = [LineFormatter().format(record) for record in caplog.records]
    assert [line for line in lines if path.split("/")[-2] in line or NEW in line] == []
    stored = as_user(people.dpo, lambda: str(list(Event.objects.values_list())))
    assert NEW not in stored


def test_mail_server_that_fails_is_asked_again_and_given_up_after_a_day(
    people: People, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client)

    def refused(*_given: Any, **_named: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", refused)
    send_links()
    with acting_as(service_user(Service.SIGN_IN), purpose="test"):
        notice = StaffNotice.objects.get()
    assert (notice.attempts, notice.due_at > timezone.now()) == (1, True)
    change(StaffNotice.objects.all(), attempts=27, due_at=timezone.now())
    send_links()
    with acting_as(service_user(Service.SIGN_IN), purpose="test"):
        assert not StaffNotice.objects.exists()
    assert "was given up" in caplog.text
    assert people.handler.email not in caplog.text


def test_sender_that_dies_after_sending_sends_the_same_message_again(people: People, client: Client) -> None:
    ask(client)
    with acting_as(service_user(Service.SIGN_IN), purpose="test"):
        notice = StaffNotice.objects.get()
    (first,) = [one for one in mails() if one.to == [people.handler.email]]
    with acting_as(people.handler, purpose="test"):
        StaffNotice.objects.bulk_create([notice])
    (again,) = mails()
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]


# --- administrators --------------------------------------------------------------------------------------------------


def save(people: People, user: User, email: str) -> None:
    as_user(
        people.administrator,
        save_user,
        by=people.administrator,
        user=user,
        version=user.version,
        email=email,
        name=user.name,
        language=user.language,
    )


def test_former_address_is_told_when_an_administrator_changes_it(people: People) -> None:
    funder = people.funder
    client = signed_in(funder)
    ask(client, "own@example.org")
    path = mailed_link("own@example.org")
    save(people, funder, NEW)
    assert "tell your administrator or data protection officer at once" in to(mails(), funder.email)
    assert client.post(path).status_code == 410, "what the person had asked for before is over"
    assert address_of(funder) == NEW


def test_nobody_is_told_of_a_changed_name(people: People) -> None:
    as_user(
        people.administrator,
        save_user,
        by=people.administrator,
        user=people.funder,
        version=people.funder.version,
        email=people.funder.email,
        name="Another Name",
        language="en",
    )
    assert mails() == []


def test_changed_address_has_to_be_seen_by_who_confirms_a_role(people: People) -> None:
    """ADR 29: the second person confirms the address that they have seen."""
    newcomer = make_user()
    admin = people.administrator
    proposal = as_user(admin, propose_role, by=admin, user=newcomer, organisation=people.centre, role=Role.HANDLER)
    seen = newcomer.email
    client = signed_in(newcomer)
    ask(client)
    client.post(mailed_link())
    page = signed_in(people.dpo)
    page.post(reverse("accounts:confirm_role", args=[proposal.pk]), {"email": seen})
    assert not User.objects.get(pk=newcomer.pk).active_memberships
    as_user(people.dpo, confirm_role, by=people.dpo, proposal=proposal, email=NEW)
    assert User.objects.get(pk=newcomer.pk).active_memberships


# --- in the database -------------------------------------------------------------------------------------------------


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount < 1
    except DatabaseError:
        return True


def link_row(user: User, by: User, purpose: str, email: str) -> str:
    return (
        "insert into accounts_onetimelink (id, user_id, purpose, state, email, made_by_id, made_at, expires_at,"
        f" attempts, due_at) values (gen_random_uuid(), {user.pk}, '{purpose}', 'open', '{email}', {by.pk}, now(),"
        " now() + interval '1 day', 0, now())"
    )


def notice_row(user: User, kind: str, email: str) -> str:
    return (
        "insert into accounts_staffnotice (id, user_id, kind, email, attempts, due_at)"
        f" values (gen_random_uuid(), {user.pk}, '{kind}', '{email}', 0, now())"
    )


def test_by_sql_a_person_asks_for_an_address_of_their_own_account_only(people: People) -> None:
    handler, admin = people.handler, people.administrator
    with acting_as(handler, purpose="test"):
        assert refused(link_row(people.colleague, handler, "address", NEW))
        assert refused(link_row(handler, people.colleague, "address", NEW))
        assert refused(link_row(handler, handler, "password", ""))
        assert refused(link_row(handler, handler, "address", ""))
        assert not refused(link_row(handler, handler, "address", NEW))
    with acting_as(admin, purpose="test"):
        assert refused(link_row(people.colleague, admin, "address", NEW))
        assert refused(link_row(people.colleague, admin, "password", NEW))
    with acting_as(people.colleague, purpose="test"):
        assert refused(f"update accounts_onetimelink set state = 'used', ended_at = now() where user_id = {handler.pk}")


def test_by_sql_notices_are_read_by_the_sign_in_only_and_sent_to_oneself(people: People) -> None:
    handler = people.handler
    with acting_as(handler, purpose="test"):
        assert refused(notice_row(people.colleague, "address_asked", NEW))
        assert refused(notice_row(handler, "role_waits", ""))
        assert refused(notice_row(people.colleague, "role_waits", ""))
        assert not refused(notice_row(handler, "address_asked", handler.email))
        for statement in ("delete from accounts_staffnotice", "update accounts_staffnotice set email = 'x@y.z'"):
            assert refused(statement)
        assert not StaffNotice.objects.exists()
    with acting_as(people.administrator, purpose="test"):
        assert not StaffNotice.objects.exists()
    with acting_as(service_user(Service.SIGN_IN), purpose="test"):
        assert StaffNotice.objects.count() == 1


def test_action_asks_for_the_persons_own(people: People) -> None:
    as_user(people.worker, ask_for_address, by=people.worker, email=NEW)
    assert states(people.worker) == ["open"]
