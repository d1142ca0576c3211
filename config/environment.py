"""Reads the environment variables. A missing or wrong one ends the process with one line on stderr.

Pure apart from reading files that a variable names; settings.py calls it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}
IN_PASSWORDS = "In a password, %40 stands for @, %2F for /, %3A for :, %23 for # and %3F for ?."


class Misconfigured(SystemExit):
    """A variable is missing or wrong. Uncaught it prints its line on stderr and ends the process with code 1."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"lotse: {variable} {problem}")


def required(environ: Mapping[str, str], variable: str) -> str:
    value = environ.get(variable, "").strip()
    if not value:
        raise Misconfigured(
            variable, "is not set. `./lotse up` sets it; without it, see docs/operations.md, 'Variables'."
        )
    return value


def flag(environ: Mapping[str, str], variable: str) -> bool:
    value = environ.get(variable, "").strip().lower()
    if value not in TRUE | FALSE:
        raise Misconfigured(variable, f"must be 1 or 0, not {value!r}.")
    return value in TRUE


def number(environ: Mapping[str, str], variable: str, *, most: int) -> int:
    """A whole number from 0 to ``most``; 0 when the variable is unset."""
    value = environ.get(variable, "").strip() or "0"
    if not (value.isascii() and value.isdigit() and int(value) <= most):
        raise Misconfigured(variable, f"must be a number from 0 to {most}, not {value!r}.")
    return int(value)


def words(environ: Mapping[str, str], variable: str) -> list[str]:
    """A comma-separated list; empty when the variable is unset."""
    return [word.strip() for word in environ.get(variable, "").split(",") if word.strip()]


def database(environ: Mapping[str, str], variable: str = "DATABASE_URL") -> dict[str, Any]:
    """`postgres://user:password@host:port/name?host=/socket/directory` as Django's settings for one database."""
    parts = _postgres_parts(required(environ, variable), variable)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "config.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def _postgres_parts(value: str, variable: str) -> SplitResult:
    shape = "postgres://user:password@host:port/name"
    parts = _parts(value, variable, shape)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise Misconfigured(variable, f"must begin with postgres://, not {parts.scheme or 'nothing'}://.")
    if not parts.path.lstrip("/"):
        raise Misconfigured(variable, f"names no database; it looks like {shape}.")
    return parts


def _parts(value: str, variable: str, shape: str) -> SplitResult:
    """The parts of an address. The value itself is never repeated, as a password is in it."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  raises ValueError when it is no number
    except ValueError:
        raise Misconfigured(variable, f"cannot be read; it looks like {shape}. {IN_PASSWORDS}") from None
    if "@" in parts.path + parts.query + parts.fragment:  # otherwise part of a password would be parsed as host or path
        raise Misconfigured(variable, f"cannot be read; it looks like {shape}. {IN_PASSWORDS}")
    return parts


def redis(environ: Mapping[str, str], variable: str = "REDIS_URL") -> str:
    """A Redis or Valkey URL as redis-py reads it."""
    value = required(environ, variable)
    _check_redis(value, variable, {"redis", "rediss", "unix"}, "must begin with redis://, rediss:// or unix://.")
    return value


def broker(environ: Mapping[str, str]) -> str:
    """Celery's broker; where CELERY_BROKER_URL is unset, the server of REDIS_URL."""
    variable = "CELERY_BROKER_URL"
    value = environ.get(variable, "").strip()
    if not value:
        return redis(environ).replace("unix://", "redis+socket://", 1)
    known = {"redis", "rediss", "redis+socket", "amqp", "amqps"}
    _check_redis(value, variable, known, "must begin with redis://, rediss://, redis+socket:// or amqp://.")
    return value


def _check_redis(value: str, variable: str, schemes: set[str], problem: str) -> None:
    """Raises Misconfigured if the client would fail with a traceback, or use another database than intended."""
    shape = "redis://:password@host:port/0"
    parts = _parts(value, variable, shape)
    if parts.scheme not in schemes:
        raise Misconfigured(variable, problem)
    if parts.scheme in {"redis", "rediss"} and not parts.path.strip("/").isdecimal() and parts.path.strip("/"):
        raise Misconfigured(variable, f"must end with the number of a database; it looks like {shape}.")


def mail(environ: Mapping[str, str], variable: str = "LOTSE_EMAIL_URL") -> dict[str, Any]:
    """`smtp://user:password@host:port` (`smtps` or `?tls=1`: STARTTLS) by parts; an empty host when unset."""
    value = environ.get(variable, "").strip()
    parts = _parts(value, variable, "smtp://user:password@host:port")
    if value and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
        raise Misconfigured(variable, "must look like smtp://user:password@host:port or smtps://...")
    return {
        "host": parts.hostname or "",
        "port": parts.port or (587 if parts.scheme == "smtps" else 25),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "tls": parts.scheme == "smtps" or dict(parse_qsl(parts.query)).get("tls") == "1",
    }


def directory(environ: Mapping[str, str]) -> dict[str, Any]:
    """The centre's own directory (OpenID Connect); empty when LOTSE_OIDC_ISSUER is unset.

    ``origins``: to which the sign-in page may send a browser.
    """
    issuer = environ.get("LOTSE_OIDC_ISSUER", "").strip()
    if not issuer:
        return {}
    origin = _origin(issuer, "LOTSE_OIDC_ISSUER")
    elsewhere = [_origin(one, "LOTSE_OIDC_ORIGINS") for one in words(environ, "LOTSE_OIDC_ORIGINS")]
    return {
        "issuer": issuer,
        "client_id": required(environ, "LOTSE_OIDC_CLIENT_ID"),
        "client_secret": secret(environ, "LOTSE_OIDC_CLIENT_SECRET"),
        "name": environ.get("LOTSE_OIDC_NAME", "").strip(),
        "domains": [domain.lower() for domain in words(environ, "LOTSE_OIDC_DOMAINS")],
        "second_factor": words(environ, "LOTSE_OIDC_SECOND_FACTOR"),
        "origins": [origin, *elsewhere],
    }


def _origin(url: str, variable: str) -> str:
    """Scheme and host. Without TLS only on this machine: the directory's word is believed."""
    parts = _parts(url, variable, "https://login.example.org/centre")
    is_here = parts.hostname in {"localhost", "127.0.0.1"}
    if not parts.hostname or parts.scheme not in ({"http", "https"} if is_here else {"https"}):
        raise Misconfigured(variable, "must begin with https://.")
    return f"{parts.scheme}://{parts.netloc}"


def telephony(environ: Mapping[str, str], public_url: str) -> dict[str, str]:
    """The provider's account and where to find it; everything may be empty, but half an account is a mistake."""
    names = {
        "account": "LOTSE_TELEPHONY_ACCOUNT",
        "api_url": "LOTSE_TELEPHONY_API_URL",
        "edge": "LOTSE_TELEPHONY_EDGE",
        "region": "LOTSE_TELEPHONY_REGION",
        "api_key": "LOTSE_TELEPHONY_API_KEY",
        "app": "LOTSE_TELEPHONY_APP",
    }
    found = {name: environ.get(variable, "").strip() for name, variable in names.items()}
    found["token"] = _optional_secret(environ, "LOTSE_TELEPHONY_TOKEN")
    found["api_secret"] = _optional_secret(environ, "LOTSE_TELEPHONY_API_SECRET")
    found["public_url"] = environ.get("LOTSE_TELEPHONY_PUBLIC_URL", "").strip().rstrip("/") or public_url
    if bool(found["account"]) != bool(found["token"]):
        raise Misconfigured("LOTSE_TELEPHONY_ACCOUNT", "and LOTSE_TELEPHONY_TOKEN must be set together.")
    for name in ("api_url", "public_url"):
        if found[name] and urlsplit(found[name]).scheme not in {"http", "https"}:
            variable = "LOTSE_TELEPHONY_API_URL" if name == "api_url" else "LOTSE_TELEPHONY_PUBLIC_URL"
            raise Misconfigured(variable, "must begin with https:// (or http://, for a simulator).")
    return found


def _optional_secret(environ: Mapping[str, str], variable: str) -> str:
    named = environ.get(variable) or environ.get(f"{variable}_FILE")
    return secret(environ, variable) if named else ""


def secret(environ: Mapping[str, str], variable: str) -> str:
    """The value of `variable`, or the content of the file that `variable`_FILE names."""
    if environ.get(variable):
        return required(environ, variable)
    path = environ.get(f"{variable}_FILE", "")
    if not path:
        raise Misconfigured(variable, f"is not set (nor {variable}_FILE).")
    return _read(path, f"{variable}_FILE").strip()


def optional_secrets(environ: Mapping[str, str], variable: str) -> list[str]:
    """As ``secret``; empty when neither variable is set."""
    is_set = environ.get(variable) or environ.get(f"{variable}_FILE")
    return [secret(environ, variable)] if is_set else []


def keys(environ: Mapping[str, str], variable: str = "LOTSE_KEYS_FILE") -> dict[str, Any]:
    """The key file: `{"active": "k1", "master": {"k1": base64 of 32 bytes}, "blind_index": base64}`.

    Returned with the keys as bytes.
    """
    text = _read(required(environ, variable), variable)
    try:
        content = json.loads(text)
        master = {name: base64.b64decode(key, validate=True) for name, key in content["master"].items()}
        blind = base64.b64decode(content["blind_index"], validate=True)
        active = str(content["active"])
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise Misconfigured(variable, "is no key file; see docs/operations for its form.") from None
    if active not in master or any(len(key) != 32 for key in [*master.values(), blind]):
        raise Misconfigured(variable, "must hold keys of 32 bytes and name one of them as active.")
    return {"active": active, "master": master, "blind_index": blind}


def _read(path: str, variable: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(variable, f"names {path}, which cannot be read ({error.strerror}).") from None
