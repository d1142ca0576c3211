"""Plans of the demo.

Of five bodies: one version in force, the next one proposed and not answered yet. Of the centre alone: a draft, and one
in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from casework.cases.models import Strand
from casework.plans import actions, content_actions
from casework.plans.models import Agreement, Goal, Plan
from casework.plans.states import ASKED
from casework.plans.vocabulary import FactorKind, Outcome
from foundation.accounts.models import User

from .team import WRITERS, CaseOfTeam, Step

TEXTS = {
    "aim": "Er bleibt hier, geht wieder zur Schule und hat Menschen, denen er vertraut. (Demo)",
    "own_aims": "In Ruhe gelassen werden. Einen Ausbildungsplatz, am liebsten als Mechatroniker.",
    "strengths": "Geschickt mit Geräten; hilft der Großmutter jeden Tag.",
    "motivation": "Kam zu drei von vier Gesprächen; fragte am 12. selbst nach einem Praktikum.",
    "agreed_to": "Jeden Dienstag ein Gespräch. Den Pass gibt er der Mutter zur Aufbewahrung.",
}
#: Text, why, measure, baseline, target, days until then, in plain words.
GOALS = [
    (
        *("Er geht wieder regelmäßig zur Schule", "Die leeren Tage verbringt er mit der Gruppe."),
        *("Fehltage in der Woche", "5", "höchstens 1", 60, "Du gehst wieder zur Schule."),
    ),
    (
        *("Er hat einen Ausbildungsplatz in Aussicht", "Er will arbeiten und sieht keinen Weg."),
        *("Zusage eines Betriebs", "keine", "eine", 150, "Wir suchen mit dir einen Ausbildungsplatz."),
    ),
    ("Die Familie spricht wieder miteinander", "Der Vater hat den Kontakt abgebrochen.", "", "", "", 0, ""),
]
FACTORS = [
    (FactorKind.PULL, "Die Gruppe gibt ihm eine Aufgabe und Anerkennung.", ""),
    (
        FactorKind.TRIGGER,
        "Spott über seinen Glauben vor anderen.",
        "Unter vier Augen sprechen, nachfragen.",
    ),
    (FactorKind.PROTECTIVE, "Die Großmutter; der Werklehrer.", ""),
]
#: Body, what it does, strand, number of the goal, days from the beginning until start and end, in plain words.
ACTIONS = [
    ("DE-BY", "Jeden Dienstag Gespräch mit ihm", Strand.SOCIAL, None, 0, 80, "Jeden Dienstag reden wir miteinander."),
    ("body", "Ausreise und Kontakte im Blick behalten", Strand.SECURITY, None, 0, 60, ""),
    ("youth", "Hilfeplan mit der Familie, alle zwei Wochen Hausbesuch", Strand.SOCIAL, 2, 14, 70, ""),
    ("school", "Stundenplan für den Wiedereinstieg", Strand.SOCIAL, 0, 3, 30, "Dein Werklehrer hilft dir."),
    ("centre", "Mit der Mutter telefonieren", Strand.SOCIAL, 2, 7, 40, ""),
]  # fmt: skip
NEXT = (
    "school",
    "Praktikum in der Werkstatt vermitteln",
    Strand.SOCIAL,
    1,
    20,
    50,
    "Ein Praktikum in einer Werkstatt.",
)
CAUSE = "Er hat von sich aus nach einem Praktikum gefragt. (Demo)"


@dataclass(frozen=True)
class PlanOfCase:
    """What happens to the plan, by whom and when."""

    team: CaseOfTeam
    writer: User

    def steps(self) -> Iterator[Step]:
        now = self.team.now
        yield Step(now - timedelta(days=11), self.writer, self._write)
        answers = [self.team.people[WRITERS[key]] for key in ("body", "youth", "school")]
        for number, who in enumerate([*answers, self.team.leads]):
            yield Step(now - timedelta(days=10) + timedelta(hours=6 * number), who, partial(self._agree, who))
        yield Step(now - timedelta(days=2), self.writer, self._note_outcome)
        yield Step(now - timedelta(days=1), self.writer, self._change)

    def steps_of_centre(self, *, is_draft: bool) -> Iterator[Step]:
        """The plan of a case on which the centre works alone, in force at once if it is proposed."""
        yield Step(self.team.now - timedelta(days=2), self.writer, partial(self._write_alone, is_draft=is_draft))

    def _write_alone(self, *, is_draft: bool) -> None:
        plan = self._begin("")
        goals = [self._goal(plan, *goal) for goal in GOALS]
        self._plan(plan, goals, *ACTIONS[-1])
        if not is_draft:
            self._propose(plan)

    def _write(self) -> None:
        plan = self._begin("")
        actions.edit_plan(by=self.writer, plan_id=plan.pk, version=plan.version, **TEXTS)
        goals = [self._goal(plan, *goal) for goal in GOALS]
        for kind, text, approach in FACTORS:
            content_actions.save_factor(
                by=self.writer,
                plan_id=plan.pk,
                factor_id=self.team.player.new_id(),
                version=0,
                kind=kind,
                text=text,
                approach=approach,
            )
        for row in ACTIONS:
            self._plan(plan, goals, *row)
        self._propose(plan)

    def _begin(self, cause: str) -> Plan:
        made: Plan = actions.begin_plan(
            by=self.writer, plan_id=self.team.player.new_id(), case_id=self.team.case.pk, cause=cause
        )
        return made

    def _goal(self, plan: Plan, *row: Any) -> Goal:
        text, why, measure, baseline, target, days, plain = row
        goal_id = self.team.player.new_id()
        content_actions.save_goal(
            by=self.writer,
            plan_id=plan.pk,
            goal_id=goal_id,
            version=0,
            due_on=(self.team.now + timedelta(days=days)).date() if days else None,
            text=text,
            why=why,
            measure=measure,
            baseline=baseline,
            target=target,
            plain=plain,
        )
        return Goal.objects.get(pk=goal_id)

    def _plan(self, plan: Plan, goals: list[Goal], *row: Any) -> None:
        key, text, strand, goal, start, end, plain = row
        begins = self.team.now - timedelta(days=9)
        content_actions.save_planned(
            by=self.writer,
            plan_id=plan.pk,
            planned_id=self.team.player.new_id(),
            version=0,
            organisation=self.team.case.centre if key == "centre" else self.team.organisations[key],
            user=self.team.leads if key == "centre" else None,
            goal=None if goal is None else goals[goal],
            strand=strand,
            starts_on=(begins + timedelta(days=start)).date(),
            due_at=begins + timedelta(days=end),
            text=text,
            plain=plain,
        )

    def _propose(self, plan: Plan) -> None:
        version = Plan.objects.get(pk=plan.pk).version
        actions.propose_plan(by=self.writer, plan_id=plan.pk, version=version)

    def _agree(self, who: User) -> None:
        asked = Agreement.objects.filter(plan__team=self.team.case.pk, state__in=ASKED)
        own = asked.get(organisation__in=[one.organisation_id for one in who.active_memberships])
        actions.agree(by=who, agreement_id=own.pk, version=own.version)

    def _note_outcome(self) -> None:
        goal = Goal.objects.filter(plan__in=Plan.objects.of_case(self.team.case.pk).in_force()).order_by("position")
        actions.note_outcome(
            by=self.writer,
            outcome_id=self.team.player.new_id(),
            goal_id=goal[0].pk,
            outcome=Outcome.PARTLY,
            evidence="In den letzten zwei Wochen fehlte er nur noch an drei Tagen. (Demo)",
        )

    def _change(self) -> None:
        plan = self._begin(CAUSE)
        goals = list(plan.goals.order_by("position", "pk"))
        self._plan(plan, goals, *NEXT)
        self._propose(plan)
