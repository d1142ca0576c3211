"""The printed case file: the sections of cases and teams, with referrals and disclosures."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.assessments.printing import assessments_section
from casework.cases.case_file import CaseFile
from casework.cases.models import Case
from casework.cases.printing import (
    assessments_of,
    case_notes_of,
    contacts_of,
    entries_of,
    facts_of,
    questions_of,
    timeline_section,
    work_of,
)
from casework.closures.printing import closures_section, reopenings_section
from casework.consultations.printing import consultations_section
from casework.plans.printing import plan_section
from casework.releases.printing import releases_section, reports_section
from casework.reviews.printing import reviews_section
from casework.teams.pages import TeamOfCase
from casework.teams.printing import team_sections
from foundation.accounts.models import User
from foundation.ui.printed import Entry, PrintedRecord, PrintedText, Section, joined, moment

from .disclosure import agreed
from .models import Disclosure, Message, Referral, Summary
from .summary import facts_in_words


def printed_case(case: Case, *, by: User) -> PrintedRecord:
    """The whole file as ``by`` may read it."""
    file = CaseFile(case, by)
    return PrintedRecord(
        reference=case.reference,
        title=joined(case.reference, case.label),
        centre=case.centre.name,
        notice=_("Confidential. For the purpose stated in the journal only; kept and destroyed as the case file is."),
        summary=file.brief,
        facts=facts_of(file),
        sections=[
            work_of(file),
            *questions_of(file),
            *team_sections(TeamOfCase(case, by)),
            plan_section(case.pk),
            reviews_section(case.pk),
            assessments_section(case.pk),
            consultations_section(case.pk),
            releases_section(case.pk),
            reports_section(case.pk),
            closures_section(case.pk),
            reopenings_section(case.pk),
            assessments_of(file),
            contacts_of(file),
            *_referral_sections(case),
            case_notes_of(file),
            timeline_section(file),
        ],
        printed_by=by.name,
        printed_at=timezone.now(),
    )


def _referral_sections(case: Case) -> list[Section]:
    referrals = list(case.referrals.select_related("organisation", "offered_by", "answered_by").newest_first())
    summaries = Summary.objects.select_related("data_key").filter(referral__in=referrals)
    disclosures = Disclosure.objects.select_related("data_key", "decided_by", "referral__organisation")
    messages = Message.objects.select_related("data_key", "written_by", "referral__organisation")
    return [
        Section(_("Referrals"), entries_of(referrals, _referral), _("No partner has been asked yet.")),
        Section(
            _("Summaries for partners"),
            entries_of(summaries.select_related("referral__organisation").order_by("referral__created_at"), _summary),
            _("There is none."),
        ),
        Section(
            _("What was passed on, and on which legal basis"),
            entries_of(disclosures.filter(referral__in=referrals).order_by("decided_at"), _disclosure),
            _("Nothing was passed on."),
        ),
        Section(
            _("Messages of partners and the centre"),
            entries_of(messages.filter(referral__in=referrals), _message),
            _("There is none."),
        ),
    ]


def _referral(referral: Referral) -> Entry:
    return Entry(
        _named(referral),
        joined(referral.get_state_display(), referral.get_service_display(), referral.get_urgency_display()),
        facts=[
            (_("Offered"), _who_and_when(referral.offered_by, referral.offered_at)),
            (_("Answered"), _who_and_when(referral.answered_by, referral.answered_at)),
            (_("Reason"), referral.get_decline_reason_display()),
            (_("First contact"), moment(referral.first_contact_at) if referral.first_contact_at else ""),
            (_("Outcome"), referral.get_outcome_display()),
            (_("Ended"), moment(referral.ended_at) if referral.ended_at else ""),
        ],
    )


def _named(referral: Referral) -> str:
    return joined(referral.reference, referral.organisation.name)


def _who_and_when(who: User | None, at: datetime | None) -> str:
    return joined(who.name if who else "", moment(at)) if at else ""


def _summary(summary: Summary) -> Entry:
    return Entry(_named(summary.referral), facts=facts_in_words(summary.facts), texts=[PrintedText("", summary.text)])


def _disclosure(disclosure: Disclosure) -> Entry:
    effective = disclosure.effective_at
    return Entry(
        _named(disclosure.referral),
        _("passed on %(moment)s") % {"moment": moment(effective)} if effective else _("agreed, not passed on"),
        facts=[
            (_("Legal basis"), disclosure.get_legal_basis_display()),
            (_("Decided"), joined(disclosure.decided_by.name, moment(disclosure.decided_at))),
            (_("May be passed on further"), _("yes") if disclosure.may_pass_on else _("no")),
        ],
        texts=[PrintedText(field.label, field.value) for field in agreed(disclosure)],
    )


def _message(message: Message) -> Entry:
    said = joined(message.get_kind_display(), message.get_feedback_display())
    meta = joined(_named(message.referral), message.written_by.name, moment(message.written_at))
    return Entry(said, meta, texts=[PrintedText("", message.text)])
