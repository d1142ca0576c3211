"""Creates the first administrator of an installation."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from foundation.accounts.actions import create_organisation, create_user, grant_role
from foundation.accounts.countries import UTC, is_country, is_zone, time_zones_of, zone_meant
from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as


class Command(BaseCommand):
    help = "Makes the first administrator of an installation, and the centre they work for if it does not exist yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="Administrator")
        parser.add_argument("--centre", required=True, help="name of the advice centre")
        parser.add_argument("--country", default="DE", help="ISO 3166-1, two letters")
        parser.add_argument("--time-zone", help="like Europe/Berlin; unset: the country's own")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unusable(options)
        email = options["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise CommandError(f"There is a user {email} already.")
        country, zone = read_place(options["country"], options["time_zone"])
        password = read_password()
        setup = service_user(Service.SETUP)
        with acting_as(setup, purpose="create_administrator"):
            centre = Organisation.objects.filter(name=options["centre"], kind=OrganisationKind.CENTRE).first()
            centre = centre or create_organisation(
                by=setup,
                name=options["centre"],
                kind=OrganisationKind.CENTRE,
                country=country,
                time_zone=zone,
            )
            name = options["name"]
            user = create_user(by=setup, email=email, name=name, password=password, language="en", centre=centre)
            grant_role(by=setup, user=user, organisation=centre, role=Role.ADMINISTRATOR)
        self.stdout.write(f"{email} can sign in as administrator of {centre.name}.")


def read_place(country: str, zone: str | None) -> tuple[str, str]:
    """Valid country and time zone. Raises CommandError with an example."""
    if not is_country(country):
        raise CommandError(f"“{country}” is no country: write its two letters of ISO 3166-1, like DE, FR or BE.")
    zone = zone or (time_zones_of(country) or [UTC])[0]
    if not is_zone(zone):
        meant = zone_meant(zone, country)
        raise CommandError(f"“{zone}” is no time zone: write one like {meant}.")
    return country, zone


def read_password() -> str:
    """The password from the keyboard, without echo, or from standard input. Raises CommandError for a weak one."""
    password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password


def refuse_unusable(options: dict[str, Any]) -> None:
    """Raises CommandError for values that a form would refuse."""
    fields: dict[str, Any] = {"email": User.email, "name": User.name, "centre": Organisation.name}
    for option, attribute in fields.items():
        try:
            attribute.field.clean(options[option].strip(), None)
        except ValidationError as error:
            raise CommandError(f"--{option}: {' '.join(error.messages)}") from None
