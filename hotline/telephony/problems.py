"""The provider's error codes in words, with advice. Pure functions. Codes: https://www.twilio.com/docs/api/errors."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

OPTED_OUT = 21610


@dataclass(frozen=True)
class Problem:
    what: str
    advice: str


@dataclass(frozen=True)
class _Kind:
    codes: frozenset[int]
    what: str | Promise
    advice: str | Promise


_CALL_OR_LATER = gettext_lazy("Try again later, or call.")
_OTHER_WAY = gettext_lazy("Check the number, or find another way to the person.")
_CALL = gettext_lazy("Call, or find another way to the person.")
_ADMINISTRATOR = gettext_lazy("Tell the administrator; until then, find another way to the person.")
KINDS = (
    _Kind(
        frozenset({OPTED_OUT}),
        gettext_lazy("This number has asked for no more messages."),
        gettext_lazy("Nothing more is sent to it until the person writes START. If it is urgent, call."),
    ),
    _Kind(
        frozenset({21201, 21211, 21214, 21217, 21401, 21604, 13223, 13224, 30005}),
        gettext_lazy("There is no such number, or it is no longer in use."),
        _OTHER_WAY,
    ),
    _Kind(
        frozenset({21614, 21635, 30006}),
        gettext_lazy("This number cannot get text messages: it may be a landline."),
        gettext_lazy("Call."),
    ),
    _Kind(
        frozenset({30003}),
        gettext_lazy("The telephone is switched off or has no network."),
        _CALL_OR_LATER,
    ),
    _Kind(
        frozenset({30004}),
        gettext_lazy("The person, or their network, takes no messages from us."),
        _CALL,
    ),
    _Kind(
        frozenset({30007, 63013}),
        gettext_lazy("The network took the message for unwanted advertising."),
        gettext_lazy("Write it in other words and without links, or call."),
    ),
    _Kind(
        frozenset({30008}),
        gettext_lazy("The network did not deliver it, and does not say why."),
        _CALL_OR_LATER,
    ),
    _Kind(
        frozenset({13227, 21215, 21408}),
        gettext_lazy("This country is not switched on at the provider."),
        _ADMINISTRATOR,
    ),
    _Kind(
        frozenset({21210, 21212, 21606, 21612, 21613, 63007}),
        gettext_lazy("The provider cannot carry this from our number to that one."),
        _ADMINISTRATOR,
    ),
    _Kind(
        frozenset({63003, 63024}),
        gettext_lazy("This number cannot be reached by WhatsApp."),
        gettext_lazy("Call or write an SMS, if the person agrees to that."),
    ),
    _Kind(
        frozenset({63016}),
        gettext_lazy("WhatsApp allows answers only within 24 hours of the person's last message."),
        gettext_lazy("Wait until the person writes again, or call."),
    ),
    _Kind(
        frozenset({20429, 21611, 30001, 30022, 63018}),
        gettext_lazy("Too much was sent at once."),
        gettext_lazy("Send it again in a few minutes."),
    ),
    _Kind(
        frozenset({21602, 21617}),
        gettext_lazy("The message is empty or too long."),
        gettext_lazy("Write it in several shorter ones."),
    ),
    _Kind(
        frozenset({401, 403, 20003, 20005, 21608, 30002, 63015}),
        gettext_lazy("The provider does not accept our account."),
        _ADMINISTRATOR,
    ),
    _Kind(
        frozenset({404, 20404, 21220}),
        gettext_lazy("The provider does not know of it any more: it has ended."),
        gettext_lazy("Nothing is to be done."),
    ),
    _Kind(
        frozenset({0, 500, 502, 503, 504, 20500, 20503}),
        gettext_lazy("The provider did not answer, or had a fault."),
        _CALL_OR_LATER,
    ),
)
_BY_CODE = {code: kind for kind in KINDS for code in kind.codes}


def problem_of(code: str | int) -> Problem:
    """The problem in the active language; a general sentence with the code if it is unknown here."""
    text = str(code).strip()
    kind = _BY_CODE.get(int(text)) if text.isascii() and text.isdigit() else None
    if kind:
        return Problem(str(kind.what), str(kind.advice))
    return Problem(
        _("The provider did not do it and gives the code %(code)s.") % {"code": text[:40]},
        _("Try again later, or call. If it happens again, tell the administrator the code."),
    )
