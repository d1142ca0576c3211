"""Generates the fictional year with the real actions, each at its own time.

The clock of the process is moved for it (time-machine), so that every rule, event and deadline is the real one.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import time_machine

from casework.cases.actions import add_note, open_case
from casework.cases.models import Action, Case, Responsibility
from casework.cases.open_duties import open_duties
from casework.cases.opening import opens_case
from casework.cases.vocabulary import CloseReason, DropReason
from casework.cases.work_actions import drop_action, finish_action
from foundation.accounts.models import Organisation, User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.worklist.actions import run_step
from foundation.worklist.models import WorkItem
from handoff.referrals import partner_actions as partner
from handoff.referrals.centre_actions import (
    close_case,
    draft_referral,
    keep_centrally,
    offer_referral,
    withdraw_referral,
)
from handoff.referrals.consent import consent_of, objection
from handoff.referrals.models import Referral
from handoff.referrals.ranking import rank_for_case
from handoff.referrals.states import ReferralState
from handoff.referrals.vocabulary import DeclineReason, Disclosable, Feedback, LegalBasis, Outcome
from hotline.contacts.actions import open_contact
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact
from hotline.contacts.vocabulary import Kind
from regions.lookup import region_for
from triage import actions as triage
from triage.models import Assessment
from triage.vocabulary import Duty

from .invented_names import DONE, DROPPED, SUMMARY
from .ratings import AFTER, RATINGS, rate
from .stories import Story

#: Duties of the demo that would have been done this short a time ago are left to do.
DUTIES_STAY_OPEN = timedelta(days=12)
#: More often than others because it is there twice.
DROPS = ("not_needed", "not_needed", "elsewhere", "refused", "refused", "not_possible", "mistaken")
FIELDS = [Disclosable.ALIAS, Disclosable.PHONE, Disclosable.NOTES]


@contextmanager
def moment(user: User, at: datetime) -> Iterator[None]:
    """``user`` acts at ``at``."""
    with time_machine.travel(at, tick=True), acting_as(user, purpose="demo"):
        yield


def answered(handler: User, contact: Contact, story: Story) -> Assessment:
    """The contact's draft assessment with the story's answers; what the contact told already stays."""
    draft = triage.start(by=handler, contact_id=contact.pk)
    asked = draft.checklist.questions.keys() - draft.answers.keys()
    answers = {question: answer for question, answer in story.answers.items() if question in asked}
    return triage.answer_several(by=handler, assessment_id=draft.pk, answers=answers, version=draft.version)


class Player:
    """Performs stories as a centre's handlers and the partners' people."""

    def __init__(
        self, rng: random.Random, handlers: list[User], coordinator: User, workers: dict[int, User], until: datetime
    ) -> None:
        self.rng = rng
        #: Of duties; apart from the others, so that the rest of the demo stays as it is.
        self.fate = random.Random(4)
        self.handlers = handlers
        self.coordinator = coordinator
        self.workers = workers
        self.until = until
        self.clock = service_user(Service.DEADLINES)

    def new_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def log(self, story: Story) -> Contact:
        """Log and complete the contact."""
        handler = self.handlers[story.handler]
        with moment(handler, story.at):
            details = {**story.details, "kind": story.kind}
            if regions := region_for(details.get("country", "DE"), details.get("postal_code", "")):
                details["region_id"] = regions[0].pk
            contact = open_contact(
                by=handler,
                contact_id=self.new_id(),
                channel=details.pop("channel"),
                details=details,
                started_at=story.at,
            )
        with moment(handler, story.at + timedelta(minutes=self.rng.randint(6, 45))):
            return complete_contact(by=handler, contact_id=contact.pk, kind=Kind(story.kind))

    def assess(self, story: Story, contact: Contact) -> Assessment:
        handler = self.handlers[story.handler]
        with moment(handler, story.at + timedelta(minutes=46)):
            assessment = answered(handler, contact, story)
            return triage.complete(by=handler, assessment_id=assessment.pk, version=assessment.version)

    def tell(self, story: Story) -> Case | None:
        """Perform a whole story; returns its case, if any."""
        contact = self.log(story)
        if not story.plot:
            return None
        assessment = self.assess(story, contact)
        if not opens_case(assessment):
            self._do_duties(story, contact)
            return None
        handler = self.handlers[story.handler]
        with moment(handler, story.at + timedelta(minutes=50)):
            case = open_case(by=handler, assessment=assessment)
            if self.rng.random() < 0.4:
                add_note(by=handler, note_id=self.new_id(), case_id=case.pk, text=story.details["notes"])
        if story.ending:
            self.refer(story, case, contact)
        self._do_duties(story, contact)
        self._close(story, case)
        return case

    def refer(self, story: Story, case: Case, contact: Contact) -> Referral | None:
        referral = self.offer(story, case, contact, story.at + timedelta(minutes=60))
        if referral and story.ending != "offered":
            getattr(self, f"_{story.ending}")(story, referral)
        return referral

    def offer(self, story: Story, case: Case, contact: Contact, at: datetime) -> Referral | None:
        handler = self.handlers[story.handler]
        with moment(handler, at):
            ranking = rank_for_case(case, contact, "relatives")
            if not ranking.ranked:
                return None
            organisation = Organisation.objects.get(pk=ranking.ranked[0].candidate.id)
            referral = draft_referral(
                by=handler, referral_id=self.new_id(), case_id=case.pk, organisation=organisation, service="relatives"
            )
            text = SUMMARY[story.details["language"]]
            consent = consent_of(case.pk)
            fields = [name for name in FIELDS if not objection(consent, {name})]
            return offer_referral(
                by=handler, referral_id=referral.pk, text=text, fields=fields, legal_basis=LegalBasis.CONSENT
            )

    def _later(self, story: Story, **distance: Any) -> datetime:
        """Never later than the demo's present."""
        return min(story.at + timedelta(**distance), self.until)

    def _do_duties(self, story: Story, contact: Contact) -> None:
        """They are done in the order in which they are due; those of the last days are still open."""
        handler = self.handlers[story.handler]
        with acting_as(handler, purpose="demo"):
            due = list(Action.objects.open().filter(contact=contact).order_by("due_at", "pk"))
        for number, action in enumerate(due):
            at = story.at + timedelta(hours=self.fate.choice((2, 2, 6, 22)) + 20 * number)
            who = self.coordinator if action.role else handler
            if at + DUTIES_STAY_OPEN < self.until:
                self._end_duty(who, action, at, story.details["language"])

    def _end_duty(self, who: User, action: Action, at: datetime, language: str) -> None:
        """One in six is done late; one in five of those that one person may drop is dropped."""
        if self.fate.random() < 1 / 6:
            at = action.due_at + timedelta(hours=self.fate.randint(1, 60))
        else:
            at = min(at, action.due_at)
        known: dict[str, Any] = {"by": who, "action_id": action.pk, "version": action.version}
        with moment(who, min(at, self.until)):
            if not action.is_protected and self.fate.random() < 1 / 5:
                drop_action(**known, reason=DropReason(self.fate.choice(DROPS)), result=DROPPED[language])
            else:
                finish_action(**known, result=DONE[language], met_person=action.duty == Duty.HEAR_OTHER_SIDE)

    def _close(self, story: Story, case: Case) -> None:
        """Work that the centre has done comes to an end after some months; what a partner has in hand stays open."""
        handler = self.handlers[story.handler]
        at = story.at + timedelta(days=self.rng.randint(60, 150))
        with acting_as(handler, purpose="demo"):
            ours = Responsibility.objects.current().filter(case=case, organisation=case.centre_id).first()
            if ours is None or open_duties(case):
                return
        at = max(at, ours.since + timedelta(days=1))  # not before a partner has ended its work
        self._rate(handler, story, case, min(at, self.until))
        if at < self.until:
            with moment(handler, at):
                close_case(by=handler, case_id=case.pk, reason=list(CloseReason)[case.number % len(CloseReason)])

    def _rate(self, handler: User, story: Story, case: Case, until: datetime) -> None:
        """In every third case the risk is assessed, and again after some months."""
        if case.number % 3 == 0:
            for days, overall in zip(AFTER, self.fate.choice(RATINGS), strict=True):
                at = story.at + timedelta(days=days)
                if at < until:
                    with moment(handler, at):
                        rate(handler, case, uuid.UUID(int=self.fate.getrandbits(128), version=4), overall)

    def _accepted(self, story: Story, referral: Referral) -> User:
        worker = self.workers[referral.organisation_id]
        with moment(worker, self._later(story, hours=self.rng.choice([3, 20, 20, 20, 26, 44, 44]))):
            partner.accept_referral(by=worker, referral_id=referral.pk)
        return worker

    def _in_progress(self, story: Story, referral: Referral) -> User:
        worker = self._accepted(story, referral)
        with moment(worker, self._later(story, days=5)):
            partner.give_feedback(
                by=worker, message_id=self.new_id(), referral_id=referral.pk, feedback=Feedback.FIRST_CONTACT
            )
        return worker

    def _completed(self, story: Story, referral: Referral) -> None:
        worker = self._in_progress(story, referral)
        with moment(worker, self._later(story, days=self.rng.randint(40, 120))):
            outcome = self.rng.choice([Outcome.STABILISED, Outcome.STABILISED, Outcome.DISTANCED, Outcome.BROKEN_OFF])
            partner.complete_referral(by=worker, referral_id=referral.pk, outcome=outcome)

    def _returned(self, story: Story, referral: Referral) -> None:
        worker = self._in_progress(story, referral)
        with moment(worker, self._later(story, days=20)):
            partner.return_referral(by=worker, referral_id=referral.pk, text="Der Kontakt ist abgerissen. (Demo)")
        self._keep(story, referral, days=21)

    def _declined(self, story: Story, referral: Referral) -> None:
        worker = self.workers[referral.organisation_id]
        reason = self.rng.choice([DeclineReason.NO_CAPACITY, DeclineReason.LANGUAGE, DeclineReason.NOT_OUR_FIELD])
        with moment(worker, self._later(story, hours=5)):
            partner.decline_referral(by=worker, referral_id=referral.pk, reason=reason)
        self._keep(story, referral, days=1)

    def _keep(self, story: Story, referral: Referral, *, days: int) -> None:
        """Where that was long ago, the centre has decided to go on itself; of the last weeks, some still wait."""
        if story.at < self.until - timedelta(days=30):
            handler = self.handlers[story.handler]
            with moment(handler, self._later(story, days=days)):
                keep_centrally(by=handler, referral_id=referral.pk)

    def _withdrawn(self, story: Story, referral: Referral) -> None:
        handler = self.handlers[story.handler]
        with moment(handler, self._later(story, hours=4)):
            withdraw_referral(by=handler, referral_id=referral.pk)

    def _question(self, story: Story, referral: Referral) -> None:
        worker = self.workers[referral.organisation_id]
        text = "Gibt es eine gemeinsame Sprache für ein Erstgespräch? (Demo)"
        with moment(worker, self._later(story, hours=3)):
            partner.ask_question(by=worker, message_id=self.new_id(), referral_id=referral.pk, text=text)

    def _expired(self, story: Story, referral: Referral) -> None:
        """Where that was long ago, the centre then took the case itself."""
        self.pass_time(self._later(story, days=10))
        handler = self.handlers[story.handler]
        if story.at < self.until - timedelta(days=30):
            with moment(handler, self._later(story, days=11)):
                for prepared in Referral.objects.filter(case=referral.case_id, state=ReferralState.DRAFT):
                    withdraw_referral(by=handler, referral_id=prepared.pk)
                if Referral.objects.filter(pk=referral.pk, state=ReferralState.EXPIRED).exists():
                    keep_centrally(by=handler, referral_id=referral.pk)

    def pass_time(self, until: datetime) -> None:
        """Let the deadlines run that are due by ``until``, each at its own moment."""
        with moment(self.clock, until):
            waiting = WorkItem.objects.with_next_step(until).filter(kind="referral")
            due = list(waiting.values_list("pk", flat=True))
        for item_id in due:
            is_due = True
            while is_due:
                with moment(self.clock, until):
                    is_due = run_step(by=self.clock, item_id=item_id, now=until)
