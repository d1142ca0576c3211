"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import OF_KEY, Kind, Part, Rows, Sweep
from hotline.contacts.retention import CONTACTS

CALLS = f"(select id from switchboard_call where {OF_KEY})"

PART = Part(
    rows=(
        Rows("switchboard_block", f"contact_id in {CONTACTS}", title=_("Blocked number")),
        Rows("switchboard_voicemail", title=_("Voicemail")),
        Rows(
            "switchboard_command",
            f"call_id in {CALLS}",
            has_events=False,
            not_copied="technical: orders to the provider",
        ),
        Rows("switchboard_offer", f"call_id in {CALLS}", not_copied="at whose telephone of the staff it rang"),
        Rows("switchboard_leg", title=_("Telephone line of a call")),
        Rows("switchboard_call", names_dossier=True, title=_("Call")),
        Rows(
            "switchboard_webhookevent", has_events=False, not_copied="technical: what the provider sent; calls have it"
        ),
    ),
    ties=(
        f"select data_key_id from switchboard_call where contact_id in {CONTACTS}"
        f" or callback_id in (select id from hotline_callback where {OF_KEY})",
        "select h.data_key_id from switchboard_call c join hotline_contact h on h.id = c.contact_id"
        " where c.data_key_id = any(keys)",
        "select b.data_key_id from switchboard_call c join hotline_callback b on b.id = c.callback_id"
        " where c.data_key_id = any(keys)",
        "select b.data_key_id from switchboard_voicemail v join hotline_callback b on b.id = v.callback_id"
        " where v.data_key_id = any(keys)",
    ),
    kinds=(Kind("call", "select id, centre_id, data_key_id, ended_at as since from switchboard_call"),),
    sweeps=(
        Sweep("switchboard_webhookevent", "received_at", of_dossier=True),
        # As if it had never been available, so that no page offers to play it.
        Sweep(
            "switchboard_voicemail",
            "made_at",
            empties=("sound",),
            sets="fetched_at = null, lost_at = now()",
            of_dossier=True,
        ),
        Sweep("switchboard_refusal", "day"),
        Sweep("switchboard_block", "until"),
    ),
    busy=(
        f"exists (select from switchboard_call where {OF_KEY} and ended_at is null)",
        f"exists (select from switchboard_agent where call_id in {CALLS})",
    ),
)
