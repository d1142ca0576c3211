from __future__ import annotations

import logging

import pytest
from case_rows import make_case
from contacts import browser
from django.template import Context, Template
from people import People, as_user, new_id

from casework.cases import actions
from casework.cases.models import Note
from foundation.privacy.context import acting_as
from foundation.privacy.fields import Sealed

pytestmark = pytest.mark.django_db


def test_undecryptable_note_leaves_the_others_readable(people: People, caplog: pytest.LogCaptureFixture) -> None:
    case = make_case(people.handler)
    as_user(people.handler, actions.add_note, by=people.handler, case_id=case.pk, note_id=new_id(), text="Readable")
    with acting_as(people.handler, purpose="test"):
        broken = Note(case=case, data_key_id=case.data_key_id, written_by=people.handler)
        broken.text = Sealed(b"\x01" + case.data_key_id.bytes + b"x" * 40)
        broken.save(force_insert=True)
    with caplog.at_level(logging.ERROR):
        answer = browser(people.handler).get(f"/cases/{case.pk}/notes/")
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Readable" in shown
    assert f"{broken.pk} cannot be shown. Please tell your administrator this number." in shown
    assert f"row cannot be shown: cases.note {broken.pk}" in caplog.text
    assert "Readable" not in caplog.text
    assert browser(people.handler).get(f"/cases/{case.pk}/").status_code == 200


class Row:
    reference = "C-7"

    @property
    def absurd(self) -> str:
        raise OverflowError("something that a person wrote")


class Fine:
    absurd = "fine"


@pytest.mark.parametrize("tag", ["li", "tr", "div"])
def test_undecryptable_row_is_shown_with_id_and_kind_of_error(tag: str, caplog: pytest.LogCaptureFixture) -> None:
    source = (
        "{% load rows %}{% for one in rows %}{% row one "
        f'"{tag}"'
        " %}<b>{{ one.absurd }}</b>{% endrow %}{% endfor %}"
    )
    shown = Template(source).render(Context({"rows": [Fine(), Row(), Fine()]}))
    assert shown.count("<b>fine</b>") == 2
    assert f'<{tag} class="unshown">' in shown
    assert "C-7 cannot be shown" in shown
    assert "OverflowError" in caplog.text
    assert "something that a person wrote" not in caplog.text
