from __future__ import annotations

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from people import People
from web import sign_in

from regions.models import PostalCode


def test_administrators_look_at_regions_and_change_nothing(people: People) -> None:
    try:
        address = reverse("admin:regions_region_changelist")
    except NoReverseMatch:
        pytest.skip("the administration is not mounted")
    PostalCode.objects.create(country="DE", code="10115", places="Berlin", region_id="DE-BE")
    client = Client()
    sign_in(client, people.administrator)
    assert client.get(address, {"q": "Bavière"}).status_code == 200
    assert client.get(reverse("admin:regions_postalcode_changelist"), {"q": "10115"}).status_code == 200
    assert client.get(reverse("admin:regions_region_add")).status_code == 403
    changed = client.post(reverse("admin:regions_region_change", args=["DE-BE"]), {"name_en": "Nonsense"})
    assert changed.status_code == 403
