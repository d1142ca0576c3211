"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import OF_KEY, Kind, Part, Rows
from hotline.contacts.retention import CONTACTS

CASES = f"(select id from cases_case where {OF_KEY})"

PART = Part(
    rows=(
        Rows("cases_action", title=_("Action")),
        Rows("cases_casequestion", title=_("Open question")),
        Rows("cases_note", title=_("Note")),
        Rows("cases_responsibility", f"case_id in {CASES}", title=_("Who was responsible")),
        Rows(
            "cases_casecontact",
            f"case_id in {CASES} or contact_id in {CONTACTS}",
            has_events=False,
            not_copied="only that a contact is of the case; both are in the copy",
        ),
        Rows(
            "cases_bodyworker",
            f"case_id in {CASES}",
            has_events=False,
            not_copied="technical: which people of other bodies work on it; the bodies are in the copy",
        ),
        Rows(
            "cases_casetoopen",
            f"contact_id in {CONTACTS}",
            has_events=False,
            not_copied="technical: that a case is still to be opened",
        ),
        Rows("cases_case", names_dossier=True, letter="F", title=_("Case")),
    ),
    kinds=(Kind("case", "select id, centre_id, data_key_id, closed_at as since from cases_case"),),
    ties=(
        "select c.data_key_id from cases_casecontact l join cases_case c on c.id = l.case_id"
        f" where l.contact_id in {CONTACTS}",
        "select h.data_key_id from cases_casecontact l join hotline_contact h on h.id = l.contact_id"
        f" where l.case_id in {CASES}",
    ),
)
