"""Each page declares the look it leaves (config/looks.py), and leaves it: reads, lists, downloads, parts of pages."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import closures
import plans
import pytest
import referrals
import reviews
import teams
from assessments import make_contact
from case_assessments import asked
from case_rows import make_case
from consultations import consulted
from contacts import browser
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from people import People, as_user, make_user, new_id
from prison_releases import announced, begun_report
from releases import count, prepare
from requests_of_persons import checked, decide, opened
from telephone import TELEPHONY, make_line
from web import sign_in
from whole_world import Dossier, make_dossier

from casework.cases.question_actions import ask_question
from casework.cases.work_actions import add_action
from casework.plans.models import Goal, Plan
from casework.teams.note_actions import write_note
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.journal.declared_looks import Leaves, LeavesNone, LeftByView
from foundation.journal.models import Look
from foundation.privacy.context import acting_as
from foundation.retention.models import Request
from hotline.switchboard.models import Agent
from reporting.publishing import actions as releasing

PHONE = "+493415559999"


def names() -> Iterator[tuple[str, URLPattern]]:
    """Each URL name with its namespace."""

    def walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
            else:
                yield f"{space}{pattern.name}", pattern

    yield from walk(get_resolver().url_patterns, "")


def only_posts(view: Any) -> bool:
    """Whether the view, or one that it wraps, is decorated with require_POST."""
    while view is not None:
        cells = [cell.cell_contents for cell in view.__closure__ or ()]
        if ["POST"] in [cell for cell in cells if isinstance(cell, list)]:
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def is_declared(name: str) -> bool:
    return name in settings.LOOKS or any(
        name.startswith(key.removesuffix("*")) for key in settings.LOOKS if key.endswith("*")
    )


def readable() -> set[str]:
    """The names of URLs that a person can read: not those of the provider, nor those that take posts only."""
    return {
        name
        for name, pattern in names()
        if not pattern.callback.__module__.endswith(".webhooks") and not only_posts(pattern.callback)
    }


def test_each_url_that_can_be_read_declares_its_look() -> None:
    assert sorted(name for name in readable() if not is_declared(name)) == []
    assert len(readable()) > 100


def test_nothing_is_declared_that_there_is_not() -> None:
    known = readable()
    assert [key for key in settings.LOOKS if not key.endswith("*") and key not in known] == []
    assert [one.why for one in settings.LOOKS.values() if isinstance(one, LeavesNone) and len(one.why) < 10] == []


def test_an_undeclared_url_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(settings.LOOKS, "cases:list")
    assert [name for name in readable() if not is_declared(name)] == ["cases:list"]


@dataclass
class World:
    people: People
    dossier: Dossier
    again: uuid.UUID
    """A contact with the telephone number of an earlier one."""
    release: uuid.UUID
    request: Request
    """For a copy of what is held, with everything decided."""
    opened: uuid.UUID
    """Its dossier."""

    @cached_property
    def action(self) -> uuid.UUID:
        due = timezone.now() + timedelta(days=1)
        values = {"case_id": self.dossier.case.pk, "text": "Call the school.", "strand": "social", "due_at": due}
        handler = self.people.handler
        return as_user(handler, add_action, by=handler, action_id=new_id(), to=handler, **values).pk  # type: ignore[no-any-return]

    @cached_property
    def own_note(self) -> uuid.UUID:
        """Of the liaison's body."""
        liaison = self.people.liaison
        values = {"member_id": self.dossier.member.pk, "note_id": new_id(), "text": "Ours alone."}
        return as_user(liaison, write_note, by=liaison, **values).pk  # type: ignore[no-any-return]

    @cached_property
    def review(self) -> uuid.UUID:
        return reviews.planned_review(self.people.handler, self.dossier.case, reviews.of_centre(self.people)).pk

    def visits_of_plan(self) -> dict[str, tuple[User, tuple[object, ...], dict[str, str]]]:
        """One in force, and beside it a draft that came back."""
        people, case = self.people, self.dossier.case
        keys = plans.objected_version(people, case)
        with acting_as(people.handler, purpose="test"):
            draft = Plan.objects.of_case(case.pk).next().get()
            found = {"goal": draft.goals, "factor": draft.factors, "action": draft.planned_actions}
            rows = {kind: next(iter(every.all())) for kind, every in found.items()}
        pages = {"plan": keys[Plan], "new_version": keys[Plan], "edit": [draft.pk], "outcome": keys[Goal]}
        pages |= {f"add_{kind}": [draft.pk] for kind in rows}
        pages |= {f"change_{kind}": [draft.pk, row.pk] for kind, row in rows.items()}
        visits = {f"plans:{name}": (people.handler, tuple(key), {}) for name, key in pages.items()}
        return {**visits, "plans:agreement": (people.liaison, (self.agreement,), {})}

    def visits_of_closing(self) -> dict[str, tuple[User, tuple[object, ...], dict[str, str]]]:
        people, case = self.people, self.dossier.case
        closure = closures.proposed(people.handler, case)
        opinion = closures.opinion_of(people.liaison, closure, people.body)
        reopening = closures.asked_as_if_monitored(people.liaison, case, people.body)
        return {
            "closures:of_case": (make_coordinator(people), (case.pk,), {}),
            "closures:of_team": (people.liaison, (case.pk,), {}),
            "closures:propose": (make_coordinator(people), (case.pk,), {}),
            "closures:closure": (people.handler, (closure.pk,), {}),
            "closures:opinion": (people.liaison, (opinion.pk,), {}),
            "closures:reopening": (people.handler, (reopening.pk,), {}),
        }

    @property
    def agreement(self) -> uuid.UUID:
        """Of the liaison's body, to a plan of another case."""
        people, case = self.people, make_case(self.people.handler)
        teams.accepted(teams.invited(people.handler, case, people.body), people.liaison)
        plan = plans.begun(people.handler, case)
        plans.planned(people.handler, plan, people.body)
        plans.proposed(people.handler, plan)
        return plans.agreement_of(people.liaison, plan, people.body).pk

    @cached_property
    def draft(self) -> uuid.UUID:
        """An assessment that the liaison has begun."""
        liaison = self.people.liaison
        return asked(liaison, self.dossier.case, liaison, self.people.body).pk

    @cached_property
    def consultation(self) -> uuid.UUID:
        people = self.people
        return consulted(people.handler, self.dossier.case, people.centre, people.colleague, people.centre).pk

    @cached_property
    def exit_report(self) -> uuid.UUID:
        return begun_report(self.people.handler, self.dossier.case).pk

    @cached_property
    def prison_release(self) -> uuid.UUID:
        return announced(self.people.handler, self.dossier.case).pk

    @property
    def question(self) -> uuid.UUID:
        """Of the dossier's case."""
        handler, values = self.people.handler, {"case_id": self.dossier.case.pk, "text": "Who else knows?"}
        return as_user(handler, ask_question, by=handler, question_id=new_id(), **values).pk  # type: ignore[no-any-return]

    @property
    def agent(self) -> uuid.UUID:
        return as_user(self.people.colleague, Agent.objects.get, user=self.people.colleague).pk  # type: ignore[no-any-return]

    def visits(self) -> dict[str, tuple[User, tuple[object, ...], dict[str, str]]]:
        """Who asks for each page that leaves a look, with which arguments and query.

        Others for the parts of a case: who has just opened it leaves no second look.
        """
        people, dossier = self.people, self.dossier
        handler, coordinator, worker = people.handler, people.coordinator, people.worker
        contact, case, referral, callback = (
            (one.pk,) for one in (dossier.contact, dossier.case, dossier.referral, dossier.callback)
        )
        everywhere: tuple[object, ...] = ()
        of_case = (dossier.case.pk, dossier.case.assessment.contact_id)
        return {
            "accounts:users": (people.administrator, everywhere, {"show": "closed"}),
            "accounts:user": (people.administrator, (handler.pk,), {}),
            "accounts:edit_user": (people.administrator, (handler.pk,), {}),
            "accounts:role_proposals": (people.dpo, everywhere, {}),
            "accounts:remove_second_factor": (people.administrator, (handler.pk,), {}),
            "journal:audit": (people.dpo, everywhere, {}),
            "journal:looks": (people.dpo, case, {}),
            "hotline:desk": (handler, everywhere, {}),
            "hotline:desk_contact": (handler, contact, {}),
            "hotline:earlier": (handler, (self.again,), {}),
            "hotline:plan_for_contact": (handler, contact, {}),
            "hotline:contacts": (handler, everywhere, {"show": "mine"}),
            "hotline:contact": (handler, contact, {}),
            "hotline:callbacks": (handler, everywhere, {}),
            "hotline:put_back": (handler, callback, {}),
            "switchboard:consult": (people.colleague, (dossier.talk.pk,), {}),
            "switchboard:voicemail": (coordinator, (dossier.voicemail.pk,), {}),
            "switchboard:part_callback": (handler, callback, {}),
            "switchboard:put_back": (handler, callback, {}),
            "switchboard:agent_of_handler": (coordinator, (self.agent,), {}),
            "texting:part_messages": (handler, (dossier.nobodys.pk,), {}),
            "triage:panel": (handler, (dossier.draft.contact_id,), {}),
            "triage:finish": (handler, (dossier.draft.contact_id,), {}),
            "triage:confirmations": (coordinator, everywhere, {}),
            "triage:confirmation": (coordinator, (dossier.waiting.pk,), {}),
            "cases:list": (coordinator, everywhere, {"show": "all"}),
            "cases:case": (handler, case, {}),
            "cases:summary": (coordinator, case, {}),
            "cases:timeline": (make_coordinator(people), case, {}),
            "cases:notes": (make_coordinator(people), case, {}),
            "cases:contact": (handler, of_case, {}),
            "cases:of_contact": (handler, contact, {}),
            "cases:action": (handler, (self.action,), {}),
            "cases:question": (handler, (self.question,), {}),
            "worklist:today": (handler, everywhere, {"show": "own"}),
            "worklist:absences": (handler, everywhere, {}),
            "teams:list": (people.liaison, everywhere, {}),
            "teams:team": (people.liaison, case, {}),
            "teams:member": (people.liaison, (dossier.member.pk,), {}),
            "teams:of_case": (make_coordinator(people), case, {}),
            "teams:share_note": (people.liaison, (self.own_note,), {}),
            "teams:invite": (handler, case, {}),
            "teams:add_action": (handler, case, {}),
            "reviews:of_case": (make_coordinator(people), case, {}),
            "reviews:of_team": (people.liaison, case, {}),
            "reviews:review": (handler, (self.review,), {}),
            "reviews:hold": (handler, (self.review,), {}),
            "plans:of_case": (make_coordinator(people), case, {}),
            "plans:of_team": (people.liaison, case, {}),
            **self.visits_of_plan(),
            **self.visits_of_closing(),
            "assessments:of_case": (make_coordinator(people), case, {}),
            "assessments:assessment": (handler, (self.draft,), {}),
            "assessments:write": (people.liaison, (self.draft,), {}),
            "assessments:deliver": (people.liaison, (self.draft,), {}),
            "consultations:of_case": (make_coordinator(people), case, {}),
            "consultations:consultation": (handler, (self.consultation,), {}),
            "releases:of_case": (make_coordinator(people), case, {}),
            "releases:of_team": (people.liaison, case, {}),
            "releases:calendar": (coordinator, everywhere, {}),
            "releases:add_step": (handler, (self.prison_release,), {}),
            "releases:report": (handler, (self.exit_report,), {}),
            "releases:write_report": (handler, (self.exit_report,), {}),
            "releases:release": (handler, (self.prison_release,), {}),
            "releases:change": (handler, (self.prison_release,), {}),
            "handoff:partners": (handler, case, {}),
            "handoff:note_conflict": (handler, (dossier.case.pk, people.partner.pk), {}),
            "handoff:print_case": (handler, case, {}),
            "handoff:undelivered": (people.administrator, everywhere, {}),
            "handoff:case_referrals": (make_coordinator(people), case, {}),
            "handoff:board": (handler, everywhere, {}),
            "handoff:referral": (handler, referral, {}),
            "handoff:referral_part": (handler, referral, {}),
            "handoff:inbox": (worker, everywhere, {}),
            "handoff:partner_referral": (worker, referral, {}),
            "handoff:partner_referral_part": (worker, referral, {}),
            "reporting:live": (coordinator, everywhere, {}),
            "reporting:shift": (coordinator, everywhere, {}),
            "retention:erasures": (people.dpo, everywhere, {}),
            "retention:requests": (people.dpo, everywhere, {}),
            "retention:request": (people.dpo, (self.request.pk,), {}),
            "retention:agreements": (coordinator, everywhere, {}),
            "retention:content": (people.dpo, (self.opened,), {}),
            "retention:copy": (people.dpo, (self.request.pk, "json"), {}),
            "publishing:releases": (people.funder, everywhere, {}),
            "publishing:release": (people.funder, (self.release,), {}),
            "publishing:download": (people.funder, (self.release, "csv"), {}),
        }


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.TELEPHONY = TELEPHONY
    people = referrals.ready()
    make_line(people.centre)
    dossier = make_dossier(people, people.colleague)
    make_contact(people.handler, phone=PHONE)
    again = make_contact(people.handler, phone=PHONE)
    count()
    made = prepare(people.coordinator, people)
    other = make_coordinator(people)
    as_user(other, releasing.release_figures, by=other, release_id=made.pk)
    request = checked(people)
    row = opened(people, request, again.pk)
    decide(people, row)
    return World(people, dossier, again.pk, made.pk, request, row.pk)


def make_coordinator(people: People) -> User:
    return make_user((people.centre, Role.COORDINATOR))


def looks_of(user: User) -> list[tuple[str, uuid.UUID | None]]:
    return as_user(user, lambda: list(Look.objects.filter(actor=user).order_by("pk").values_list("what", "subject")))  # type: ignore[no-any-return]


def test_each_page_leaves_the_look_that_it_declares(world: World) -> None:
    visits, wrong = world.visits(), {}
    assert set(visits) == {name for name, one in settings.LOOKS.items() if not isinstance(one, LeavesNone)}
    for name, (user, arguments, query) in visits.items():
        before = len(looks_of(user))
        answer = browser(user).get(reverse(name, args=arguments), query)
        left = [what for what, _subject in looks_of(user)[before:]]
        declared = settings.LOOKS[name]
        expected = {declared.what} if isinstance(declared, Leaves) else set(declared.what)
        if answer.status_code != 200 or not expected <= {what.partition(" ")[0] for what in left}:
            wrong[name] = (answer.status_code, left)
        assert len(left) == len(set(left))
    assert wrong == {}


def test_a_list_names_its_filter_and_a_download_its_form(world: World) -> None:
    people = world.people
    browser(people.handler).get("/contacts/", {"show": "mine"})
    browser(people.handler).get("/contacts/", {"show": "<b>", "q": "x"})
    assert [what for what, _subject in looks_of(people.handler)][-2:] == [
        "contacts.listed show=mine",
        "contacts.listed",
    ]
    client = browser(people.funder)
    for form in ("csv", "json", "xlsx"):
        answer = client.get(f"/releases/{world.release}/figures.{form}")
        assert answer.status_code == 200
    assert looks_of(people.funder) == [
        (f"release.downloaded {form}", world.release) for form in ("csv", "json", "xlsx")
    ]
    seen = as_user(people.dpo, lambda: Look.objects.filter(what__startswith="release.downloaded").count())
    assert seen == 3


def test_parts_that_are_refreshed_leave_nothing(world: World) -> None:
    user = world.people.handler
    before = looks_of(user)
    client = Client()
    sign_in(client, user)
    for path in ("/desk/parts/open/", "/desk/parts/shift/", "/telephone/bar/", "/ui/counts/", "/referrals/part/"):
        assert client.get(path).status_code in (200, 204)
    assert looks_of(user) == before
    assert isinstance(settings.LOOKS["cases:case"], LeftByView)
