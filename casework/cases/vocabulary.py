"""Lists of the case file. The code is stored, never the label."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PrintPurpose(models.TextChoices):
    """What a file is printed for."""

    CONFERENCE = "conference", _("a case conference")
    HANDOVER = "handover", _("a handover within the centre")
    SUPERVISION = "supervision", _("supervision")
    PAPER_FILE = "paper_file", _("the paper file of the centre")
    AUTHORITY = "authority", _("a court or an authority, with a legal basis")


#: How a source and an information are graded: the codes of the checklist.
RELIABILITY = ["a", "b", "c", "d", "e", "f"]
CREDIBILITY = ["1", "2", "3", "4", "5", "6"]


class DropReason(models.TextChoices):
    """Why an action is dropped. The words beside it never become a figure."""

    NOT_NEEDED = "not_needed", _("No longer needed")
    ELSEWHERE = "elsewhere", _("Somebody else has done it")
    REFUSED = "refused", _("The person concerned does not want it")
    NOT_POSSIBLE = "not_possible", _("Not possible")
    MISTAKEN = "mistaken", _("It does not apply")
    OTHER = "other", _("Another reason")
    TRIAGE = "triage", _("The new triage does not ask for it")
    PLAN = "plan", _("The new plan does not have it")
    RELEASE = "release", _("The release from prison was cancelled")
    CASE_CLOSED = "case_closed", _("The case was closed")


class NoteKind(models.TextChoices):
    NOTE = "note", _("Note")
    CLOSING = "closing", _("Reason for closing with open duties")


class CloseReason(models.TextChoices):
    """Why a case is closed, or goes on as monitored. Decided in docs/adr/0045."""

    GOALS_MET = "goals_met", _("The goals are met")
    SERVICES = "services", _("General services suffice")
    NOT_WANTED = "not_wanted", _("The person no longer wants it")
    MOVED = "moved", _("The person has moved away")
    NOT_NEEDED = "not_needed", _("It turned out that no work was needed")
    OTHER = "other", _("Another reason")


class ReopenCause(models.TextChoices):
    """Why a case is opened again."""

    WARNING_SIGN = "warning_sign", _("A warning sign")
    NEW_CONTACT = "new_contact", _("A new contact about the same person")
    NEW_INFORMATION = "new_information", _("New information")
    ASKED = "asked", _("The person or the family asks for it")
    MISTAKE = "mistake", _("It was closed by mistake")


#: Set by a new triage, by a new plan, by a cancelled release and by closing a case; nobody chooses them.
AUTOMATIC = (DropReason.TRIAGE, DropReason.PLAN, DropReason.RELEASE, DropReason.CASE_CLOSED)
#: Of duties, which come from triage alone: neither a plan nor a release drops one.
OF_DUTIES = tuple(one for one in DropReason if one not in (DropReason.PLAN, DropReason.RELEASE))
#: What people choose from.
CHOSEN = [(one.value, one.label) for one in DropReason if one not in AUTOMATIC]
