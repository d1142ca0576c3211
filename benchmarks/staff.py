"""Invented organisations and people: two centres, and a network with as many rows of coverage as PERFORMANCE names."""

from __future__ import annotations

import random
from importlib import import_module

from django.conf import settings
from django.contrib.auth.hashers import make_password

from benchmarks.place import CENTRE, OTHER_CENTRE, PASSWORD
from foundation.accounts.models import Membership, Organisation, OrganisationKind, PasswordHash, User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service as Acting
from foundation.accounts.services import service_user
from foundation.accounts.stored_passwords import new_stamp
from foundation.privacy.blind_index import phone_index
from foundation.privacy.context import acting_as
from regions.models import Coverage, PartnerProfile, Region
from regions.vocabulary import Language, Phenomenon, Service

HANDLERS = 100
"""Who share the contacts, beside MANY and FEW."""
OTHER_HANDLERS = 20
PARTNERS = 600
COVERED = 29_000
KNOWN_NUMBERS = 1000
COORDINATOR = "coordinator@benchmark.example"
#: An older checkout has Django's own.
SESSION_TABLE = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()._meta.db_table


def handler(number: int) -> str:
    """The e-mail of a handler of the centre, from 0."""
    return f"handler{number}@benchmark.example"


MANY = handler(HANDLERS)
"""A tenth of the centre's contacts and cases are theirs."""
FEW = handler(HANDLERS + 1)
"""About ten contacts, each with a case, however many the database has."""


def phone(number: int) -> str:
    """A known caller's number, from 0: one of the thousand that Germany keeps for films."""
    return f"+493023125{number:03}"


def known_indexes() -> list[bytes]:
    """The blind indexes of all known callers."""
    return [phone_index(phone(number)) for number in range(KNOWN_NUMBERS)]


def make_staff() -> None:
    with acting_as(service_user(Acting.SETUP), purpose="benchmark"):
        _make_staff()


def _make_staff() -> None:
    centre = Organisation.objects.create(name=CENTRE, kind=OrganisationKind.CENTRE, is_demo=True)
    other = Organisation.objects.create(name=OTHER_CENTRE, kind=OrganisationKind.CENTRE, is_demo=True)
    password = make_password(PASSWORD)
    emails = [handler(number) for number in range(HANDLERS + 2)]
    _people(emails, centre, Role.HANDLER, password)
    _people([f"other.{handler(number)}" for number in range(OTHER_HANDLERS)], other, Role.HANDLER, password)
    _people([COORDINATOR], centre, Role.COORDINATOR, password)
    partners = Organisation.objects.bulk_create(
        Organisation(name=f"Benchmark Partner {number}", kind=OrganisationKind.PARTNER, is_demo=True)
        for number in range(PARTNERS)
    )
    _people(["worker@benchmark.example"], partners[0], Role.PARTNER_WORKER, password)
    _network(partners, random.Random(PARTNERS))  # noqa: S311  invented data needs no cryptographic chance


def _people(emails: list[str], organisation: Organisation, role: Role, password: str) -> None:
    users = User.objects.bulk_create(
        User(email=email, name=f"Benchmark {role} {number}", stamp=new_stamp(has_password=True))
        for number, email in enumerate(emails)
    )
    PasswordHash.objects.bulk_create(PasswordHash(user=user, encoded=password) for user in users)
    Membership.objects.bulk_create(Membership(user=user, organisation=organisation, role=role.value) for user in users)


def _network(partners: list[Organisation], chance: random.Random) -> None:
    """Profiles, and coverage spread over the regions of all countries."""
    codes = sorted(Region.objects.values_list("code", flat=True))
    share = divmod(COVERED, len(partners))
    PartnerProfile.objects.bulk_create(
        PartnerProfile(
            organisation=partner,
            services=chance.sample(Service.values, 4),
            phenomena=chance.sample(Phenomenon.values, 3),
            languages=["de", *chance.sample([code for code in Language.values if code != "de"], 2)],
            capacity=chance.randint(3, 40),
            is_national=chance.random() < 0.03,
        )
        for partner in partners
    )
    Coverage.objects.bulk_create(
        Coverage(organisation=partner, region_id=code)
        for number, partner in enumerate(partners)
        for code in chance.sample(codes, share[0] + (number < share[1]))
    )
