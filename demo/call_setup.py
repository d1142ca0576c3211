"""Checks what simulated calls need: a running platform with a provider on this machine, a line, a coordinator."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.exceptions import RequestException

from foundation.accounts.models import Membership, OrganisationKind, User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from hotline.switchboard.models import Line
from regions.phone_numbers import parse_number

from .make import NotADemo, refuse_real_data
from .telephone import MAIN

Result = TypeVar("Result")
PATIENCE = 10.0  # seconds for the platform to say that it is up


class NotReady(Exception):
    """The message says what is missing and what to do, or that the command was stopped."""


@dataclass(frozen=True)
class Stage:
    number: str
    coordinator: User


def find_stage(*, number: str = "", with_handlers: bool = False) -> Stage:
    """The line to ring and a coordinator of its centre. ``number``: a line that is none of the demo's.

    ``with_handlers``: simulated ones are to answer, who exist in a demo only. Raises NotReady.
    """
    _require_provider_here()
    real = _real_data()
    with acting_as(service_user(Service.TELEPHONE), purpose="simulation"):
        lines = list(Line.objects.filter(is_active=True, centre__kind=OrganisationKind.CENTRE).select_related("centre"))
    if real and not number:
        raise NotReady(
            f"This database holds {real}: simulated calls would stand among its own for ever. Where that is meant, "
            f"name the line with --line and use --realtime. {_named(lines)}"
        )
    if real and with_handlers:
        raise NotReady("Simulated handlers exist in a demo only: use --realtime, and answer yourself.")
    wanted = number.strip() or MAIN
    line = next((one for one in lines if _is_number_of(one, wanted)), None)
    if line is None:
        raise NotReady(f"There is no line {wanted} in use. {_named(lines)}")
    coordinators = User.objects.filter(is_active=True).filter(
        pk__in=Membership.objects.filter(
            organisation=line.centre_id, role=Role.COORDINATOR.value, ended_at=None
        ).values("user")
    )
    coordinator = coordinators.order_by("pk").first()
    if coordinator is None:
        raise NotReady(f"Nobody coordinates {line.centre.name}: an administrator gives somebody that role first.")
    _require_platform()
    _require_free_port()
    return Stage(str(line.number), coordinator)


def _is_number_of(line: Line, text: str) -> bool:
    """Also as it is dialled in the country of the line's centre."""
    found = parse_number(text, line.centre.country)
    return str(line.number) == (found.full if found else "".join(text.split()))


def _require_provider_here() -> None:
    api_url = settings.TELEPHONY["api_url"]
    if not api_url:
        raise NotReady(
            "No simulated provider is set up: start a demo with ./lotse up, or set LOTSE_TELEPHONY_ACCOUNT, "
            "LOTSE_TELEPHONY_TOKEN and LOTSE_TELEPHONY_API_URL (http://127.0.0.1:PORT)."
        )
    host = urlsplit(api_url).hostname or ""
    if host != "localhost" and not _is_loopback(host):
        raise NotReady(f"LOTSE_TELEPHONY_API_URL leads to {host}: calls are simulated on this machine only.")


def _require_free_port() -> None:
    """Checks that the port of the simulated provider is free."""
    place = urlsplit(settings.TELEPHONY["api_url"])
    host, port = place.hostname or "127.0.0.1", place.port or 8001
    try:
        socket.create_server((host, port)).close()
    except OSError as refused:
        raise NotReady(
            f"The simulated provider cannot listen at {host}:{port} ({os.strerror(refused.errno or 0)}). "
            "If another command simulates calls there, wait until it has ended."
        ) from None


def run_to_the_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Raises NotReady if the command is stopped."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise NotReady("Stopped: all callers have hung up.") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _real_data() -> str:
    """What is here that the demo did not make; empty in a demo."""
    try:
        refuse_real_data()
    except NotADemo as found:
        return str(found)
    return ""


def _named(lines: list[Line]) -> str:
    numbers = ", ".join(f"{one.number} ({one.name})" for one in lines)
    return f"Lines in use: {numbers}." if numbers else "There is no line yet: an administrator enters one first."


def _require_platform() -> None:
    url = settings.LOTSE_PUBLIC_BASE_URL
    try:
        requests.get(f"{url}/healthz", timeout=PATIENCE).raise_for_status()
    except RequestException:
        raise NotReady(f"Lotse does not answer at {url}: start it first.") from None
