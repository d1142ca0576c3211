from __future__ import annotations

from io import StringIO

from django.core.management import call_command
from django.utils import translation

from handoff.referrals.diagrams import PATH, diagrams, document, drawn
from handoff.referrals.states import TRANSITIONS, ReferralState


def test_the_file_is_what_the_tables_say() -> None:
    with translation.override("en"):
        assert PATH.read_text(encoding="utf-8") == document(), "run ./lotse manage state_diagrams"


def test_each_transition_of_a_referral_is_drawn_with_who_may_take_it() -> None:
    lines = drawn(diagrams()[-1]).splitlines()
    arrows = {line.strip() for line in lines if "-->" in line and "[*]" not in line}
    assert arrows == {f"{source} --> {target} : {who}" for (source, target), who in TRANSITIONS.items()}
    assert "    offered --> expired : deadline" in lines
    assert [line for line in lines if "[*] -->" in line] == [f"    [*] --> {ReferralState.DRAFT}"]


def test_the_command_writes_the_file() -> None:
    before = PATH.read_bytes()
    call_command("state_diagrams", stdout=StringIO())
    assert PATH.read_bytes() == before
