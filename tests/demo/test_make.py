from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from people import make_centre

from casework.cases.models import Case
from demo.make import NotADemo, is_whole, make_demo, refuse_real_data
from demo.people import BIRDS
from foundation.accounts.models import Membership, Organisation, User
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from handoff.referrals.models import Referral
from handoff.referrals.states import ReferralState
from hotline.contacts.models import Callback, Contact
from regions.models import Coverage
from reporting.publishing.models import Release


def test_real_data_is_never_touched(db: None) -> None:
    make_centre()
    with pytest.raises(NotADemo):
        refuse_real_data()
    with pytest.raises(CommandError, match="empty one only"):
        call_command("demo")
    assert Organisation.objects.count() == 1


def test_a_small_demo_has_something_for_every_screen(db: None) -> None:
    now = datetime.now(UTC)
    make_demo(seed=3, now=now, say=lambda _text: None, share=0.05)
    assert is_whole()
    assert set(Membership.objects.active().values_list("role", flat=True)) == set(Role)
    laender = Coverage.objects.filter(region__parent="DE").values("region").distinct().count()
    assert laender == 16
    with acting_as(User.objects.get(email="crane@lotse.example"), purpose="test"):
        states = Counter(Referral.objects.values_list("state", flat=True))
        overdue = Referral.objects.overdue(now).count()
        kinds = set(Event.objects.values_list("kind", flat=True))
        oldest = Contact.objects.order_by("started_at").first()
        assert (Case.objects.count() > 5, Callback.objects.count()) == (True, 4)
        assert not Callback.objects.filter(origin="missed").exists()
        released = list(Release.objects.released().order_by("first", "last"))
        prepared = list(Release.objects.prepared())
    years, quarters = [[one for one in released if one.kind == kind] for kind in ("year", "quarter")]
    assert [one.first.year for one in years] == [now.year - 2, now.year - 1]
    assert len(quarters) >= 2
    assert all(one.first > oldest_of_own_year(now) for one in [*quarters, *prepared])
    assert [one.kind for one in prepared] == ["quarter"]
    assert [one.first for one in released if one.is_public] == [years[-1].first, quarters[-1].first]
    assert states[ReferralState.OFFERED] >= 3
    assert states[ReferralState.QUESTION] == 1
    assert overdue >= 1
    assert oldest is not None
    assert oldest.started_at < now - timedelta(days=60)
    assert {
        "referral.reminded",
        "referral.escalated",
        "referral.expired",
        "assessment.waiting",
        "access.requested",
    } <= kinds


def oldest_of_own_year(now: datetime) -> date:
    """Before that day the imported past counts, which has no referrals."""
    return (now - timedelta(days=367)).date().replace(day=1) - timedelta(days=1)


def test_everybody_of_the_demo_is_plainly_fictional() -> None:
    assert all(bird.email.endswith("@lotse.example") for bird in BIRDS)
