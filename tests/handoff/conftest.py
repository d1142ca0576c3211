from __future__ import annotations

import pytest
from people import People, make_people
from referrals import equip

from regions.loading import load_regions


@pytest.fixture
def people(db: None) -> People:
    """The people, with a partner in Bavaria and a national one."""
    return ready()


def ready() -> People:
    load_regions(["DE"])
    made = make_people()
    equip(made, made.partner, "DE-BY")
    equip(made, made.other_partner, national=True)
    return made
