"""The sections of a printed case file that this app knows. A row that cannot be decrypted is said, not left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.privacy.unshown import read_or
from foundation.ui.printed import Entry, PrintedText, Section, joined, moment
from foundation.ui.templatetags.rows import unshown_words
from hotline.contacts.contact_sheet import caller_of, person_of, place_facts_of, topics_of
from hotline.contacts.models import Contact
from triage import panel
from triage.models import Assessment

from .case_file import CaseFile, ShownAction, ShownQuestion, notes_of
from .models import Action, Note
from .questions import grading_in_words
from .reasons import Reason
from .states import QuestionState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: A file with more events is read on the screen; the paper has the newest.
MOST_EVENTS = 2000
Row = TypeVar("Row", bound=Model)


def entries_of(rows: Iterable[Row], entry: Callable[[Row], Entry]) -> list[Entry]:
    """An entry for each row, or the words that it cannot be shown."""
    return [read_or(row, partial(entry, row), Entry(unshown_words(row))) for row in rows]


def facts_of(file: CaseFile) -> list[tuple[StrOrPromise, StrOrPromise]]:
    """Where the case stands."""
    case, now = file.case, file.responsible
    return [
        (_("State"), case.get_state_display()),
        (_("Disposition"), case.get_disposition_display()),
        (_("Urgency"), case.get_urgency_display()),
        (_("Responsible"), joined(file.partner, now.user.name if now.user else "") or _("nobody")),
        (_("Responsible since"), moment(now.since)),
        (_("Contact person for the caller"), case.contact_person.name),
        (_("Region"), str(case.region or "")),
        (_("Opened"), moment(case.opened_at)),
        (_("Closed"), moment(case.closed_at) if case.closed_at else ""),
        (_("Why the work is over"), case.get_close_reason_display()),
    ]


def work_of(file: CaseFile) -> Section:
    """Actions, as they are due, and duties that hold as long as the case."""
    because = {shown.action.pk: shown for shown in file.shown_actions}
    entries = entries_of(file.actions, lambda action: _action(because[action.pk]))
    holds = _("holds as long as the case")
    entries += [Entry(duty.what, holds, texts=[_guidance(duty)]) for duty in file.standing_duties]
    return Section(_("What must be done"), entries, _("Nothing has to be done."))


def _action(shown: ShownAction) -> Entry:
    action = shown.action
    if action.is_open:
        urgent = _("urgent") if action.is_urgent else ""
        meta = joined(
            action.get_state_display(), whose(action), _("due %(moment)s") % {"moment": moment(action.due_at)}, urgent
        )
    else:
        name = action.ended_by.name if action.ended_by else ""
        meta = joined(action.get_state_display(), name, moment(action.ended_at))
    result = PrintedText(_("What was done, or why not"), action.result)
    return Entry(action.what, meta, texts=[_guidance(shown.because), result])


def whose(action: Action) -> str:
    """Who does it, with the body if it is another than the centre."""
    body = action.organisation.name if action.is_of_body else ""
    if action.user:
        return joined(body, action.user.name)
    return body or (_("the coordinators") if action.role else _("nobody yet"))


def _guidance(reason: Reason | None) -> PrintedText:
    return PrintedText(_("Why"), "\n".join([reason.guidance, *reason.rules]) if reason else "")


def questions_of(file: CaseFile) -> list[Section]:
    """What is not known, and what was found out."""
    known = {shown.question.pk: shown for shown in file.shown_questions}
    still = [shown.question for shown in file.open_questions]
    ended = [shown.question for shown in file.ended_questions]
    sections = [
        Section(
            _("Not known"),
            entries_of(still, lambda one: _open_question(known[one.pk])),
            _("No question is open."),
        )
    ]
    if ended:
        found = entries_of(ended, lambda one: _ended_question(known[one.pk]))
        sections.append(Section(_("Found out, or no longer asked"), found, ""))
    return sections


def _open_question(shown: ShownQuestion) -> Entry:
    return Entry(shown.words, _("not known; asked %(moment)s") % {"moment": moment(shown.question.added_at)})


def _ended_question(shown: ShownQuestion) -> Entry:
    question = shown.question
    ended_by = question.ended_by.name if question.ended_by else ""
    is_answer = question.state == QuestionState.ANSWERED
    return Entry(
        shown.words,
        joined(question.get_state_display(), ended_by, moment(question.ended_at)),
        facts=[
            (_("Source"), question.source),
            (_("Grading"), joined(question.grading, *grading_in_words(question)) if is_answer else ""),
        ],
        texts=[PrintedText("" if is_answer else _("Why"), question.answer)],
    )


def contacts_of(file: CaseFile) -> Section:
    entries = entries_of(file.contacts, _contact)
    if file.hidden_contacts:
        entries.append(Entry(_hidden(file.hidden_contacts)))
    return Section(_("Contacts"), entries, _("There is none."))


def _hidden(number: int) -> str:
    said = ngettext(
        "%(number)s further contact is not open to who printed this.",
        "%(number)s further contacts are not open to who printed this.",
        number,
    )
    return said % {"number": number}


def _contact(contact: Contact) -> Entry:
    handler = contact.handler.name if contact.handler else ""
    sheet = [*caller_of(contact), *place_facts_of(contact), *person_of(contact)]
    facts: list[tuple[StrOrPromise, StrOrPromise]] = [(str(fact.label), fact.value) for fact in sheet]
    return Entry(
        joined(contact.reference, contact.label),
        joined(contact.get_channel_display(), moment(contact.started_at), handler, contact.get_state_display()),
        facts=[*facts, (_("Topics"), ", ".join(topics_of(contact)))],
        texts=[
            PrintedText(_("What was advised"), contact.advice),
            PrintedText(_("Notes of the conversation"), contact.notes),
        ],
    )


def assessments_of(file: CaseFile) -> Section:
    return Section(_("Triage"), entries_of(file.assessments, _assessment), _("There is none that is open to you."))


def _assessment(assessment: Assessment) -> Entry:
    by = assessment.completed_by.name if assessment.completed_by else ""
    meta = joined(assessment.get_state_display(), by, moment(assessment.completed_at or assessment.created_at))
    confirmed = joined(assessment.confirmed_by.name, moment(assessment.confirmed_at)) if assessment.confirmed_by else ""
    decided = joined(assessment.get_disposition_display(), assessment.get_urgency_display())
    duties = [duty.label for duty in panel.duties(assessment.checklist, assessment.duties)]
    views = panel.sections(assessment.checklist, assessment.answers, assessment.notes)
    answers = [
        (str(view.question.label), ", ".join(map(str, view.chosen)))
        for section in views
        for view in section.questions
        if view.is_answered
    ]
    return Entry(
        _("Triage of %(reference)s") % {"reference": assessment.contact.reference},
        meta,
        facts=[
            (_("Decided"), "" if assessment.is_draft else decided),
            (_("Confirmed by"), confirmed),
            (_("Duties"), ", ".join(map(str, duties))),
            *answers,
        ],
        texts=[
            PrintedText(_("Decided otherwise than proposed, because"), assessment.override_reason),
            PrintedText(_("The coordinator’s note"), assessment.review_note),
            *(PrintedText(str(section.section.title), section.note) for section in views),
        ],
    )


def case_notes_of(file: CaseFile) -> Section:
    """All notes, newest first."""
    return Section(_("Notes"), entries_of(notes_of(file.case, every=True).notes, _note), _("There is none."))


def _note(note: Note) -> Entry:
    kind = note.get_kind_display() if note.kind == "closing" else ""
    return Entry(joined(moment(note.written_at), note.written_by.name), kind, texts=[PrintedText("", note.text)])


def timeline_section(file: CaseFile) -> Section:
    """The newest events, MOST_EVENTS at most."""
    shown = file.timeline(size=MOST_EVENTS)
    entries = [Entry(one.what, joined(moment(one.event.at), one.who or _("by itself"))) for one in shown.entries]
    if shown.older:
        entries.append(Entry(_("What came before is on the screen only.")))
    return Section(_("Timeline, the newest first"), entries, _("Nothing has happened yet."), is_dense=True)
