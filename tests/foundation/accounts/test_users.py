"""Users and their roles, as an administrator looks after them in the browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import PASSWORD, People, as_setup, as_user, give_role, make_partner, make_user
from web import browser

from foundation.accounts.actions import close_organisation, grant_role
from foundation.accounts.models import Membership, RoleProposal, Session, User
from foundation.accounts.refusals import RoleDoesNotFit
from foundation.accounts.roles import ROLES, Role
from foundation.accounts.tasks import send_links
from foundation.accounts.vocabulary import ROLES_AT
from foundation.journal.models import Event
from foundation.privacy.context import acting_as


def url(name: str, *args: Any) -> str:
    return reverse(f"accounts:{name}", args=args)


def post(people: People, page: str, /, *args: Any, **values: Any) -> Any:
    return browser(people.administrator).post(url(page, *args), values)


def new_user(people: People, **values: Any) -> Any:
    fields = {"version": 0, "name": "New Person", "email": "New@Example.org", "language": "de", "role": ""}
    return post(people, "new_user", **{**fields, **values})


def events(people: People, kind: str) -> list[dict[str, Any]]:
    with acting_as(people.dpo, purpose="test"):
        return list(Event.objects.filter(kind=kind).values_list("data", flat=True))


def is_signed_in(user: User) -> bool:
    return Session.objects.filter(user=user).exists()


def mailed_link() -> str:
    """The path in the e-mail that is sent now."""
    send_links()
    found = re.findall(r"http://127.0.0.1:8000(/accounts/link/\S+)", "".join(str(one.body) for one in mail.outbox))
    return str(found[-1])


def choose_password(link: str, password: str) -> Any:
    """What the person does with the link."""
    return Client().post(link, {"new_password1": password, "new_password2": password}, follow=True)


def is_dead(link: str) -> bool:
    return Client().get(link).status_code == 410


def sign_in(email: str, password: str) -> int:
    return Client().post("/accounts/login/", {"login": email, "password": password}).status_code


PAGES = ["administration", "users", "new_user", "organisations", "new_organisation"]


def test_the_pages_exist_for_administrators_only(people: People) -> None:
    addresses = [*map(url, PAGES), url("user", people.handler.pk), url("edit_organisation", people.partner.pk)]
    for user in people.everybody:
        codes = {browser(user).get(address).status_code for address in addresses}
        assert codes == ({200} if user == people.administrator else {404}), user.role_labels
    assert Client().get(url("users")).headers["Location"] == "/accounts/login/?next=/administration/users/"


@pytest.mark.parametrize(
    "name", ["grant_role", "make_link", "deactivate", "reactivate", "end_role", "close_organisation"]
)
def test_nobody_else_changes_anything(people: People, name: str) -> None:
    before = list(Membership.objects.order_by("pk").values()), list(User.objects.order_by("pk").values("is_active"))
    membership = people.handler.active_memberships[0]
    target = {"end_role": membership.pk, "close_organisation": people.body.pk}.get(name, people.handler.pk)
    for user in (people.coordinator, people.handler, people.worker, people.dpo):
        assert browser(user).post(url(name, target), {"role": f"{people.centre.pk}:handler"}).status_code == 404
    after = list(Membership.objects.order_by("pk").values()), list(User.objects.order_by("pk").values("is_active"))
    assert after == before
    assert browser(people.administrator).get(url(name, target)).status_code == 405


def test_an_invited_person_chooses_a_password_with_the_link_in_the_mail(people: People) -> None:
    answer = new_user(people, role=f"{people.centre.pk}:handler")
    made = User.objects.get(email="new@example.org")
    assert answer.headers["Location"] == url("user", made.pk)
    assert (made.name, made.language, made.made_by) == ("New Person", "de", people.administrator)
    assert (made.active_memberships, made.has_usable_password(), made.is_invited) == ([], False, True)
    link = mailed_link()
    (sent,) = (one for one in mail.outbox if one.to == ["new@example.org"])
    assert "New Person" not in str(sent.body) + str(sent.subject)
    assert "Beratung" not in str(sent.body)
    assert choose_password(link, PASSWORD).redirect_chain == [("/accounts/login/", 302)]
    assert sign_in("new@example.org", PASSWORD) == 302
    assert is_dead(link)
    assert events(people, "user.made") == [{"user": made.pk}]
    assert len(events(people, "user.invited")) == len(events(people, "user.password_chosen")) == 1
    data = {"user": made.pk, "organisation": people.centre.pk, "role": "handler"}
    assert [one.items() >= data.items() for one in events(people, "role.proposed")] == [True]


def test_a_reset_ends_the_old_password_the_sessions_and_earlier_links(people: People) -> None:
    browser(people.handler)
    post(people, "make_link", people.handler.pk)
    first = mailed_link()
    assert not is_signed_in(people.handler)
    assert sign_in(people.handler.email, PASSWORD) == 200
    post(people, "make_link", people.handler.pk)
    second = mailed_link()
    assert is_dead(first)
    choose_password(second, "another long enough password")
    assert sign_in(people.handler.email, "another long enough password") == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "nobody"),
        ("email", "a@b"),
        ("email", "x" * 260 + "@example.org"),
        ("email", "known"),
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 121),
        ("language", "nl"),
        ("language", ""),
        ("role", "nonsense"),
        ("role", "partner:handler"),
        ("role", "partner:coordinator"),
        ("role", "centre:partner_worker"),
        ("role", "centre:liaison"),
        ("role", "body:partner_worker"),
        ("role", "99999999:handler"),
    ],
)
def test_bad_input_is_an_error_in_place_and_stores_nothing(people: People, field: str, value: str) -> None:
    place, _colon, role = value.partition(":")
    if role and hasattr(people, place):
        value = f"{getattr(people, place).pk}:{role}"
    before = User.objects.count()
    answer = new_user(people, **{field: people.handler.email.upper() if value == "known" else value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    if field != "name":
        assert 'value="New Person"' in answer.text
    if field == "email" and "@" not in value and value not in ("", "known"):
        assert "Write it like name@example.org." in answer.text
    assert User.objects.count() == before


@pytest.mark.parametrize("role", Role)
def test_a_role_is_given_or_proposed_where_it_fits_and_nowhere_else(people: People, role: Role) -> None:
    for place in (people.centre, people.partner, people.body):
        user = make_user()
        answer = post(people, "grant_role", user.pk, role=f"{place.pk}:{role}")
        fits = role in ROLES_AT[place.kind]
        assert answer.status_code == (302 if fits else 422)
        rows = Membership.objects if role == Role.FUNDER else RoleProposal.objects
        with acting_as(people.administrator, purpose="test"):
            assert rows.filter(user=user, role=role).count() == fits
        if not fits:
            with pytest.raises(RoleDoesNotFit):
                as_setup(grant_role, user=user, organisation=place, role=role)
            with pytest.raises(IntegrityError, match="does not fit"), transaction.atomic():
                give_role(user, place, role)


def test_every_role_fits_somewhere() -> None:
    assert {role for roles in ROLES_AT.values() for role in roles} == set(ROLES)


def test_name_address_and_language_change_afterwards(people: People) -> None:
    EmailAddress.objects.create(user=people.handler, email=people.handler.email, primary=True, verified=True)
    old = people.handler.email
    change(Membership.objects.filter(user=people.handler), ended_at=timezone.now(), ended_by=people.administrator)
    fields = {"name": "Other Name", "email": "Other@example.org", "language": "fr", "version": 0}
    for _twice in range(2):
        assert post(people, "edit_user", people.handler.pk, **fields).status_code == 302
    stored = User.objects.get(pk=people.handler.pk)
    assert (stored.name, stored.email, stored.language) == ("Other Name", "other@example.org", "fr")
    assert (sign_in(old, PASSWORD), sign_in("other@example.org", PASSWORD)) == (200, 302)
    assert events(people, "user.changed") == [{"user": stored.pk, "fields": ["email", "language", "name"]}]


def test_somebody_elses_change_is_told_and_nothing_typed_is_lost(people: People) -> None:
    values = {"email": people.handler.email, "language": "en", "version": 0}
    post(people, "edit_user", people.handler.pk, name="By one", **values)
    answer = post(people, "edit_user", people.handler.pk, name="By another", **values)
    assert answer.status_code == 409
    assert 'value="By another"' in answer.text
    assert User.objects.get(pk=people.handler.pk).name == "By one"
    again = {**values, "name": "By another", "version": answer.context["form"]["version"].value()}
    assert post(people, "edit_user", people.handler.pk, **again).status_code == 302


def test_the_own_account_can_be_edited_though_not_its_roles(people: People) -> None:
    me = people.administrator
    assert post(people, "edit_user", me.pk, name="Me", email=me.email, language="de", version=0).status_code == 302
    assert post(people, "grant_role", me.pk, role=f"{people.centre.pk}:coordinator").status_code == 404
    assert post(people, "end_role", me.active_memberships[0].pk).status_code == 302
    assert post(people, "deactivate", me.pk).status_code == 404
    assert post(people, "make_link", me.pk).status_code == 404
    assert [one.role for one in Membership.objects.active().filter(user=me)] == ["administrator"]
    assert User.objects.get(pk=me.pk).is_active


def test_deactivation_ends_roles_and_sessions_and_reactivation_restores_none(people: People) -> None:
    browser(people.handler)
    for _twice in range(2):
        assert post(people, "deactivate", people.handler.pk).status_code == 302
    assert not is_signed_in(people.handler)
    sign_in(people.handler.email, PASSWORD)
    assert not is_signed_in(people.handler)
    assert not Membership.objects.active().filter(user=people.handler).exists()
    assert post(people, "grant_role", people.handler.pk, role=f"{people.centre.pk}:handler").status_code == 422
    assert post(people, "make_link", people.handler.pk).status_code == 404
    post(people, "reactivate", people.handler.pk)
    assert sign_in(people.handler.email, PASSWORD) == 302
    assert not Membership.objects.active().filter(user=people.handler).exists()
    assert len(events(people, "user.deactivated")) == 1


def test_last_two_administrators_cannot_end_each_other_concurrently(people: People) -> None:
    other = make_user((people.centre, Role.ADMINISTRATOR))
    browser(other).post(url("end_role", people.administrator.active_memberships[0].pk))
    assert browser(people.administrator).post(url("end_role", other.active_memberships[0].pk)).status_code == 404
    assert [one.user for one in Membership.objects.active().filter(role="administrator")] == [other]


def test_service_users_are_not_listed_and_404(people: People) -> None:
    relay = User.objects.get(service="relay")
    assert browser(people.administrator).get(url("user", relay.pk)).status_code == 404
    assert post(people, "deactivate", relay.pk).status_code == 404
    assert relay.name not in [row.name for row in browser(people.administrator).get(url("users")).context["users"]]


def test_no_role_at_an_organisation_out_of_use(people: People) -> None:
    closed = make_partner("Closed Partner")
    as_user(people.administrator, close_organisation, by=people.administrator, organisation=closed)
    answer = post(people, "grant_role", people.handler.pk, role=f"{closed.pk}:partner_worker")
    assert answer.status_code == 422
    with pytest.raises(RoleDoesNotFit):
        as_setup(grant_role, user=people.handler, organisation=closed, role=Role.PARTNER_WORKER)


@pytest.mark.parametrize("wanted", ["Person", "EXAMPLE.ORG", "example partner", "%", "\0", "'", "x" * 500])
def test_user_list_accepts_any_search_text(people: People, wanted: str) -> None:
    assert browser(people.administrator).get(url("users"), {"q": wanted}).status_code == 200
