"""Roles that read content, or may confirm roles, take effect by a second person."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from cluster import OwnDatabase
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_setup, as_user, give_role, make_centre, make_organisation, make_people, make_user
from web import browser

from foundation.accounts.actions import deactivate_user, end_role
from foundation.accounts.models import Membership, Organisation, OrganisationKind, RoleProposal, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.refusals import AddressIsTheirs, ChangedMeanwhile, DecidedAlready, RoleDoesNotFit
from foundation.accounts.role_proposals import confirm_role, could_confirm, decline_role, propose_role, withdraw_role
from foundation.accounts.roles import NEEDS_SECOND_PERSON, Role
from foundation.accounts.tasks import expire_open_ones, send_links
from foundation.journal.models import Event
from foundation.privacy.context import acting_as

CONFIRMERS = ("coordinator", "dpo", "second")
OTHERS = ("handler", "colleague", "funder", "worker", "liaison", "other_handler", "other_coordinator")


def url(name: str, *args: Any) -> str:
    return reverse(f"accounts:{name}", args=args)


def propose(people: People, user: User, role: Role = Role.HANDLER, place: Organisation | None = None) -> RoleProposal:
    admin = people.administrator
    proposal: RoleProposal = as_user(
        admin, propose_role, by=admin, user=user, organisation=place or people.centre, role=role
    )
    return proposal


def state(proposal: RoleProposal, people: People) -> str:
    with acting_as(people.administrator, purpose="test"):
        return RoleProposal.objects.get(pk=proposal.pk).state


def roles(user: User) -> list[str]:
    return sorted(Membership.objects.active().filter(user=user).values_list("role", flat=True))


def kinds(people: People, officer: User | None = None) -> list[str]:
    """What the data protection officer sees of it, oldest first."""
    with acting_as(officer or people.dpo, purpose="test"):
        found = Event.objects.filter(kind__startswith="role.").order_by("pk")
        return [kind.removeprefix("role.") for kind in found.values_list("kind", flat=True)]


def confirm(proposal: RoleProposal, by: User, email: str | None = None) -> None:
    as_user(by, confirm_role, by=by, proposal=proposal, email=email or proposal.user.email)


@pytest.mark.parametrize("name", CONFIRMERS)
def test_a_role_takes_effect_when_a_second_person_confirms_it(people: People, name: str) -> None:
    person = make_user()
    second = make_user((people.other_centre, Role.ADMINISTRATOR)) if name == "second" else getattr(people, name)
    browser(person)
    proposal = propose(people, person)
    assert roles(person) == []
    page = browser(second).get(url("role_proposals"))
    assert person.email in page.text
    assert "Takes calls, logs contacts" in page.text
    for _twice in range(2):
        answer = browser(second).post(url("confirm_role", proposal.pk), {"email": person.email})
        assert answer.headers["Location"] == url("role_proposals")
    given = Membership.objects.get(user=person)
    assert (given.role, given.granted_by, given.proposal_id) == ("handler", second, proposal.pk)
    assert kinds(people) == ["proposed", "granted"]
    assert person.email not in browser(second).get(url("role_proposals")).text


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_sees_or_decides_it(people: People, name: str) -> None:
    proposal = propose(people, make_user())
    user = getattr(people, name)
    page = browser(user).get(url("role_proposals"))
    assert page.status_code == (200 if name == "other_coordinator" else 404)
    assert proposal.user.email not in page.text
    for decision, values in (("confirm_role", {"email": proposal.user.email}), ("decline_role", {"reason": "unknown"})):
        assert browser(user).post(url(decision, proposal.pk), values).status_code == 404
    assert browser(user).post(url("withdraw_role", proposal.pk)).status_code == 404
    assert (state(proposal, people), roles(proposal.user)) == ("proposed", [])


def test_neither_who_proposed_it_nor_who_gets_it_confirms_or_declines(people: People) -> None:
    person = make_user((people.centre, Role.COORDINATOR))
    proposal = propose(people, person)
    for user in (people.administrator, person):
        with pytest.raises(NotAllowed):
            confirm(proposal, user)
        with pytest.raises(NotAllowed):
            as_user(user, decline_role, by=user, proposal=proposal, reason="unknown")
        assert browser(user).post(url("confirm_role", proposal.pk), {"email": person.email}).status_code == 404
    assert roles(person) == ["coordinator"]


def test_declining_needs_a_reason_and_is_for_good(people: People) -> None:
    proposal = propose(people, make_user())
    client = browser(people.dpo)
    for reason in ("", "because", "x" * 500):
        client.post(url("decline_role", proposal.pk), {"reason": reason})
        assert state(proposal, people) == "proposed"
    for _twice in range(2):
        client.post(url("decline_role", proposal.pk), {"reason": "wrong_role"})
    assert (state(proposal, people), roles(proposal.user)) == ("declined", [])
    with pytest.raises(DecidedAlready):
        confirm(proposal, people.coordinator)
    assert "another role is enough" in browser(people.administrator).get(url("user", proposal.user_id)).text
    assert kinds(people) == ["proposed", "declined"]


def test_a_repeated_proposal_is_the_open_one_and_a_role_that_is_held_is_not_proposed(people: People) -> None:
    person = make_user()
    assert propose(people, person) == propose(people, person)
    assert propose(people, people.handler) is None
    assert kinds(people) == ["proposed"]


def test_any_administrator_withdraws_it(people: People) -> None:
    proposal = propose(people, make_user())
    other = make_user((people.centre, Role.ADMINISTRATOR))
    for _twice in range(2):
        assert browser(other).post(url("withdraw_role", proposal.pk)).status_code == 302
    with pytest.raises(DecidedAlready):
        confirm(proposal, people.dpo)
    with pytest.raises(NotAllowed):
        as_user(people.coordinator, withdraw_role, by=people.coordinator, proposal=proposal)
    assert kinds(people) == ["proposed", "withdrawn"]


def test_what_was_confirmed_is_not_withdrawn(people: People) -> None:
    proposal = propose(people, make_user())
    confirm(proposal, people.dpo)
    with pytest.raises(DecidedAlready):
        as_user(people.administrator, withdraw_role, by=people.administrator, proposal=proposal)


def test_after_its_time_it_cannot_be_confirmed_and_expires(people: People) -> None:
    proposal = propose(people, make_user())
    change(RoleProposal.objects.filter(pk=proposal.pk), expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(DecidedAlready):
        confirm(proposal, people.dpo)
    assert proposal.user.email not in browser(people.dpo).get(url("role_proposals")).text
    expire_open_ones()
    expire_open_ones()
    assert state(proposal, people) == "expired"
    assert kinds(people) == ["proposed", "expired"]
    assert propose(people, proposal.user) != proposal


def test_one_that_is_over_but_not_swept_yet_can_be_proposed_again(people: People) -> None:
    proposal = propose(people, make_user())
    change(RoleProposal.objects.filter(pk=proposal.pk), expires_at=timezone.now() - timedelta(seconds=1))
    again = propose(people, proposal.user)
    assert again != proposal
    confirm(again, people.dpo)
    assert roles(proposal.user) == ["handler"]


def test_who_left_or_has_another_address_meanwhile_gets_no_role(people: People) -> None:
    proposal = propose(people, make_user())
    with pytest.raises(ChangedMeanwhile):
        confirm(proposal, people.dpo, "earlier@example.org")
    as_user(people.administrator, deactivate_user, by=people.administrator, user=proposal.user)
    assert state(proposal, people) == "withdrawn"
    elsewhere = propose(people, make_user(), Role.PARTNER_WORKER, people.partner)
    change(Organisation.objects.filter(pk=people.partner.pk), is_active=False)
    with pytest.raises(RoleDoesNotFit):
        confirm(elsewhere, people.dpo)
    assert roles(elsewhere.user) == []


def test_a_partners_role_is_confirmed_at_the_centre_of_who_proposed_it(people: People) -> None:
    proposal = propose(people, make_user(), Role.PARTNER_COORDINATOR, people.partner)
    with pytest.raises(RoleProposal.DoesNotExist):
        confirm(proposal, people.other_coordinator)
    confirm(proposal, people.coordinator)
    assert roles(proposal.user) == ["partner_coordinator"]


def test_ending_a_role_needs_one_person_and_ends_sessions(people: People) -> None:
    client = browser(people.handler)
    (membership,) = people.handler.active_memberships
    as_user(people.administrator, end_role, by=people.administrator, membership=membership)
    assert client.get("/desk/").status_code == 302


def alone(people: People) -> People:
    """Nobody is left who could confirm what the administrator proposes."""
    confirmers = Membership.objects.filter(role__in=["coordinator", "dpo"])
    change(confirmers, ended_at=timezone.now(), ended_by=people.administrator)
    return people


@pytest.mark.parametrize("role", sorted(NEEDS_SECOND_PERSON))
def test_without_anybody_else_only_a_confirmer_is_given_alone_and_that_is_recorded(people: People, role: Role) -> None:
    alone(people)
    place = {"partner_worker": people.partner, "partner_coordinator": people.partner, "liaison": people.body}
    person = make_user()
    client = browser(people.administrator)
    where = place.get(role, people.centre)
    page = client.post(url("grant_role", person.pk), {"role": f"{where.pk}:{role}"}, follow=True).text
    is_given = role in (Role.ADMINISTRATOR, Role.DPO)
    assert roles(person) == ([role] if is_given else [])
    assert ("given without a second person" in page) == is_given
    assert ("Nobody can confirm it yet" in page) != is_given
    assert could_confirm(people.centre, besides=[people.administrator]) == is_given
    officer = make_user((people.centre, Role.DPO))
    assert kinds(people, officer) == (["proposed", "granted_alone"] if is_given else ["proposed"])


def test_as_soon_as_there_is_a_second_person_nothing_is_given_alone(people: People) -> None:
    alone(people)
    second = make_user()
    propose(people, second, Role.ADMINISTRATOR)
    third = make_user()
    proposal = propose(people, third, Role.DPO)
    assert roles(third) == []
    confirm(proposal, second)
    assert roles(third) == ["dpo"]


def test_an_administrator_does_not_change_the_address_of_somebody_who_reads_content(people: People) -> None:
    """Else a link for a new password would be mailed to whoever the administrator likes."""
    values = {"name": people.handler.name, "email": "mine@example.org", "language": "en", "version": 0}
    answer = browser(people.administrator).post(url("edit_user", people.handler.pk), values)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["email"]
    assert User.objects.get(pk=people.handler.pk).email == people.handler.email
    assert AddressIsTheirs.__doc__


def test_the_top_bar_names_roles_only_while_one_waits(people: People) -> None:
    link = f'href="{url("role_proposals")}"'
    assert link not in browser(people.coordinator).get("/desk/").text
    proposal = propose(people, make_user())
    assert link in browser(people.coordinator).get("/desk/").text
    confirm(proposal, people.dpo)
    assert link not in browser(people.coordinator).get("/desk/").text


def test_two_who_confirm_at_once_give_one_role(own_database: OwnDatabase) -> None:
    people = make_people()
    person = make_user()
    proposal = propose(people, person)
    start = threading.Barrier(3)

    def attempt(by: User) -> None:
        try:
            start.wait()
            browser(by).post(url("confirm_role", proposal.pk), {"email": person.email})
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(by,)) for by in (people.dpo, people.coordinator, people.dpo)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert roles(person) == ["handler"]
    assert kinds(people) == ["proposed", "granted"]


def test_setting_up_gives_roles_at_demonstrations_only_beside_the_administrators(db: None) -> None:
    from foundation.accounts.actions import grant_role

    invented, real = make_organisation("Invented", OrganisationKind.CENTRE, is_demo=True), make_centre()
    person = make_user()
    as_setup(grant_role, user=person, organisation=invented, role=Role.HANDLER)
    as_setup(grant_role, user=person, organisation=real, role=Role.ADMINISTRATOR)
    assert roles(person) == ["administrator", "handler"]


def test_signed_out_is_the_sign_in(people: People) -> None:
    assert Client().get(url("role_proposals")).headers["Location"].startswith("/accounts/login/")
    assert give_role(people.funder, people.other_centre, Role.FUNDER).proposal_id is None


# --- those who can decide are told -----------------------------------------------------------------------------------


def told() -> list[tuple[str, str]]:
    """Address and text of the e-mails that are sent now."""
    mail.outbox.clear()
    send_links()
    return sorted((one.to[0], str(one.body)) for one in mail.outbox)


def test_those_who_can_confirm_get_an_email_without_content(people: People) -> None:
    person = make_user()
    propose(people, person, Role.HANDLER)
    sent = told()
    assert [email for email, _text in sent] == sorted([people.coordinator.email, people.dpo.email])
    for _email, text in sent:
        assert "http://127.0.0.1:8000/roles/" in text
        assert [word for word in (person.name, person.email, "handler", people.centre.name) if word in text] == []
    assert told() == []


def test_two_proposals_at_once_are_one_email(people: People) -> None:
    for role in (Role.HANDLER, Role.COORDINATOR):
        propose(people, make_user(), role)
    assert len(told()) == 2
    propose(people, make_user(), Role.HANDLER)
    assert len(told()) == 2, "the next one is announced again"


def test_nobody_is_told_of_what_was_decided_meanwhile(people: People) -> None:
    person = make_user()
    proposal = propose(people, person, Role.HANDLER)
    as_user(people.dpo, confirm_role, by=people.dpo, proposal=proposal, email=person.email)
    assert told() == []


def test_nobody_is_told_of_a_role_that_was_given_alone(people: People) -> None:
    others = Membership.objects.exclude(user=people.administrator)
    change(others, ended_at=timezone.now(), ended_by=people.administrator)
    propose(people, make_user(), Role.DPO)
    assert told() == []
