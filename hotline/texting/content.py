"""Content of messages besides text, and how it is shown, so that no message appears empty. Pure functions.

Parameters: https://www.twilio.com/docs/messaging/guides/webhook-request. The provider adds new ones without notice.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

MOST_MEDIA = 99
LONGEST_DETAIL = 500  # characters
#: Parameters that are stored besides text and media, by the provider's names.
KEPT = (
    "MessageType", "Latitude", "Longitude", "Address", "Label", "ButtonText", "ListTitle", "Forwarded",
    "FrequentlyForwarded", "OriginalRepliedMessageSid", "ReferralHeadline", "ReferralBody",
)  # fmt: skip
CARDS = {"text/vcard", "text/x-vcard", "text/directory"}
#: Invisible characters that Unicode counts as letters or symbols.
BLANKS = set("\u115f\u1160\u2800\u3164\uffa0")
TRUE = "true"
#: Icon and label of each kind of attachment.
ATTACHED = {
    "card": (
        "contact",
        ngettext_lazy("%(number)d contact card, not fetched", "%(number)d contact cards, not fetched", "number"),
    ),
    "sticker": (
        "sticker",
        ngettext_lazy("%(number)d sticker, not fetched", "%(number)d stickers, not fetched", "number"),
    ),
    "pdf": (
        "file-text",
        ngettext_lazy("%(number)d PDF document, not fetched", "%(number)d PDF documents, not fetched", "number"),
    ),
    "appointment": (
        "calendar",
        ngettext_lazy("%(number)d appointment, not fetched", "%(number)d appointments, not fetched", "number"),
    ),
    "image": ("image", ngettext_lazy("%(number)d picture, not fetched", "%(number)d pictures, not fetched", "number")),
    "audio": (
        "mic",
        ngettext_lazy(
            "%(number)d voice message or sound, not fetched",
            "%(number)d voice messages or sounds, not fetched",
            "number",
        ),
    ),
    "video": ("video", ngettext_lazy("%(number)d video, not fetched", "%(number)d videos, not fetched", "number")),
    "file": ("file", ngettext_lazy("%(number)d file, not fetched:", "%(number)d files, not fetched:", "number")),
    "unknown": (
        "paperclip",
        ngettext_lazy("%(number)d attachment, not fetched", "%(number)d attachments, not fetched", "number"),
    ),
}


@dataclass(frozen=True)
class Part:
    """One line below the text. ``text``: from the sender, may be empty; ``icon``: a lucide icon."""

    icon: str
    label: str | Promise
    text: str = ""


def media_of(parameters: Mapping[str, str]) -> int:
    """The content types of attachments; the files are never downloaded."""
    text = parameters.get("NumMedia", "")
    return min(int(text), MOST_MEDIA) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def details_of(parameters: Mapping[str, str]) -> dict[str, Any]:
    """The stored parameters of a webhook."""
    kept: dict[str, Any] = {name: parameters[name][:LONGEST_DETAIL] for name in KEPT if parameters.get(name)}
    types = [parameters.get(f"MediaContentType{number}", "")[:80] for number in range(media_of(parameters))]
    return kept | ({"types": types} if any(types) else {})


def is_visible(text: str) -> bool:
    """Whether the text has visible characters, not only spaces, combining marks and control characters."""
    return any(unicodedata.category(sign)[0] not in "CZM" and sign not in BLANKS for sign in text)


def parts_of(body: str, media: int, details: Mapping[str, Any], *, quoted: str = "") -> list[Part]:
    """The lines below the text; at least one if the text is not visible. ``quoted``: the message it replies to."""
    before = [*_context(details, quoted)]
    parts = [*_place(details), *_pressed(body, details), *_media(media, details)]
    if not is_visible(body) and not parts:
        parts = [_unknown(body, details)]
    elif details.get("MessageType") == "reaction":
        parts = [Part("smile", _("Reaction to a message")), *parts]
    return [*before, *parts]


def _context(details: Mapping[str, Any], quoted: str) -> list[Part]:
    parts = []
    if TRUE in (details.get("Forwarded"), details.get("FrequentlyForwarded")):
        parts.append(Part("forward", _("Forwarded: somebody else may have written it")))
    if details.get("OriginalRepliedMessageSid"):
        parts.append(Part("reply", _("Answers an earlier message") + (":" if quoted else ""), quoted))
    referral = " – ".join(details[name] for name in ("ReferralHeadline", "ReferralBody") if details.get(name))
    if referral:
        parts.append(Part("megaphone", _("Came by an advertisement:"), referral))
    return parts


def _place(details: Mapping[str, Any]) -> list[Part]:
    """A location: its name and address, if given, and coordinates."""
    at = ", ".join(details[name] for name in ("Latitude", "Longitude") if details.get(name))
    named = ", ".join(details[name] for name in ("Label", "Address") if details.get(name))
    if not at and not (named and details.get("MessageType", "location") == "location"):
        return []
    return [Part("map-pin", _("Location:"), " · ".join(text for text in (named, at) if text))]


def _pressed(body: str, details: Mapping[str, Any]) -> list[Part]:
    """A pressed button or chosen list entry, unless the text is the same."""
    chosen = details.get("ButtonText") or details.get("ListTitle") or ""
    if not is_visible(chosen) or chosen.strip() == body.strip():
        return []
    return [Part("mouse-pointer-click", _("Chose from what was offered:"), chosen)]


def _media(media: int, details: Mapping[str, Any]) -> list[Part]:
    """One line for each kind of attachment."""
    types = [*details.get("types", []), *[""] * media][:media]
    kinds = Counter(_kind(one, details.get("MessageType", "")) for one in types)
    return [_attached(kind, number, types) for kind, number in kinds.items()]


def _kind(content_type: str, message_type: str) -> str:
    plain = content_type.partition(";")[0].strip().lower()
    if plain in CARDS or message_type == "contacts":
        return "card"
    if message_type == "sticker":
        return "sticker"
    if plain == "application/pdf":
        return "pdf"
    if plain == "text/calendar":
        return "appointment"
    main = plain.partition("/")[0]
    if main in ("image", "audio", "video"):
        return main
    return "file" if plain else "unknown"


def _attached(kind: str, number: int, types: list[str]) -> Part:
    icon, label = ATTACHED[kind]
    named = sorted({one for one in types if _kind(one, "") == kind}) if kind == "file" else []
    return Part(icon, label % {"number": number}, ", ".join(named))


def _unknown(body: str, details: Mapping[str, Any]) -> Part:
    kind = str(details.get("MessageType", ""))
    if kind == "reaction":
        return Part("smile", _("Took back a reaction to a message"))
    if kind not in ("", "text"):
        return Part("circle-question-mark", _("A message of a kind that is not shown here:"), kind)
    if body:
        return Part("circle-question-mark", _("The message holds only signs that cannot be seen."))
    return Part("circle-question-mark", _("The message is empty."))
