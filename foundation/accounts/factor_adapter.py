"""allauth's adapter for second factors: secrets are stored encrypted, and passkeys belong to the configured host."""

from __future__ import annotations

import base64
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.privacy.context import acting_id
from foundation.privacy.keys import KEY_BYTES, WrongKey, keyring, seal, unseal

from .services import acting_at_sign_in

CONTEXT = "second factor"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        """Sealed for whoever acts: people set up factors for themselves only. Raises RuntimeError if nobody acts."""
        person = acting_id()
        if person is None:
            raise RuntimeError("a factor is sealed for whoever acts, and nobody does")
        return self.sealed_for(person, text)

    def sealed_for(self, person: int, text: str) -> str:
        """Name of the master key, key of the person, and the sealed text in Base64, with colons between.

        The database refuses a text whose person is not the row's (``sql/factors_belong_to_their_person.sql``); the
        person is also associated data, so that who changes it in the text gets nothing.
        """
        active = keyring().active
        sealed = seal(key_named(active), text.encode(), _context(person))
        return f"{active}:{person}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Raises WrongKey if the master key is missing or wrong, or the text or its person was changed."""
        name, person, sealed = _parts(encrypted_text)
        return unseal(key_named(name), sealed, _context(person)).decode()

    def sealed_anew(self, encrypted_text: str) -> str:
        """Sealed with the active master key, unless it is already. Raises WrongKey as ``decrypt`` does."""
        text = self.decrypt(encrypted_text)
        name, person, _sealed = _parts(encrypted_text)
        return encrypted_text if name == keyring().active else self.sealed_for(person, text)

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Also asked after the password, when nobody has signed in yet."""
        with acting_at_sign_in():
            return bool(super().is_mfa_enabled(user, types))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last passkey or app stays: a second factor is required."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002  allauth's name
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return ngettext("Passkey", "Passkey %(number)s", number) % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": host(context.request), "name": "Lotse"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.name}


def host(request: HttpRequest) -> str:
    """The host that passkeys belong to. Over HTTP, on one machine, it is the allowed host that was opened."""
    configured = urlsplit(settings.LOTSE_PUBLIC_BASE_URL).hostname or ""
    return configured if settings.OVER_HTTPS else split_domain_port(request.get_host())[0]


def why_no_passkey(request: HttpRequest) -> str:
    """Why a browser makes no passkey for this address, as a sentence; empty if it does."""
    name = host(request).strip("[]")
    try:
        ip_address(name)
    except ValueError:
        is_secure = settings.OVER_HTTPS or name == "localhost"
        return "" if is_secure else _("Browsers make passkeys only for addresses that begin with https.")
    return _("Browsers make passkeys only for addresses with a name, not for numbers such as %(host)s.") % {
        "host": name
    }


def _parts(encrypted_text: str) -> tuple[str, int, bytes]:
    """Raises WrongKey."""
    try:
        name, person, sealed = encrypted_text.rsplit(":", 2)
        return name, int(person), base64.b64decode(sealed, validate=True)
    except ValueError as error:
        raise WrongKey(CONTEXT) from error


def _context(person: int) -> str:
    return f"{CONTEXT}:{person}"


def key_named(name: str) -> bytes:
    """Derived from the master key of this name. Raises WrongKey if there is none."""
    master = keyring().master.get(name)
    if master is None:
        raise WrongKey(CONTEXT)
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=CONTEXT.encode()).derive(master)
