"""Who sees which row of a case team: permissions.py and the database agree after random histories.

Each example tells a history of invitations, answers, people who are named or leave, actions, notes and copies, with the
real actions; then each person is asked about each row, former members included. A refused step changes nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from architecture.test_python_and_sql_agree import ask
from case_rows import make_case
from django.db import models, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from people import People, make_user, new_id
from teams import REASON, Body, make_body

from casework.cases import permissions as cases
from casework.cases import work_actions
from casework.cases.models import Action, BodyWorker, Case
from casework.teams import actions, note_actions
from casework.teams import permissions as teams
from casework.teams.models import SEEN_AFTER_THE_END, Member, OwnNote, SharedNote, Team
from casework.teams.vocabulary import EndReason, Hat, Purpose, Visibility
from casework.teams.work_actions import NotInTeam, add_action_for
from foundation.accounts.models import Membership, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.stale import Stale

BODIES = 3
#: People of each body, and in an example about this many pairs of a person and a row.
PEOPLE, PAIRS_OF_EXAMPLE = 3, 150
EXAMPLES = -(-int(os.environ.get("PAIRS", "1500")) // PAIRS_OF_EXAMPLE)
COUNTED: Counter[str] = Counter()
REFUSED = (NotAllowed, Stale, NotInTeam, actions.InTeamAlready, actions.HasConflict, actions.NotOfBody, ValueError)


def act(by: User, action: Callable[..., Any], **values: Any) -> None:
    """Past the policies; a refused step leaves nothing."""
    ask("select set_config('app.actor', %s, true)", str(by.pk))
    with transaction.atomic():
        action(by=User.objects.get(pk=by.pk), **values)


@dataclass
class History:
    people: People
    case: Case
    bodies: list[Body]
    staff: list[list[User]]
    """By body: its people."""
    steps: Counter[str] = field(default_factory=Counter)

    def member(self, body: int) -> Member:
        """The body's latest one. Raises NotInTeam."""
        found = Member.objects.filter(organisation=self.bodies[body].organisation).order_by("invited_at").last()
        if found is None:
            raise NotInTeam(None)
        return found

    def invite(self, body: int, who: int, other: int) -> None:
        by = [self.people.handler, self.people.coordinator, self.people.colleague][who]
        asked = {"hats": [Hat.WORKS], "purpose": Purpose.SAFETY, "reason": REASON, "is_settled": other == 0}
        place = self.bodies[body].organisation
        act(by, actions.invite, member_id=new_id(), case_id=self.case.pk, organisation=place, **asked)

    def accept(self, body: int, who: int, other: int) -> None:
        by, deputy = self.staff[body][who], self.staff[body][other]
        self._of_member(actions.accept, body, by, deputy=None if deputy == by else deputy)

    def decline(self, body: int, who: int, other: int) -> None:
        self._of_member(
            actions.decline, body, self.staff[body][who], reason=[EndReason.OTHER, EndReason.CONFLICT][other % 2]
        )

    def withdraw(self, body: int, who: int, other: int) -> None:
        self._of_member(actions.withdraw, body, self.people.coordinator)

    def name(self, body: int, who: int, other: int) -> None:
        by = self.staff[body][(who + other) % PEOPLE]
        deputy = self.staff[body][other] if other != who else None
        self._of_member(actions.name_people, body, by, person=self.staff[body][who], deputy=deputy)

    def leave(self, body: int, who: int, other: int) -> None:
        by = self.staff[body][who] if other else self.people.handler
        self._of_member(actions.leave, body, by, reason=EndReason.OTHER)

    def add(self, body: int, who: int, other: int) -> None:
        due = timezone.now() + timedelta(days=1)
        asked = {"action_id": new_id(), "case_id": self.case.pk, "text": "to do", "strand": "social", "due_at": due}
        place = self.bodies[body].organisation
        act(self.people.handler, add_action_for, organisation=place, **asked)

    def finish(self, body: int, who: int, other: int) -> None:
        action = Action.objects.open().filter(organisation=self.bodies[body].organisation).first()
        if action is None:
            raise NotInTeam(None)
        by = self.staff[body][who]
        done = {"action_id": action.pk, "version": action.version, "result": "done"}
        act(by, work_actions.finish_action, **done)

    def write(self, body: int, who: int, other: int) -> None:
        by = self.staff[body][who]
        asked = {"member_id": self.member(body).pk, "note_id": new_id(), "text": "ours"}
        act(by, note_actions.write_note, **asked)

    def share(self, body: int, who: int, other: int) -> None:
        note = OwnNote.objects.filter(member=self.member(body)).first()
        if note is None:
            raise NotInTeam(None)
        by = self.staff[body][who]
        visibility = Visibility.TEAM if other == 0 else Visibility.MEMBERS
        to = Member.objects.in_team().filter(organisation=self.bodies[(body + other) % BODIES].organisation)
        asked = {"visibility": visibility, "shown_to": list(to), "with_centre": other == 2}
        act(by, note_actions.share_note, note_id=note.pk, shared_id=new_id(), **asked)

    def month(self, body: int, who: int, other: int) -> None:
        """What has ended so far ended long ago."""
        long_ago = timezone.now() - SEEN_AFTER_THE_END - timedelta(days=1)
        ended = Member.objects.ended().filter(organisation=self.bodies[body].organisation)
        ended.update(invited_at=long_ago, ended_at=long_ago)

    def quit(self, body: int, who: int, other: int) -> None:
        """Somebody no longer works at the body."""
        if other == 0:
            role = Membership.objects.active().filter(user=self.staff[body][who])
            role.update(ended_at=timezone.now(), ended_by=self.people.administrator)

    def _of_member(self, action: Callable[..., None], body: int, by: User, **values: Any) -> None:
        member = self.member(body)
        act(by, action, member_id=member.pk, version=member.version, **values)


VERBS = [
    *("invite", "invite", "accept", "accept", "accept", "decline", "withdraw", "name", "name", "leave", "leave"),
    *("add", "add", "finish", "write", "write", "share", "share", "month", "quit"),
]
small = st.integers(0, 2)
steps = st.tuples(st.sampled_from(VERBS), small, small, small)
#: Bodies that are in the team already, so that most examples are about them.
begun = [("invite", body, 0, 0) for body in range(2)] + [("accept", body, 0, 1) for body in range(2)]


def may_see_action(user: User, action: Action) -> bool:
    return cases.may_read_action(user, action)


def sees_team(user: User, team: Team) -> bool:
    own = any(teams.sees_own(user, member) for member in Member.objects.filter(team=team))
    return own or cases.may_read(user, Case.objects.get(pk=team.pk))


def sees_worker(user: User, worker: BodyWorker) -> bool:
    return worker.user_id == user.pk or cases.may_read(user, Case.objects.get(pk=worker.case_id))


RULES: Mapping[type[models.Model], Callable[[User, Any], bool]] = {
    Team: sees_team,
    Member: teams.may_see,
    BodyWorker: sees_worker,
    Action: may_see_action,
    OwnNote: lambda user, note: teams.reads_own_record(user, note.member),
    SharedNote: teams.reads_shared,
}


@pytest.fixture
def history(as_superuser: None, people: People) -> History:
    bodies = [
        make_body(f"Body {number}", role)
        for number, role in enumerate([Role.LIAISON, Role.PARTNER_WORKER, Role.PARTNER_WORKER])
    ]
    leading = [Role.LIAISON, Role.PARTNER_COORDINATOR, Role.PARTNER_COORDINATOR]
    staff = [
        [body.person, body.deputy, make_user((body.organisation, role))]
        for body, role in zip(bodies, leading, strict=True)
    ]
    return History(people, make_case(people.handler), bodies, staff)


@examples(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(told=st.lists(steps, min_size=4, max_size=14))
def test_python_and_sql_agree_after_random_histories(history: History, told: list[tuple[str, int, int, int]]) -> None:
    with transaction.atomic():
        for verb, body, who, other in [*begun, *told]:
            try:
                getattr(history, verb)(body, who, other)
                COUNTED[verb] += 1
            except REFUSED:
                COUNTED["refused"] += 1
        wrong = list(disagreements(history))
        transaction.set_rollback(True)
    assert wrong == []


@pytest.fixture(scope="module", autouse=True)
def _say_how_many() -> Iterator[None]:
    yield
    print(f"\npairs: {COUNTED['pairs']}, shown: {COUNTED['shown']}; {dict(COUNTED)}")


def disagreements(history: History) -> Iterator[str]:
    """Python is asked past the policies, so that what it says does not follow from them."""
    everybody = [*history.people.everybody, *(person for staff in history.staff for person in staff)]
    rows = {model: list(model._default_manager.all()) for model in RULES}
    for user in everybody:
        asked = User.objects.get(pk=user.pk)
        said = {(model, row.pk): may(asked, row) for model, may in RULES.items() for row in rows[model]}
        ask("set local role lotse_web")
        ask("select set_config('app.actor', %s, true)", str(user.pk))
        shown = {(model, key) for model in RULES for key in model._default_manager.values_list("pk", flat=True)}
        ask("reset role")
        for (model, key), may in said.items():
            COUNTED["pairs"] += 1
            COUNTED["shown"] += may
            if may != ((model, key) in shown):
                yield f"{user.name} sees {model.__name__} {key}: Python says {may}, SQL {not may}"


def test_pairs_are_of_former_members_too(history: History) -> None:
    """The histories hold what they are about: a body that left, with its notes and what it had shared."""
    tell = partial(getattr, history)
    with transaction.atomic():
        for verb in ("invite", "accept", "write", "share", "add", "leave"):
            tell(verb)(0, 0, 0 if verb != "leave" else 1)
        assert Member.objects.get().is_ended
        assert (OwnNote.objects.count(), SharedNote.objects.count()) == (1, 1)
        assert Action.objects.get(duty="").organisation_id == history.people.centre.pk
        assert list(disagreements(history)) == []
        transaction.set_rollback(True)
