"""Which look a page leaves: declared for each URL that can be read (config/looks.py)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: What a look at a record was. Others are shown as their code.
SENTENCES: dict[str, StrPromise] = {
    "agent.read": gettext_lazy("Telephone settings read"),
    "assessment.read": gettext_lazy("Triage read"),
    "assessment.write": gettext_lazy("Triage changed"),
    "call.read": gettext_lazy("Call read"),
    "callback.read": gettext_lazy("Callback read"),
    "case.read": gettext_lazy("Case read"),
    "case.write": gettext_lazy("Case changed"),
    "case.print": gettext_lazy("Case file printed"),
    "today.read": gettext_lazy("Today"),
    "action.read": gettext_lazy("Action read"),
    "cases.listed": gettext_lazy("Cases of the contact listed"),
    "contact.access": gettext_lazy("Access asked for"),
    "contact.read": gettext_lazy("Contact read"),
    "contact.recognised": gettext_lazy("Earlier contacts shown"),
    "contact.write": gettext_lazy("Contact changed"),
    "dossier.copied": gettext_lazy("Copied for the person who asked for it"),
    "dossier.read": gettext_lazy("Content read for a person's request"),
    "case_assessment.read": gettext_lazy("Professional assessment read"),
    "consultation.read": gettext_lazy("Consultation read"),
    "review.read": gettext_lazy("Review read"),
    "member.read": gettext_lazy("Membership in a case team read"),
    "member.record": gettext_lazy("Own record of a body taken along"),
    "plan.read": gettext_lazy("Plan read"),
    "plan.write": gettext_lazy("Plan changed"),
    "plan.answer": gettext_lazy("Plan answered"),
    "closure.read": gettext_lazy("Closing of a case read"),
    "closure.propose": gettext_lazy("Closing of a case proposed"),
    "closure.answer": gettext_lazy("Closing of a case answered"),
    "reopening.read": gettext_lazy("Proposal to open a case again read"),
    "reopening.answer": gettext_lazy("Proposal to open a case again answered"),
    "exit_report.read": gettext_lazy("Exit report read"),
    "exit_report.write": gettext_lazy("Exit report changed"),
    "prison_releases.listed": gettext_lazy("Releases from prison listed"),
    "prison_release.read": gettext_lazy("Release from prison read"),
    "prison_release.write": gettext_lazy("Release from prison changed"),
    "team.read": gettext_lazy("Case read by the team"),
    "teams.listed": gettext_lazy("Case teams listed"),
    "question.read": gettext_lazy("Question of a case read"),
    "looks.read": gettext_lazy("Who looked at it read"),
    "referral.read": gettext_lazy("Referral read"),
    "release.downloaded": gettext_lazy("Figures downloaded"),
    "release.read": gettext_lazy("Figures read"),
    "request.copied": gettext_lazy("Copy for a person downloaded"),
    "request.read": gettext_lazy("Request of a person read"),
    "voicemail.heard": gettext_lazy("Voicemail heard"),
}
DENIED = ".denied"


@dataclass(frozen=True)
class Leaves:
    """Each answer to a GET leaves this look, about the first UUID of the URL if there is one.

    ``filters``: parameters of the query that say which part of a list was shown; those in use are named in the look.
    ``argument``: the argument of the URL that says which row without a UUID was shown, or in which form.
    """

    what: str
    filters: tuple[str, ...] = ()
    argument: str = ""

    def code(self, arguments: Mapping[str, Any], query: Mapping[str, str]) -> str:
        kinds = [f"{name}={query[name]}" for name in self.filters if query.get(name, "").isalnum()]
        kinds += [str(arguments[self.argument])] if self.argument else []
        return " ".join([self.what, *kinds])[:60]


@dataclass(frozen=True)
class LeftByView:
    """The view records these looks itself, because only it knows what it shows. Always at least one of them."""

    what: tuple[str, ...]


@dataclass(frozen=True)
class LeavesNone:
    """Nothing is recorded, for this reason."""

    why: str


Declared = Leaves | LeftByView | LeavesNone


def first_uuid(arguments: Mapping[str, Any]) -> uuid.UUID | None:
    return next((value for value in arguments.values() if isinstance(value, uuid.UUID)), None)


def sentence_of(what: str) -> str:
    """A look's code in words; a refusal says what was refused."""
    code, _space, detail = what.removesuffix(DENIED).partition(" ")
    said = f"{SENTENCES.get(code, code)} {detail}".strip()
    return _("Refused: %(what)s") % {"what": said} if what.endswith(DENIED) else said
