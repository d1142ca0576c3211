"""A row that cannot be decrypted: only this row is not shown, the log has no content of it, everything else works.

The bytes are broken as the owner of the database would, beside the application.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import case_assessments
import closures
import plans
import prison_releases
import pytest
import referrals
import reviews
from answering import Provider, provider
from cluster import OwnDatabase
from consultations import consulted
from contacts import browser
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id
from requests_of_persons import received
from telephone import LINE, TELEPHONY, Phone, by_telephone, go_on_duty, make_line, tell, waiting
from whole_world import Dossier, make_dossier, note, routes

from casework.assessments.models import AssessmentContent, CaseAssessment
from casework.cases.models import Action, CaseQuestion
from casework.cases.question_actions import ask_question
from casework.cases.work_actions import add_action
from casework.closures.models import Closure, Opinion, Reopening
from casework.consultations.models import Consultation
from casework.plans.models import Agreement, Factor, Goal, GoalOutcome, Plan, PlannedAction
from casework.releases.models import ExitReport, PrisonRelease, ReleaseStep
from casework.reviews.models import Review
from casework.teams.models import Member, OwnNote, SharedNote
from casework.teams.note_actions import share_note, write_note
from casework.teams.vocabulary import Visibility
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.privacy.fields import EncryptedField
from foundation.privacy.models import opened_keys
from foundation.retention.models import Request
from foundation.worklist.tasks import run_steps
from handoff.referrals.models import CaseConflict, Disclosure, Message, Referral, Summary
from hotline.contacts.models import AccessRequest, Callback, Contact
from hotline.switchboard.actions import accept
from hotline.switchboard.commands import order
from hotline.switchboard.models import Agent, Call, Command, Leg, Offer, Voicemail, WebhookEvent
from hotline.switchboard.tasks import run_commands, run_queue
from hotline.switchboard.vocabulary import CommandKind
from hotline.texting.actions import reply
from hotline.texting.models import TextMessage
from hotline.texting.tasks import send_messages
from triage.models import Waiver
from triage.vocabulary import WaiverReason
from triage.work_actions import waive_triage

__all__ = ["provider"]
SAID = "cannot be shown"


@dataclass(frozen=True)
class World:
    people: People
    bad: Dossier
    good: Dossier
    database: OwnDatabase

    def page(self, who: str, address: str) -> tuple[int, str]:
        client = browser(getattr(self.people, who))
        client.raise_request_exception = False
        answer = client.get(address)
        return answer.status_code, answer.content.decode(errors="replace")


@pytest.fixture
def world(own_database: OwnDatabase, settings: Any) -> World:
    settings.TELEPHONY = dict(TELEPHONY)
    people = referrals.ready()
    make_line(people.centre)
    return World(people, make_dossier(people, people.handler), make_dossier(people, people.colleague), own_database)


SEALED: dict[str, list[str]] = {
    model._meta.db_table: columns
    for model in apps.get_models()
    if (columns := [field.column for field in model._meta.local_fields if isinstance(field, EncryptedField)])
}


def spoil(world: World, model: type[models.Model], *keys: object) -> None:
    """Break every sealed column of these rows; the header with the key's number stays."""
    table = model._meta.db_table
    parts = ", ".join(f"""{name} = overlay({name} placing '\\xffffffff' from 30)""" for name in SEALED[table])
    full = " or ".join(f"{name} is not null" for name in SEALED[table])
    rows = ", ".join(f"'{key}'" for key in keys)
    done = world.database.sql(
        "set session_replication_role = replica;"
        f" with done as (update {table} set {parts} where {model._meta.pk.column} in ({rows}) and ({full}) returning 1)"
        " select count(*) from done"
    )
    assert done.strip().splitlines()[-1] == str(len(keys)), f"{table}: {done}"
    opened_keys.clear()


def own(world: World, model: type[models.Model], **condition: Any) -> list[Any]:
    """Keys of the rows, as the superuser would find them."""
    ((name, value),) = condition.items()
    found = world.database.sql(f"select {model._meta.pk.column} from {model._meta.db_table} where {name} = '{value}'")
    return found.split()


def add(world: World, dossier: Dossier, text: str) -> Any:
    """The key of an action of the handler in the case."""
    handler = world.people.handler
    values = {"action_id": new_id(), "case_id": dossier.case.pk, "text": text, "strand": "social", "to": handler}
    return as_user(handler, add_action, by=handler, due_at=timezone.now() + timedelta(days=1), **values).pk


def ask(world: World, dossier: Dossier, text: str) -> Any:
    """The key of a question that the handler asks in the case."""
    handler, values = world.people.handler, {"question_id": new_id(), "case_id": dossier.case.pk, "text": text}
    return as_user(handler, ask_question, by=handler, **values).pk


def write(world: World, dossier: Dossier, text: str) -> tuple[Any, Any]:
    """The keys of a note of the liaison's body, and of its copy for the team of the case."""
    liaison, note, copy = world.people.liaison, new_id(), new_id()
    as_user(liaison, write_note, by=liaison, member_id=dossier.member.pk, note_id=note, text=text)
    as_user(liaison, share_note, by=liaison, note_id=note, shared_id=copy, visibility=Visibility.TEAM)
    return note, copy


def of_plans(world: World, dossier: Dossier) -> dict[type[models.Model], tuple[list[Any], list[Shown]]]:
    """The plan in force is read beside the draft that came back; of both the other rows are shown."""
    keys = plans.objected_version(world.people, dossier.case)
    plan, brief = reverse("plans:plan", args=keys[Plan]), reverse("plans:of_case", args=[dossier.case.pk])
    with acting_as(world.people.handler, purpose="test"):
        draft = reverse("plans:plan", args=[Agreement.objects.get(pk=keys[Agreement][0]).plan_id])
    in_plan = [Shown("handler", plan, "a second goal")]
    without_aim = [Shown("handler", address, "a first goal", False) for address in (plan, brief)]
    return {
        Plan: (keys[Plan], without_aim),
        Goal: (keys[Goal], [*in_plan, Shown("handler", brief, "a second goal")]),
        GoalOutcome: (keys[GoalOutcome], in_plan),
        Factor: (keys[Factor], in_plan),
        PlannedAction: (keys[PlannedAction], in_plan),
        Agreement: (keys[Agreement], [Shown("handler", draft, "a second goal")]),
    }


def of_closings(world: World, dossier: Dossier) -> dict[type[models.Model], tuple[list[Any], list[Shown]]]:
    """A proposal to close the case, of which a body says why not, and one to open it again."""
    handler, liaison, body = world.people.handler, world.people.liaison, world.people.body
    closure = closures.proposed(handler, dossier.case)
    closures.said(liaison, closure, body, is_for=False, reason="too early")
    opinion = closures.opinion_of(liaison, closure, body)
    reopening = closures.asked_as_if_monitored(liaison, dossier.case, body)
    page = reverse("closures:closure", args=[closure.pk])
    return {
        Closure: ([closure.pk], [Shown("handler", page, "too early"), Shown("liaison", page, "too early")]),
        Opinion: ([opinion.pk], [Shown("handler", page, closures.REACHED)]),
        Reopening: (
            [reopening.pk],
            [Shown("handler", reverse("closures:reopening", args=[reopening.pk]), dossier.case.reference)],
        ),
    }


def of_prison_releases(world: World, dossier: Dossier) -> dict[type[models.Model], tuple[list[Any], list[Shown]]]:
    """The current one cannot be read, beside one that was cancelled."""
    by = world.people.handler
    prison_releases.cancelled(by, prison_releases.announced(by, dossier.case, establishment="a sound prison"))
    broken = prison_releases.announced(by, dossier.case)
    address = reverse("releases:release", args=[broken.pk])
    page = Shown("handler", address, dossier.case.reference, False)
    step, _other = (prison_releases.with_step(by, broken, text=text) for text in ("a broken step", "a sound step"))
    rows = Shown("handler", reverse("releases:of_case", args=[dossier.case.pk]), "a sound prison")
    steps = Shown("handler", address, "a sound step")
    report = prison_releases.written(by, dossier.case)
    written = Shown("handler", reverse("releases:report", args=[report.pk]), dossier.case.reference, False)
    return {
        PrisonRelease: ([broken.pk], [page, rows]),
        ReleaseStep: ([step.pk], [steps]),
        ExitReport: ([report.pk], [written]),
    }


def waive(world: World, dossier: Dossier) -> Any:
    """The key of the row that says why nobody's contact needs no triage."""
    by, values = world.people.coordinator, {"contact_id": dossier.nobodys.pk, "words": "asked for a brochure"}
    return as_user(by, waive_triage, by=by, reason=WaiverReason.OTHER, **values).pk


def of_the_case(world: World, name: str, dossier: Dossier) -> str:
    return reverse(f"cases:{name}", args=[dossier.case.pk])


# --- lists, one table after the other ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A page, what of the sound rows it shows, and whether it says that a row cannot be shown."""

    who: str
    address: str
    sound: str
    is_said: bool = True


def expectations(world: World) -> dict[type[models.Model], tuple[list[Any], list[Shown]]]:
    """Which rows are broken, and what the pages show then."""
    bad, good = world.bad, world.good
    referral = reverse("handoff:referral", args=[bad.accepted.pk])
    inbox = reverse("handoff:partner_referral", args=[bad.accepted.pk])
    asked = reverse("handoff:referral", args=[bad.referral.pk])
    thread = reverse("texting:part_messages", args=[bad.nobodys.pk])
    desk, shift = reverse("hotline:desk"), reverse("reporting:shift")
    contact = reverse("hotline:desk_contact", args=[bad.contact.pk])
    action, request = add(world, bad, "call the school"), received(world.people)
    question = ask(world, bad, "who else knows?")
    ask(world, bad, "a second question")
    note, copy = write(world, bad, "ours")
    liaison = world.people.liaison
    asked_for = case_assessments.asked(liaison, bad.case, liaison, world.people.body)
    assessment = case_assessments.delivered(asked_for, liaison)
    advice = consulted(
        world.people.handler, bad.case, world.people.centre, world.people.colleague, world.people.centre
    ).pk
    of_review = reviews.planned_review(world.people.handler, bad.case, reviews.of_centre(world.people)).pk
    team, in_case = (reverse(f"teams:{name}", args=[bad.case.pk]) for name in ("team", "of_case"))
    wish = reverse("retention:request", args=[request.pk])
    return {
        Action: (
            [action],
            [
                Shown("handler", of_the_case(world, "case", bad), "a second action"),
                Shown("handler", reverse("cases:action", args=[action]), bad.case.reference, False),
                Shown("handler", reverse("worklist:today"), bad.case.reference, False),
            ],
        ),
        CaseQuestion: (
            [question],
            [
                Shown("handler", of_the_case(world, "case", bad), "a second question"),
                Shown("handler", reverse("cases:question", args=[question]), bad.case.reference, False),
            ],
        ),
        Member: (
            [bad.member.pk],
            [
                Shown("liaison", reverse("teams:member", args=[bad.member.pk]), bad.case.reference, False),
                Shown("liaison", reverse("teams:list"), good.case.reference, False),
                Shown("handler", in_case, world.people.body.name, False),
            ],
        ),
        Waiver: (
            [waive(world, bad)],
            [Shown("coordinator", reverse("triage:panel", args=[bad.nobodys.pk]), "No triage needed", False)],
        ),
        **of_plans(world, bad),
        Review: (
            [of_review],
            [Shown("handler", reverse("reviews:review", args=[of_review]), bad.case.reference, False)],
        ),
        **of_closings(world, bad),
        CaseAssessment: (
            [assessment.pk],
            [Shown("handler", reverse("assessments:assessment", args=[assessment.pk]), bad.case.reference, False)],
        ),
        AssessmentContent: (
            [case_assessments.content(assessment, world.people.liaison).pk],
            [Shown("liaison", reverse("assessments:assessment", args=[assessment.pk]), bad.case.reference, False)],
        ),
        Consultation: (
            [advice],
            [Shown("handler", reverse("consultations:consultation", args=[advice]), bad.case.reference, False)],
        ),
        **of_prison_releases(world, bad),
        OwnNote: ([note], [Shown("liaison", team, "a second own note")]),
        SharedNote: (
            [copy],
            [Shown("liaison", team, "a second own note"), Shown("handler", in_case, "a second own note")],
        ),
        Request: (
            [request.pk],
            [
                Shown("dpo", reverse("retention:requests"), "a second person"),
                Shown("dpo", wish, str(request.pk)),
            ],
        ),
        AccessRequest: (
            own(world, AccessRequest, requested_by_id=world.people.handler.pk)[:1],
            [
                Shown("coordinator", reverse("hotline:part_access"), "reason"),
                Shown("coordinator", desk, "reason"),
            ],
        ),
        Contact: (
            [bad.contact.pk, bad.nobodys.pk, bad.draft.contact_id],
            [
                Shown("handler", desk, good.contact.reference, False),
                Shown("handler", reverse("hotline:contacts"), good.contact.reference, False),
                Shown("handler", contact, str(bad.contact.pk)),
                Shown("handler", reverse("hotline:contact", args=[bad.nobodys.pk]), str(bad.nobodys.pk)),
                Shown("coordinator", f"{reverse('hotline:search')}?q={good.canary}", "Search", False),
                Shown("handler", reverse("hotline:earlier", args=[good.contact.pk]), "", False),
            ],
        ),
        Callback: (
            [bad.callback.pk],
            [
                Shown("handler", reverse("hotline:callbacks"), str(good.callback.pk), False),
                Shown("handler", reverse("hotline:part_callbacks"), str(good.callback.pk), False),
                Shown("coordinator", desk, str(good.callback.pk), False),
            ],
        ),
        apps.get_model("cases", "Note"): (
            own(world, apps.get_model("cases", "Note"), case_id=bad.case.pk),
            [
                Shown("handler", of_the_case(world, "notes", bad), "a second note"),
                Shown("handler", of_the_case(world, "case", bad), "a second note"),
            ],
        ),
        Summary: (
            own(world, Summary, referral_id=bad.accepted.pk),
            [
                Shown("handler", referral, "Agreed fields"),
                Shown("worker", inbox, "Agreed fields"),
                Shown("worker", reverse("handoff:inbox"), good.accepted.reference, False),
                Shown("handler", reverse("handoff:board"), good.accepted.reference, False),
                Shown("handler", reverse("handoff:case_referrals", args=[bad.case.pk]), bad.referral.reference, False),
            ],
        ),
        Disclosure: (
            own(world, Disclosure, referral_id=bad.accepted.pk),
            [
                Shown("handler", referral, f"Summary of family {bad.number}."),
                Shown("worker", inbox, f"Summary of family {bad.number}."),
            ],
        ),
        CaseConflict: (
            own(world, CaseConflict, case_id=bad.case.pk),
            [Shown("handler", f"{reverse('handoff:partners', args=[bad.case.pk])}?service=relatives", "Take back")],
        ),
        Message: (
            own(world, Message, referral_id=bad.referral.pk),
            [
                Shown("handler", asked, "a second question"),
                Shown("worker", reverse("handoff:partner_referral", args=[bad.referral.pk]), "a second question"),
            ],
        ),
        TextMessage: (own(world, TextMessage, contact_id=bad.nobodys.pk), [Shown("handler", thread, "a second text")]),
        apps.get_model("triage", "Assessment"): (
            [bad.waiting.pk, bad.draft.pk],
            [
                Shown("coordinator", reverse("triage:confirmations"), str(good.waiting.pk), False),
                Shown("coordinator", reverse("triage:confirmation", args=[bad.waiting.pk]), str(bad.waiting.pk)),
                Shown(
                    "coordinator",
                    reverse("triage:confirmation", args=[good.waiting.pk]),
                    f"{good.canary} reason",
                    False,
                ),
                Shown("handler", reverse("triage:panel", args=[bad.draft.contact_id]), str(bad.draft.pk)),
                Shown("coordinator", of_the_case(world, "case", bad), bad.case.reference, False),
            ],
        ),
        Call: (
            [bad.call.pk, bad.voicemail.pk, bad.talk.pk],
            [
                Shown("handler", desk, good.contact.reference),
                Shown("handler", reverse("cases:list"), good.case.reference),
                Shown("handler", reverse("switchboard:part_bar"), "call-state"),
                Shown("coordinator", shift, "Main line", False),
                Shown("coordinator", reverse("switchboard:part_queue"), "Main line", False),
            ],
        ),
        Agent: (
            own(world, Agent, user_id=world.people.handler.pk),
            [
                Shown("coordinator", shift, world.people.colleague.name, False),
                Shown("handler", reverse("switchboard:agent"), "Your telephone", False),
                Shown("handler", desk, good.contact.reference, False),
            ],
        ),
        Leg: (
            own(world, Leg, call_id=bad.talk.pk),
            [Shown("handler", reverse("switchboard:part_bar"), "call-state", False)],
        ),
        WebhookEvent: (
            own(world, WebhookEvent, kind="voice"),
            [Shown("coordinator", shift, "Main line", False)],
        ),
        Voicemail: (
            own(world, Voicemail, call_id=bad.voicemail.pk),
            [
                Shown("handler", reverse("hotline:callbacks"), str(good.callback.pk), False),
            ],
        ),
    }


def second_ones(world: World) -> None:
    """A sound row beside each of the broken ones, in the same dossier. Made after the others are broken."""
    people, bad = world.people, world.bad
    add(world, bad, "a second action")
    received(people, name="a second person")
    write(world, bad, "a second own note")
    note(people, bad.case, "a second note")
    sent = {"MessageSid": "SMsecond", "From": f"+49341111{bad.number:04d}", "To": LINE, "Body": "a second text"}
    tell("/telephone/message/", {**sent, "NumMedia": "0"})
    with acting_as(people.worker, purpose="test"):
        referral = Referral.objects.get(pk=bad.referral.pk)
        message = Message(referral=referral, data_key_id=referral.data_key_id, written_by=people.worker)
        message.text, message.kind = "a second question", "question"
        message.save(force_insert=True)


@contextmanager
def restored(world: World, model: type[models.Model]) -> Iterator[None]:
    """The rows come back as they were."""
    table, key = model._meta.db_table, model._meta.pk.column
    columns = SEALED[table]
    world.database.sql(f"create table saved as select {key}, {', '.join(columns)} from {table}")
    try:
        yield
    finally:
        back = ", ".join(f"{name} = saved.{name}" for name in columns)
        world.database.sql(
            "set session_replication_role = replica;"
            f" update {table} set {back} from saved where saved.{key} = {table}.{key}; drop table saved"
        )


def test_one_broken_row_of_each_table_leaves_the_others_in_every_list(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    broken = expectations(world)
    assert {model._meta.db_table for model in broken} == set(SEALED), "every sealed table has its pages"
    second_ones(world)
    wrong: list[tuple[object, ...]] = []
    for model, (keys, pages) in broken.items():
        caplog.clear()
        with restored(world, model), caplog.at_level(logging.ERROR):
            spoil(world, model, *keys)
            for shown in pages:
                status, text = world.page(shown.who, shown.address)
                said = SAID in text
                if (status, shown.sound in text, said) != (200, True, shown.is_said):
                    wrong.append((model.__name__, shown, status, shown.sound in text, said))
        is_logged = SAID in caplog.text or not any(shown.is_said for shown in pages)
        if not is_logged or world.bad.canary in caplog.text:
            wrong.append((model.__name__, "log", caplog.text))
    assert wrong == []


# --- all pages, all at once, each kind of damage ---------------------------------------------------------------------


DAMAGE = {
    "a key that was erased": "update privacy_datakey set wrapped = null, erased_at = now() where id in ({keys})",
    "a master key that is gone": "update privacy_datakey set master_key = 'gone' where id in ({keys})",
}
KEYED = ("hotline_contact", "switchboard_call", "hotline_callback", "handoff_referral")


def addresses(dossier: Dossier) -> list[str]:
    """Every page that a browser asks for, about this dossier where it is about one."""
    keys = {
        "contact_id": [dossier.contact.pk, dossier.nobodys.pk, dossier.draft.contact_id],
        "case_id": [dossier.case.pk], "referral_id": [dossier.referral.pk, dossier.accepted.pk],
        "callback_id": [dossier.callback.pk, dossier.voicemail.pk], "call_id": [dossier.call.pk, dossier.talk.pk],
        "assessment_id": [dossier.waiting.pk], "pk": [dossier.case.pk],
    }  # fmt: skip
    found = []
    for route in routes():
        names = re.findall(r"<(\w+):(\w+)>", route)
        if any(kind != "uuid" or name not in keys for kind, name in names) or route.startswith(SKIPPED):
            continue
        for values in itertools.product(*(keys[name] for _kind, name in names)):
            chosen = iter(values)
            found.append("/" + re.sub(r"<\w+:\w+>", lambda _match, chosen=chosen: str(next(chosen)), route))
    return found


SKIPPED = (
    "healthz",
    "readyz",
    "ui/",
    "telephone/voice",
    "telephone/status",
    "telephone/call/",
    "telephone/leg/",
    "telephone/message",
)


@pytest.mark.parametrize(("who", "damage"), zip(["handler", "worker"], DAMAGE, strict=True))
def test_no_page_ends_when_a_whole_dossier_does_not_open(world: World, who: str, damage: str) -> None:
    bad = world.bad
    mine = [
        bad.contact.pk,
        bad.nobodys.pk,
        bad.draft.contact_id,
        bad.waiting.contact_id,
        bad.case.assessment.contact_id,
    ]
    mine += [bad.call.pk, bad.talk.pk, bad.voicemail.pk, bad.callback.pk, bad.accepted.pk]
    rows = ", ".join(f"'{key}'" for key in mine)
    named = " union ".join(f"select data_key_id from {table} where id in ({rows})" for table in KEYED)
    keys = world.database.sql(named).split()
    agent = world.database.sql(f"select data_key_id from switchboard_agent where user_id = {world.people.handler.pk}")
    ids = ", ".join(f"'{key}'" for key in [*keys, agent.strip()])
    world.database.sql(f"set session_replication_role = replica; {DAMAGE[damage].format(keys=ids)}")
    opened_keys.clear()
    client = browser(getattr(world.people, who))
    client.raise_request_exception = False
    assert [address for address in addresses(bad) if client.get(address).status_code >= 500] == []


# --- what runs by itself ---------------------------------------------------------------------------------------------


def test_a_message_that_does_not_open_is_not_sent_and_holds_nobody_up(
    world: World, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    for dossier in (world.bad, world.good):
        contact = as_user(world.people.handler, Contact.objects.get, pk=dossier.nobodys.pk)
        sent = {"message_id": new_id(), "text": f"{dossier.canary} answer"}
        as_user(world.people.handler, reply, by=world.people.handler, contact=contact, **sent)
    out = {}
    for dossier in (world.bad, world.good):
        own_rows = own(world, TextMessage, contact_id=dossier.nobodys.pk)
        out[dossier.number] = by_telephone(
            lambda rows=own_rows: TextMessage.objects.get(pk__in=rows, state="queued").pk
        )
    spoil(world, TextMessage, out[world.bad.number])
    send_messages()
    texts = [form.get("Body", "") for path, form in provider.asked if "Messages" in path]
    assert texts == [f"{world.good.canary} answer"]
    states = by_telephone(lambda: dict(TextMessage.objects.filter(pk__in=out.values()).values_list("pk", "state")))
    assert states[out[world.bad.number]] == "failed"
    assert f"texting.textmessage {out[world.bad.number]}" in caplog.text
    assert world.bad.canary not in caplog.text


def test_deadline_runs_without_a_readable_summary_and_so_do_others(world: World) -> None:
    bad, good = (referrals.offered(world.people) for _each in range(2))
    spoil(world, Summary, *own(world, Summary, referral_id=bad.pk))
    world.database.sql(
        "set session_replication_role = replica;"
        " update worklist_workitem set next_at = now() - interval '1 minute', steps_done = 2"
        f" where subject in ('{bad.pk}', '{good.pk}')"
    )
    run_steps()
    with acting_as(world.people.handler, purpose="test"):
        states = dict(Referral.objects.filter(pk__in=[bad.pk, good.pk]).values_list("pk", "state"))
        prepared = set(Referral.objects.filter(follows__in=[bad.pk, good.pk]).values_list("follows", flat=True))
    assert (states, prepared) == ({bad.pk: "expired", good.pk: "expired"}, {good.pk})


def test_undecryptable_agent_does_not_prevent_offers_to_others(world: World) -> None:
    fifth = make_user((world.people.centre, Role.HANDLER))
    agents = [go_on_duty(user, phone="+4934188800") for user in (fifth, world.people.coordinator)]
    spoil(world, Agent, agents[0].pk)
    queued = waiting("+493419990001")
    run_queue()
    with acting_as(world.people.coordinator, purpose="test"):
        offers = list(Offer.objects.filter(state="open").values_list("agent", flat=True))
    assert queued.call.state == "waiting"
    assert agents[1].pk in offers


def test_a_caller_whose_call_does_not_open_is_answered(world: World) -> None:
    """Whoever waits at the telephone comes first: the contact lacks the number."""
    people, call = world.people, world.bad.call
    go_on_duty(people.coordinator, phone="+4934188800")
    spoil(world, Call, call.pk)
    accepted: Call = as_user(people.coordinator, accept, by=people.coordinator, call_id=call.pk)
    with acting_as(people.coordinator, purpose="test"):
        assert Call.objects.get(pk=call.pk).state == "connecting"
        assert Contact.objects.get(pk=accepted.contact_id).phone == ""


def test_a_call_that_does_not_open_ends_without_a_callback_and_the_other_with_one(world: World) -> None:
    bad, good = world.bad.call, world.good.call
    spoil(world, Call, bad.pk)
    world.database.sql(
        "set session_replication_role = replica;"
        " update switchboard_call set state = 'leaving', ending_so_far = 'callback'"
        f" where id in ('{bad.pk}', '{good.pk}')"
    )
    for call in (bad, good):
        Phone(sid=str(call.sid)).hang_up()
    ended = Call.objects.filter(pk__in=[bad.pk, good.pk])
    found = by_telephone(lambda: {call.pk: (call.state, call.callback_id is not None) for call in ended})
    assert found == {bad.pk: ("ended", False), good.pk: ("ended", True)}


def test_undecryptable_command_does_not_delay_others(world: World, provider: Provider) -> None:
    leg = own(world, Leg, call_id=world.bad.talk.pk)
    with acting_as(service_user(Service.TELEPHONE), purpose="test"):
        found = [Leg.objects.get(call=one.talk.pk) for one in (world.bad, world.good)]
        Command.objects.all().update(state="done", ended_at=timezone.now())
        for one in found:
            order(by=service_user(Service.TELEPHONE), kind=CommandKind.DIAL, leg=one)
        change(Leg.objects.filter(pk__in=[one.pk for one in found]), state="planned", sid=None)
    spoil(world, Leg, *leg)
    run_commands()
    asked = [form.get("To", "") for _path, form in provider.asked]
    assert found[1].phone in asked
