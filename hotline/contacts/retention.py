"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import OF_KEY, Kind, Part, Rows

from .vocabulary import CallbackOrigin
from .vocabulary import Kind as ContactKind

CONTACTS = f"(select id from hotline_contact where {OF_KEY})"

PART = Part(
    rows=(
        Rows("hotline_accessrequest", f"contact_id in {CONTACTS}", title=_("Access asked for")),
        Rows(
            "hotline_contactreader",
            f"contact_id in {CONTACTS}",
            has_events=False,
            not_copied="who of the staff may read for a time",
        ),
        Rows("hotline_callback", names_dossier=True, title=_("Callback")),
        Rows("hotline_contact", names_dossier=True, letter="C", title=_("Contact")),
    ),
    # A callback is about the same person as the contact that asked for it, and as the one that logs it.
    ties=(
        f"select data_key_id from hotline_callback where contact_id in {CONTACTS} or conversation_id in {CONTACTS}",
        "select h.data_key_id from hotline_callback c join hotline_contact h on h.id in (c.contact_id,"
        " c.conversation_id) where c.data_key_id = any(keys)",
    ),
    kinds=(
        Kind(
            "contact",
            "select id, centre_id, data_key_id, greatest(completed_at, saved_at) as since from hotline_contact"
            f" where kind = '{ContactKind.COUNSELLING}'",
        ),
        Kind(
            "contact without counselling",
            "select id, centre_id, data_key_id, greatest(completed_at, saved_at) as since from hotline_contact"
            f" where kind <> '{ContactKind.COUNSELLING}'",
        ),
        # Nobody ends those of callers who only hung up.
        Kind(
            "callback",
            "select id, centre_id, data_key_id,"
            f" coalesce(ended_at, case when origin = '{CallbackOrigin.MISSED}' then due_at end) as since"
            " from hotline_callback",
        ),
    ),
)
