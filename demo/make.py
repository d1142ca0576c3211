"""Makes the whole demo: regions, organisations, people, a year, and today."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import time_machine
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection

from foundation.accounts.actions import create_organisation, create_user, grant_role
from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.journal.actions import record
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from regions.actions import add_liaison, pause_intake, save_profile, set_coverage
from regions.models import PostalCode, Region
from regions.vocabulary import PauseReason

from .events import DEMO_MADE
from .network import LIAISONS, PARTNERS, PAUSED, Partner
from .open_work import make_present
from .people import BIRDS, CENTRE, DOMAIN, PASSWORD
from .prison_release import make_prison_releases
from .releases import make_releases
from .simulated_year import Player, moment
from .stories import year
from .team_case import make_closing_cases, make_plans_of_centre, make_team_case
from .telephone import make_calls, make_lines, make_messages


class NotADemo(Exception):
    """The database holds something that is not demo data."""


def refuse_real_data() -> None:
    """Raises NotADemo when any organisation or person is here that the demo did not make."""
    if Organisation.objects.filter(is_demo=False).exists():
        raise NotADemo("an organisation that is not part of the demo")
    if User.objects.filter(service="").exclude(email__endswith=f"@{DOMAIN}").exists():
        raise NotADemo("a user who is not part of the demo")


def is_begun() -> bool:
    return Organisation.objects.filter(is_demo=True).exists()


def is_whole() -> bool:
    """Whether the demo is complete: its last step is an event by the coordinator."""
    coordinator = User.objects.filter(email=f"crane@{DOMAIN}").first()
    if coordinator is None:
        return False
    with acting_as(coordinator, purpose="demo"):
        return Event.objects.filter(kind=DEMO_MADE.code).exists()


def make_demo(*, seed: int, now: datetime, say: Callable[[str], object], share: float = 1.0) -> None:
    """Raises NotADemo. ``now``: the present of the demo (aware); the year before it is invented, or a
    ``share`` of it."""
    refuse_real_data()
    with connection.cursor() as cursor:  # fictional data need no synchronous commit
        cursor.execute("set synchronous_commit to off")
    rng = random.Random(seed)
    if not PostalCode.objects.exists():
        call_command("load_regions", stdout=StringIO())
        call_command("load_postal_codes", stdout=StringIO())
    say("organisations and people")
    with time_machine.travel(now - timedelta(days=400), tick=True):  # the centre is created before its first contact
        organisations, people = make_staff(now)
        make_network(people["crane"], organisations, now)
    say("a year of contacts")
    answering = [bird for bird in BIRDS if bird.role == Role.PARTNER_WORKER]
    workers = {organisations[bird.organisation].pk: people[bird.handle] for bird in answering}
    with acting_as(service_user(Service.SETUP), purpose="demo"):
        workers.update(make_spare_workers(organisations, workers))
    handlers = [people["heron"], people["tern"], people["plover"]]
    player = Player(rng, handlers, people["crane"], workers, now)
    for story in year(rng, now.date(), share):
        player.tell(story)
    say("today")
    make_present(player, rng, now)
    make_team_case(player, organisations, people, now)
    make_plans_of_centre(player, organisations, people, now)
    make_closing_cases(player, organisations, people, now)
    make_prison_releases(player, organisations, people, now)
    make_lines(people["stork"], organisations[CENTRE], now)
    make_calls(player, people, now)
    make_messages(player, people["heron"], now)
    crane = people["crane"]
    say("figures")
    make_releases(organisations[CENTRE], crane, people["curlew"], now, share)
    with acting_as(crane, purpose="demo"):
        record(DEMO_MADE, by=crane, subject=player.new_id(), centre=organisations[CENTRE].pk, data={"seed": seed})


def make_staff(now: datetime) -> tuple[dict[str, Organisation], dict[str, User]]:
    with acting_as(service_user(Service.SETUP), purpose="demo"):
        organisations = make_organisations()
        return organisations, make_people(organisations, now)


def make_organisations() -> dict[str, Organisation]:
    made = {
        CENTRE: _organisation("Lotse Beratungsstelle (Demo)", OrganisationKind.CENTRE, "DE"),
        "funder": _organisation("Förderstelle (Demo)", OrganisationKind.FUNDER, "DE"),
        "body": _organisation("Polizeiinspektion Musterstadt (Demo)", OrganisationKind.BODY, "DE"),
        "youth": _organisation("Jugendamt Musterstadt (Demo)", OrganisationKind.BODY, "DE"),
        "school": _organisation("Schulberatung Musterbezirk (Demo)", OrganisationKind.BODY, "DE"),
        "probation": _organisation("Bewährungshilfe Musterstadt (Demo)", OrganisationKind.BODY, "DE"),
    }
    for partner in PARTNERS:
        made[partner.key] = _organisation(partner.name, OrganisationKind.PARTNER, partner.country)
    return made


def _organisation(name: str, kind: OrganisationKind, country: str) -> Organisation:
    zone = {"DE": "Europe/Berlin", "FR": "Europe/Paris", "BE": "Europe/Brussels"}[country]
    setup = service_user(Service.SETUP)
    return create_organisation(by=setup, name=name, kind=kind, country=country, time_zone=zone, is_demo=True)


def make_user(email: str, name: str, language: str, organisation: Organisation, role: Role) -> User:
    """A fictional person without a password, while setting up acts."""
    setup = service_user(Service.SETUP)
    user = create_user(by=setup, email=email, name=name, password=None, language=language)
    grant_role(by=setup, user=user, organisation=organisation, role=role)
    return User.objects.get(pk=user.pk)


def make_people(organisations: dict[str, Organisation], now: datetime) -> dict[str, User]:
    """The demo's people, who signed in this morning: else their work would go to the shift at once."""
    people = {}
    for bird in BIRDS:
        place = organisations[bird.organisation]
        people[bird.handle] = make_user(bird.email, bird.name, bird.language, place, bird.role)
    encoded = make_password(PASSWORD)  # hashing is slow on purpose; one password for all needs it once
    for user in people.values():
        user.take_hash(encoded)
        user.last_login = now
        user.save(update_fields=["stamp", "last_login"])
    return people


def make_spare_workers(organisations: dict[str, Organisation], workers: dict[int, User]) -> dict[int, User]:
    """Create people of partners without a demo user, who act in the fictional year and cannot sign in."""
    spare = {}
    for partner in PARTNERS:
        organisation = organisations[partner.key]
        if organisation.pk not in workers:
            email = f"worker-{partner.key.lower()}@{DOMAIN}"
            spare[organisation.pk] = make_user(email, "Worker", "en", organisation, Role.PARTNER_WORKER)
    return spare


def make_network(by: User, organisations: dict[str, Organisation], now: datetime) -> None:
    with acting_as(by, purpose="demo"):
        for number, partner in enumerate(PARTNERS):
            _profile(by, partner, organisations[partner.key], f"+493023126{number:03d}")
        for sector, region, post in LIAISONS:
            add_liaison(by=by, sector=sector, region=Region.objects.get(pk=region), post=post)
    with moment(by, now - timedelta(days=9)):
        for key in PAUSED:
            pause_intake(
                by=by,
                organisation=organisations[key],
                starts_on=now.date(),
                ends_on=now.date() + timedelta(days=20),
                reason=PauseReason.FULL,
            )


def _profile(by: User, partner: Partner, organisation: Organisation, phone: str) -> None:
    save_profile(
        by=by,
        organisation=organisation,
        version=0,
        services=partner.services,
        phenomena=partner.phenomena,
        languages=partner.languages,
        capacity=partner.capacity,
        is_national=partner.is_national,
        phone=phone,
    )
    regions = Region.objects.filter(pk__in=partner.covers)
    set_coverage(by=by, organisation=organisation, regions=regions, version=1)
