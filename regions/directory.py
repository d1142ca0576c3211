"""The list of partners with its filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from foundation.accounts.models import Organisation, User

from .lookup import regions_of
from .models import PartnerProfile
from .network import codes_of, partners, pauses_on, tree
from .permissions import known_load
from .reasons import names_of_regions
from .routing import Pause, path_up
from .vocabulary import Language, Phenomenon, Service


@dataclass(frozen=True)
class Search:
    """The filters; an empty string means all."""

    country: str
    service: str = ""
    phenomenon: str = ""
    language: str = ""
    postal_code: str = ""


@dataclass(frozen=True)
class PartnerEntry:
    """A partner in words. `taken` is None where nobody counts the cases, or where the reader may not know."""

    organisation: Organisation
    services: list[str]
    phenomena: list[str]
    languages: list[tuple[str, str]]
    regions: list[str]
    capacity: int
    taken: int | None
    is_national: bool
    pause: Pause | None


def entries(search: Search, today: date, reader: User) -> list[PartnerEntry]:
    """The matching partners, by name. An unknown postal code is ignored; see `knows`."""
    pauses = pauses_on(today)
    names = names_of_regions()
    taken = known_load(reader)
    above = _regions_above(search)
    return [
        entry(profile, names, taken, pauses.get(profile.organisation_id))
        for profile in partners(search.country)
        if _fits(profile, search) and (not above or profile.is_national or above & set(codes_of(profile)))
    ]


def knows(search: Search) -> bool:
    """Whether the postal code, when there is one, is one of ours."""
    return not search.postal_code or regions_of(search.country, search.postal_code).exists()


def entry(
    profile: PartnerProfile, names: Mapping[str, str], taken: Callable[[int], int | None], pause: Pause | None
) -> PartnerEntry:
    """One partner in words; `profile` comes from `network.partners`."""
    return PartnerEntry(
        profile.organisation,
        labels(Service.choices, profile.services),
        labels(Phenomenon.choices, profile.phenomena),
        [(str(code), str(label)) for code, label in Language.choices if code in profile.languages],
        sorted(names.get(code, code) for code in codes_of(profile)),
        profile.capacity,
        taken(profile.organisation_id),
        profile.is_national,
        pause,
    )


def labels(choices: Iterable[tuple[str, object]], codes: Iterable[str]) -> list[str]:
    """The labels of the codes, in the order of the vocabulary."""
    wanted = set(codes)
    return [str(label) for code, label in choices if code in wanted]


def _regions_above(search: Search) -> set[str]:
    """The regions of the postal code with everything above them; empty when there is nothing to narrow by."""
    if not search.postal_code:
        return set()
    parents = tree()
    found = regions_of(search.country, search.postal_code).values_list("code", flat=True)
    return {code for region in found for code in path_up(region, parents)}


def _fits(profile: PartnerProfile, search: Search) -> bool:
    return (
        search.service in {"", *profile.services}
        and search.phenomenon in {"", *profile.phenomena}
        and search.language in {"", *profile.languages}
    )
