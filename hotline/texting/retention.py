"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import Part, Rows, Sweep
from hotline.contacts.retention import CONTACTS

PART = Part(
    rows=(Rows("texting_textmessage", title=_("Message")),),
    sweeps=(Sweep("texting_optout", "ended_at"),),
    ties=(
        f"select data_key_id from texting_textmessage where contact_id in {CONTACTS}",
        "select h.data_key_id from texting_textmessage t join hotline_contact h on h.id = t.contact_id"
        " where t.data_key_id = any(keys)",
    ),
)
