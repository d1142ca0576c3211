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

from foundation.privacy.keys import KEY_BYTES, WrongKey, keyring, seal, unseal

CONTEXT = "second factor"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        """The name of the master key, a colon, and the sealed text in Base64."""
        active = keyring().active
        return f"{active}:{base64.b64encode(seal(_key(active), text.encode(), CONTEXT)).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Raises WrongKey if the master key is missing or wrong, or the text was changed."""
        name, _colon, sealed = encrypted_text.rpartition(":")
        try:
            raw = base64.b64decode(sealed, validate=True)
        except ValueError as error:
            raise WrongKey(CONTEXT) from error
        return unseal(_key(name), raw, CONTEXT).decode()

    def sealed_anew(self, encrypted_text: str) -> str:
        """Sealed with the active master key, unless it is already. Raises WrongKey as ``decrypt`` does."""
        text = self.decrypt(encrypted_text)
        return encrypted_text if encrypted_text.startswith(f"{keyring().active}:") else self.encrypt(text)

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


def _key(name: str) -> bytes:
    """Derived from the master key of this name. Raises WrongKey if there is none."""
    master = keyring().master.get(name)
    if master is None:
        raise WrongKey(CONTEXT)
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=CONTEXT.encode()).derive(master)
