"""allauth's forms of second factors, with our labels; a code of an app is accepted once."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from axes.handlers.proxy import AxesProxyHandler
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from . import app_codes

LONGEST_NAME = 60
CODE_ATTRIBUTES = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 20}


class AcceptedOnce:
    """Mixin: refuse a code of the app that was accepted before.

    allauth remembers a code in one process and for one period; with TOTP_TOLERANCE it stays valid for longer.
    """

    fields: dict[str, Any]
    user: Any
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of the app, or a recovery code")
        self.fields["code"].widget.attrs = CODE_ATTRIBUTES

    def clean_code(self) -> str:
        """A wrong code counts as a wrong password: by account and address, for all processes, in PostgreSQL."""
        request, credentials = context.request, {"email": self.user.email}
        if not AxesProxyHandler.is_allowed(request, credentials):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        try:
            return self._new_code()
        except ValidationError:
            AxesProxyHandler.user_login_failed(type(self), credentials, request)
            raise

    def _new_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        is_of_app = self.authenticator.type == Authenticator.Type.TOTP
        if is_of_app and not app_codes.take(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class ShowFactorForm(AcceptedOnce, AuthenticateForm):  # type: ignore[misc]
    pass


class ShowFactorAgainForm(AcceptedOnce, ReauthenticateForm):  # type: ignore[misc]
    pass


class AddAppForm(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of six digits")
        self.fields["code"].widget.attrs = CODE_ATTRIBUTES


class WellFormed:
    """Mixin: what is no answer of a browser to the question for a passkey is refused with words.

    allauth passes on whatever errors its library raises for a malformed one.
    """

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError):
            self.add_error(None, get_adapter().validation_error("incorrect_code"))  # type: ignore[attr-defined]


class Named:
    """Mixin: the field for the name of a passkey."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label, name.help_text = _("Name"), _("So that you know it again, for example “Laptop at the office”.")
        name.widget.attrs["maxlength"] = LONGEST_NAME
        name.validators.append(MaxLengthValidator(LONGEST_NAME))


class AddPasskeyForm(Named, WellFormed, AddWebAuthnForm):  # type: ignore[misc]
    pass


class ShowPasskeyForm(WellFormed, AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class ShowPasskeyAgainForm(WellFormed, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class NamePasskeyForm(Named, EditWebAuthnForm):  # type: ignore[misc]
    pass
