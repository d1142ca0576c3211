"""The messages of a contact, on the desk and on its page."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import CentreRequest, SignedInRequest, handlers_only, signed_in
from foundation.journal.stale import Stale
from foundation.privacy.unshown import read_or
from hotline.contacts.models import Contact
from hotline.contacts.permissions import contact_to_read, contact_to_write, may_write

from .actions import OptedOut, is_opted_out, reply, send_again
from .content import Part, is_visible, parts_of
from .forms import ReplyForm
from .models import TextMessage
from .states import MAY_GO_AGAIN

QUOTED = 120  # characters of the quoted message
NOT_READABLE = Part("file-x", gettext_lazy("This message cannot be shown."))


@require_safe
@signed_in
def part_messages(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """The messages, for people who may read the contact; empty if there are none."""
    contact = contact_to_read(request.user, contact_id)
    return render(request, "texting/parts/messages.html", _thread(request, contact, ReplyForm()))


@require_POST
@handlers_only
def send_reply(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    contact = contact_to_write(request.user, contact_id)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            reply(by=request.user, contact=contact, **form.cleaned_data)
        except OptedOut:
            form.add_error("text", _("This number has asked for no more messages."))
        except ValueError as error:  # no page of ours offers a reply here
            raise BadRequest from error
        else:
            form = ReplyForm()
    status = 422 if form.is_bound else 200
    return render(request, "texting/parts/messages.html", _thread(request, contact, form), status=status)


@require_POST
@handlers_only
def send_once_more(request: CentreRequest, contact_id: UUID, message_id: UUID) -> HttpResponse:
    """Send a message again that did not arrive, or may not have."""
    contact = contact_to_write(request.user, contact_id)
    problem = ""
    status = 200
    try:
        send_again(by=request.user, contact=contact, message_id=message_id)
    except TextMessage.DoesNotExist as error:
        raise Http404 from error
    except OptedOut:
        problem = _("Not sent again: this number has asked for no more messages.")
        status = 422
    except Stale:
        problem = _("Not sent again: more is known about this message by now. Please look at it.")
        status = 409
    context = {**_thread(request, contact, ReplyForm()), "problem": problem, "about": message_id}
    return render(request, "texting/parts/messages.html", context, status=status)


def _thread(request: SignedInRequest, contact: Contact, form: ReplyForm) -> dict[str, Any]:
    found = TextMessage.objects.filter(contact=contact).select_related("written_by", "again_of", "sent_again")
    rows = list(found.order_by("made_at"))
    last = next((row for row in reversed(rows) if row.is_from_caller), None)
    may_reply = last is not None and last.phone_index is not None and may_write(request.user, contact)
    return {
        "contact": contact,
        "thread": _with_parts(rows),
        "form": form,
        "may_reply": may_reply,
        "may_go_again": MAY_GO_AGAIN if may_write(request.user, contact) else (),
        "is_opted_out": last is not None and may_reply and is_opted_out(last),
    }


def _with_parts(rows: list[TextMessage]) -> list[tuple[TextMessage, str, list[Part]]]:
    """Each message with its text, if visible, and the lines below it."""
    by_sid = {row.sid: row for row in rows if row.sid}
    return [read_or(row, partial(_read, row, by_sid), (row, "", [NOT_READABLE])) for row in rows]


def _read(row: TextMessage, by_sid: dict[str, TextMessage]) -> tuple[TextMessage, str, list[Part]]:
    answered = by_sid.get(row.details.get("OriginalRepliedMessageSid", ""))
    quoted = Truncator(read_or(answered, lambda: str(answered.body), "")).chars(QUOTED) if answered else ""
    parts = parts_of(row.body, row.media, row.details, quoted=quoted) if row.is_from_caller else []
    words = row.body if is_visible(row.body) else ""
    return row, words, parts
