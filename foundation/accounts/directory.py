"""Sign-in through a centre's own directory: the protocol of OpenID Connect, without any decision on who gets in.

allauth's parts do it: state, code challenge, exchange of the code, signature. Its app for social accounts is not
installed: it would store what the directory says about a person, and make accounts.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit, statekit
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from jwt import PyJWTError
from requests import RequestException

PROVIDER = "directory"
SCOPE = ["openid", "email"]
NONCE = "directory_nonce"  # in the session, the same for all its attempts


class Unreachable(Exception):
    """The directory does not answer, or not as one."""


class NotConfirmed(Exception):
    """What came back proves nothing: refused there, of another attempt or directory, too late or used already."""


@dataclass(frozen=True)
class Identity:
    """What the directory says of whoever has signed in there. ``methods``: how (claims ``amr`` and ``acr``)."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    methods: frozenset[str]

    @property
    def digest(self) -> str:
        """Recognises the subject; the directory's own name for a person is not stored."""
        return hashlib.sha256(f"{self.issuer}\n{self.subject}".encode()).hexdigest()

    @property
    def is_of_trusted_domain(self) -> bool:
        return self.email.rpartition("@")[2].lower() in settings.DIRECTORY["domains"]

    @property
    def has_second_factor(self) -> bool:
        """Whether it was a way of signing in that the centre accepts in place of our second factor."""
        return bool(self.methods & set(settings.DIRECTORY["second_factor"]))


def address_of_sign_in(request: HttpRequest, *, page: str) -> str:
    """Where the browser is sent to; ``page``: where it continues afterwards. Raises Unreachable."""
    configuration = _configuration()
    challenge = generate_code_challenge()
    client = _client(request, configuration)
    nonce = request.session.setdefault(NONCE, secrets.token_urlsafe(32))
    kept = {"page": page, "verifier": challenge.pop("code_verifier")}
    client.state = statekit.stash_state(request, provider_id=PROVIDER, state=kept)
    more = {**challenge, "nonce": nonce}
    return str(client.get_redirect_url(configuration["authorization_endpoint"], SCOPE, more))


def identity(request: HttpRequest) -> tuple[Identity, str]:
    """Whom the directory has sent back, and the page to continue on. Raises NotConfirmed, Unreachable."""
    kept = statekit.unstash_state(request, provider_id=PROVIDER, state_id=request.GET.get("state", ""))
    code = request.GET.get("code", "")
    if kept is None or not code:
        raise NotConfirmed(request.GET.get("error", "")[:40] or "no such attempt")
    configuration = _configuration()
    try:
        answer = _client(request, configuration).get_access_token(code, pkce_code_verifier=kept["verifier"])
        claims = _claims(configuration, answer.get("id_token", ""))
    except RequestException as error:
        raise Unreachable(type(error).__name__) from error
    except (OAuth2Error, PyJWTError, LookupError, TypeError, ValueError) as error:
        raise NotConfirmed(type(error).__name__) from error
    if not secrets.compare_digest(str(claims.get("nonce", "")), request.session.get(NONCE, secrets.token_urlsafe(32))):
        raise NotConfirmed("nonce")
    return _identity(claims, _more(configuration, claims, answer["access_token"])), kept["page"]


def _configuration() -> dict[str, Any]:
    """The directory's own description. Raises Unreachable, also if it is another's."""
    issuer: str = settings.DIRECTORY["issuer"]
    found = _fetched(urljoin(f"{issuer.rstrip('/')}/", ".well-known/openid-configuration"))
    if str(found.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise Unreachable("another issuer")
    if not all(found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")):
        raise Unreachable("incomplete")
    return found


def _fetched(url: str, **headers: str) -> dict[str, Any]:
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(url, headers=headers)
            answer.raise_for_status()
            found = answer.json()
    except (RequestException, ValueError) as error:
        raise Unreachable(type(error).__name__) from error
    if not isinstance(found, dict):
        raise Unreachable("no document")
    return found


def _client(request: HttpRequest, configuration: dict[str, Any]) -> OAuth2Client:
    ways: Iterable[str] = configuration.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return OAuth2Client(
        request,
        settings.DIRECTORY["client_id"],
        settings.DIRECTORY["client_secret"],
        "POST",
        configuration["token_endpoint"],
        settings.LOTSE_PUBLIC_BASE_URL + reverse("accounts:back_from_directory"),
        basic_auth="client_secret_basic" in ways,
    )


def _claims(configuration: dict[str, Any], token: str) -> dict[str, Any]:
    """The signature is checked always, against the keys that the directory publishes, for our client alone."""
    claims: dict[str, Any] = jwtkit.verify_and_decode(
        credential=token,
        keys_url=configuration["jwks_uri"],
        issuer=configuration["issuer"],
        audience=settings.DIRECTORY["client_id"],
        lookup_kid=jwtkit.lookup_kid_jwk,
    )
    if claims.get("azp", settings.DIRECTORY["client_id"]) != settings.DIRECTORY["client_id"]:
        raise OAuth2Error("another client")
    return claims


def _more(configuration: dict[str, Any], claims: dict[str, Any], access_token: str) -> dict[str, Any]:
    """The address, which some directories tell only when they are asked once more. Raises Unreachable, NotConfirmed."""
    if "email" in claims or not configuration.get("userinfo_endpoint"):
        return claims
    found = _fetched(configuration["userinfo_endpoint"], Authorization=f"Bearer {access_token}")
    if found.get("sub") != claims.get("sub"):
        raise NotConfirmed("another subject")
    return found


def _identity(claims: dict[str, Any], about: dict[str, Any]) -> Identity:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise NotConfirmed("no subject")
    ways = claims.get("amr", [])
    methods = {str(one) for one in ways} if isinstance(ways, list) else set()
    return Identity(
        issuer=settings.DIRECTORY["issuer"].rstrip("/"),
        subject=subject,
        email=str(about.get("email") or "").strip(),
        is_verified=about.get("email_verified") is True,
        methods=frozenset(methods | ({str(claims["acr"])} if claims.get("acr") else set())),
    )
