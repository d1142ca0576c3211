"""The users of the demo, named after birds, so that nobody takes them for real people. All have one password."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.accounts.roles import ROLES, Role

PASSWORD = "high tide at noon"
DOMAIN = "lotse.example"


@dataclass(frozen=True)
class Bird:
    """A demo user. ``organisation`` is a key of ``demo.network``."""

    handle: str
    name: str
    organisation: str
    role: Role
    language: str

    @property
    def email(self) -> str:
        return f"{self.handle}@{DOMAIN}"


CENTRE = "centre"
BIRDS = [
    Bird("heron", "Handler Heron", CENTRE, Role.HANDLER, "en"),
    Bird("tern", "Handler Tern", CENTRE, Role.HANDLER, "en"),
    Bird("plover", "Handler Plover", CENTRE, Role.HANDLER, "en"),
    Bird("crane", "Coordinator Crane", CENTRE, Role.COORDINATOR, "en"),
    Bird("curlew", "Coordinator Curlew", CENTRE, Role.COORDINATOR, "en"),
    Bird("stork", "Administrator Stork", CENTRE, Role.ADMINISTRATOR, "en"),
    Bird("owl", "Data protection Owl", CENTRE, Role.DPO, "de"),
    Bird("swan", "Funder Swan", CENTRE, Role.FUNDER, "de"),  # of a funder, reads the figures of the centre
    Bird("gull", "Worker Gull", "DE-BY", Role.PARTNER_WORKER, "en"),
    Bird("dunlin", "Coordinator Dunlin", "DE-BY", Role.PARTNER_COORDINATOR, "de"),
    Bird("avocet", "Worker Avocet", "DE-NW", Role.PARTNER_WORKER, "en"),
    Bird("eider", "Worker Eider", "DE-SN", Role.PARTNER_WORKER, "de"),
    Bird("petrel", "Worker Petrel", "FR-IDF", Role.PARTNER_WORKER, "fr"),
    Bird("puffin", "Worker Puffin", "BE-VLG", Role.PARTNER_WORKER, "en"),
    Bird("osprey", "Liaison Osprey", "body", Role.LIAISON, "de"),
    Bird("grebe", "Liaison Grebe", "youth", Role.LIAISON, "de"),
    Bird("teal", "Liaison Teal", "school", Role.LIAISON, "en"),
    Bird("knot", "Liaison Knot", "probation", Role.LIAISON, "fr"),
]
PEOPLE = [(bird.email, str(ROLES[bird.role].label), PASSWORD) for bird in BIRDS]
