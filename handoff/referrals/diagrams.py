"""docs/states.md: the diagrams of all states, made from the tables that the code itself obeys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.db.models import TextChoices

from casework.cases.states import TRANSITIONS as CASE
from casework.cases.states import CaseState
from hotline.contacts.states import CALLBACK_TRANSITIONS, CONTACT_TRANSITIONS, CallbackState, ContactState
from hotline.switchboard.states import AGENT_TRANSITIONS as AGENT
from hotline.switchboard.states import CALL_TRANSITIONS as CALL
from hotline.switchboard.states import LEG_TRANSITIONS as LEG
from hotline.switchboard.states import AgentState, CallState, LegState
from triage.states import TRANSITIONS as ASSESSMENT
from triage.states import AssessmentState

from .states import TRANSITIONS as REFERRAL
from .states import ReferralState

PATH = settings.BASE_DIR / "docs" / "states.md"
HEAD = """# States

Made by `./lotse manage state_diagrams` from the transition tables in `states.py` of each app; a test fails when this
file is out of date. What is not drawn here is refused by the actions.
"""
Arrow = tuple[str, str, str]
State = TypeVar("State", bound=TextChoices)


@dataclass(frozen=True)
class Diagram:
    """The first of ``states`` is where everything begins; a state without a way out is an end."""

    title: str
    remark: str
    states: type[TextChoices]
    arrows: list[Arrow]


def plain(table: Mapping[State, Iterable[State]]) -> list[Arrow]:
    """Arrows of a table that says what follows what, in its states' order; with the permission it names, if any."""
    order = [state.value for state in table]
    steps = [(source, target, targets) for source, targets in table.items() for target in targets]
    found = [(source.value, target.value, _needs(targets, target)) for source, target, targets in steps]
    return sorted(found, key=lambda arrow: (order.index(arrow[0]), order.index(arrow[1])))


def _needs(targets: Iterable[State], target: State) -> str:
    return str(targets[target]) if isinstance(targets, Mapping) else ""


def diagrams() -> list[Diagram]:
    referral = [(source.value, target.value, who.value) for (source, target), who in REFERRAL.items()]
    remark = "Each arrow names who may take it: the centre, the partner, or the clock."
    return [
        Diagram(
            "Contact",
            "A completed contact can be corrected; it stays completed.",
            ContactState,
            plain(CONTACT_TRANSITIONS),
        ),
        Diagram(
            "Callback", "A call back that somebody took can be put back.", CallbackState, plain(CALLBACK_TRANSITIONS)
        ),
        Diagram(
            "Assessment",
            "Never edited once completed: superseded by a new one. A draft begun by mistake is discarded: it stays,"
            " unchanged, for the audit as long as its contact does, counts nowhere, and what it was to supersede"
            " stays in force. A draft that a coordinator sent back is not discarded; one with a duty of security or"
            " child protection only by a coordinator, with a reason.",
            AssessmentState,
            plain(ASSESSMENT),
        ),
        Diagram(
            "Case",
            "A case can be reopened at any time. With open duties of security or child protection only a coordinator"
            " closes it, with a reason.",
            CaseState,
            plain(CASE),
        ),
        Diagram(
            "Call", "From the first ring to the end; a claim that comes to nothing goes back.", CallState, plain(CALL)
        ),
        Diagram("Leg", "A handler's or partner's telephone in a call. An ended one stays ended.", LegState, plain(LEG)),
        Diagram("Agent", "What a handler does now, as the queue sees it.", AgentState, plain(AGENT)),
        Diagram("Referral", remark, ReferralState, referral),
    ]


def drawn(diagram: Diagram) -> str:
    """The diagram as a Mermaid block."""
    states = [state.value for state in diagram.states]
    lines = [f"    {state} : {diagram.states(state).label}" for state in states]
    lines.append(f"    [*] --> {states[0]}")
    lines += [
        f"    {source} --> {target}" + (f" : {label}" if label else "") for source, target, label in diagram.arrows
    ]
    left = {source for source, _target, _label in diagram.arrows}
    lines += [f"    {state} --> [*]" for state in states if state not in left]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def document() -> str:
    """The whole file, in English."""
    parts = [f"## {diagram.title}\n\n{diagram.remark}\n\n{drawn(diagram)}\n" for diagram in diagrams()]
    return "\n".join([HEAD, *parts])
