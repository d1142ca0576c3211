"""A review over HTTP: planned by the plan itself, moved with a reason, held with what follows; the body reads it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from casework.reviews.states import ReviewState
from casework.reviews.vocabulary import Adjustment, OnTrack

from .browser import Form, form_of
from .rehearsal_context import Rehearsal, Wrong, expect, expect_texts, form_at, label_in, page, send

WHY_MOVED = "Die Schule hat Ferien. (Probe)"
FOUND = "Er kommt zu jedem Gespräch. (Probe)"
SIDE_EFFECT = "Die Schwester wird darauf angesprochen. (Probe)"


def move(r: Rehearsal) -> str:
    """The plan in force has planned its review; another time needs a reason."""
    rows = page(r.handler, f"{r.case_with_duties}reviews/").all("a", class_="row-link")
    expect(len(rows) == 1, "one review of the plan", len(rows))
    due = timezone.localtime(timezone.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    form = form_at(r.handler, urlsplit(rows[0].attributes["href"]).path, "/move/")
    r.review = send(r.handler, form.with_({"due_at": due, "reason": WHY_MOVED})).path
    expect_texts(page(r.partner, r.review), shown=[label_in(page(r.partner, r.review), ReviewState.PLANNED.label)])
    return WHY_MOVED


def hold(r: Rehearsal) -> str:
    """Its questions are answered, the next one is planned, and the body reads what was found."""
    whole = page(r.handler, f"{r.review}hold/")
    node = whole.by_id("hold-form")
    if node is None:
        raise Wrong("the questions of the review", "there is no form")
    answers = {
        "on_track": OnTrack.YES.value,
        "findings": FOUND,
        "side_effects": SIDE_EFFECT,
        "adjustment": Adjustment.NONE.value,
    }
    send(r.handler, Form(f"{r.review}hold/", form_of(node, whole).values).with_(answers))
    seen = page(r.partner, r.review)
    label = label_in(seen, ReviewState.HELD.label)
    expect_texts(seen, shown=[label, FOUND, SIDE_EFFECT])
    rows = page(r.handler, f"{r.case_with_duties}reviews/").all("a", class_="row-link")
    expect(len(rows) == 3, "the moved, the held and the next review", len(rows))
    return label
