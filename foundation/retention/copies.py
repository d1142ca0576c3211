"""The copy for a person who asked for it: as a page to read and as JSON, made in memory.

What is left out leaves no trace in it, because the reason, or that there is something, may tell what is not disclosed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, ngettext

from foundation.accounts.models import User
from foundation.journal.actions import look

from .holdings import FACTS, Held, Item, holdings, items_of
from .models import Request, RequestDossier, RequestItem
from .request_actions import NotReady
from .rules import rules

FORMAT = "lotse copy 1"
FORMS = ("html", "json")


@dataclass(frozen=True)
class Decided:
    """An item with what was decided. ``left_out``: why, or empty; None if it is not decided, or changed since."""

    item: Item
    left_out: str | None


@dataclass(frozen=True)
class Part:
    """A row with its items."""

    held: Held
    items: list[Decided]

    @property
    def has_facts(self) -> bool:
        """Whether its codes and times are in the copy."""
        return any(one.item.place.endswith(f":{FACTS}") and one.left_out == "" for one in self.items)

    @property
    def given(self) -> list[Item]:
        return [one.item for one in self.items if one.left_out == "" and not one.item.place.endswith(f":{FACTS}")]


def parts_of(chosen: RequestDossier) -> list[Part]:
    """What is held in an opened dossier. Raises NotReady if it is not opened to the actor."""
    if chosen.agreed_at is None or chosen.ended_at is not None:
        raise NotReady
    with transaction.atomic():
        rows = holdings(chosen.subject)
    stored = {row.place: row for row in RequestItem.objects.filter(dossier=chosen)}
    return [Part(row, [Decided(item, _decided(item, stored.get(item.place))) for item in row.items]) for row in rows]


def undecided(parts: Sequence[Part]) -> int:
    return sum(1 for part in parts for one in part.items if one.left_out is None)


def items_in(parts: Sequence[Part]) -> dict[str, Item]:
    return items_of(part.held for part in parts)


def copy_of(request: Request, form: str, *, by: User) -> HttpResponse:
    """The file; ``form``: of FORMS. Leaves a look at each dossier. Raises NotReady if something is not decided."""
    chosen = list(RequestDossier.objects.chosen().filter(request=request).order_by("added_at", "pk"))
    parts = [part for one in chosen for part in parts_of(one)]
    if not chosen or undecided(parts):
        raise NotReady
    for one in chosen:
        look("dossier.copied", by=by, subject=one.subject, centre=one.centre_id)
    body = _page(request, parts) if form == "html" else _json(request, parts)
    kind = "text/html; charset=utf-8" if form == "html" else "application/json"
    name = f"copy-{request.received_on:%Y-%m-%d}.{form}"
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _page(request: Request, parts: Sequence[Part]) -> bytes:
    context = {
        "request": request,
        "parts": _shown(parts),
        "made_at": timezone.now(),
        "language": get_language(),
        "contact": _in_words(rules().dossiers["contact"]),
        "case": _in_words(rules().dossiers["case"]),
    }
    return render_to_string("retention/copy.html", context).encode()


def _in_words(period: str) -> str:
    """A period of the rules in the reader's language."""
    number, unit = int(period.split(maxsplit=1)[0]), period.split()[1].rstrip("s")
    words = {
        "day": ngettext("%(number)d day", "%(number)d days", number),
        "month": ngettext("%(number)d month", "%(number)d months", number),
        "year": ngettext("%(number)d year", "%(number)d years", number),
    }
    return words[unit] % {"number": number}


def _json(request: Request, parts: Sequence[Part]) -> bytes:
    rows = [
        {
            "title": part.held.title,
            **({"particulars": _facts(part)} if part.has_facts else {}),
            **({"texts": [{"label": item.label, "value": item.data} for item in part.given]} if part.given else {}),
        }
        for part in _shown(parts)
    ]
    document = {
        "format": FORMAT,
        "centre": request.centre.name,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "received_on": request.received_on.isoformat(),
        "name": request.name,
        "kept": dict(rules().dossiers),
        "rows": rows,
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _facts(part: Part) -> Any:
    return next(one.item.data for one in part.items if one.item.place.endswith(f":{FACTS}"))


def _shown(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.has_facts or part.given]


def _decided(item: Item, stored: RequestItem | None) -> str | None:
    return stored.left_out if stored and bytes(stored.digest) == item.digest else None
