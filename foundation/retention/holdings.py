"""What is held in a dossier, as items that an officer gives to the person or leaves out; read past the policies.

The function of the database hands out rows only while a coordinator has opened the dossier for a copy.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import Organisation, User
from foundation.privacy.fields import EncryptedBytesField, EncryptedField, Sealed
from foundation.privacy.keys import keyring
from foundation.privacy.models import DataKey, use_keys
from foundation.privacy.unshown import read_or

from .dossiers import Rows, dossier
from .field_labels import LABELS, TECHNICAL

FACTS = "particulars"


@dataclass(frozen=True)
class Item:
    """``place``: table, row and field; the codes and times of a row are one item. ``value``: for people; ``data``:
    for JSON."""

    place: str
    label: str
    value: str
    data: Any
    digest: bytes


@dataclass(frozen=True)
class Held:
    """A row of a dossier. ``facts``: label and value of its codes and times."""

    title: str
    items: list[Item]
    facts: list[tuple[str, str]]


def items_of(rows: Iterable[Held]) -> dict[str, Item]:
    """By place."""
    return {item.place: item for row in rows for item in row.items}


def holdings(subject: uuid.UUID) -> list[Held]:
    """What the dossier has, in the order of its apps; at last to whom it was passed on.

    A text that cannot be decrypted says so. Raises django.db.Error if it is not opened for the actor.
    """
    with connection.cursor() as cursor:
        cursor.execute("select place, content::text from ntk.dossier_content(%s)", [subject])
        found = [(place, json.loads(content)) for place, content in cursor.fetchall()]
    use_keys(_instance(DataKey, content) for place, content in found if place == DataKey._meta.db_table)
    models_by_table = {model._meta.db_table: model for model in apps.get_models()}
    declared = {rows.table: rows for rows in dossier().rows}
    order = list(reversed(declared))
    rows = [(place, content) for place, content in found if place in declared]
    rows.sort(key=lambda row: order.index(row[0]))
    held = [_held(declared[place], models_by_table[place], content) for place, content in rows]
    recipients = list(_recipients(content for place, content in found if place == "recipient"))
    return [*held, *([Held(_("Passed on to"), recipients, [])] if recipients else [])]


def copied_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [one for one in model._meta.concrete_fields if one.name not in TECHNICAL and not one.primary_key]


def _held(rows: Rows, model: type[models.Model], content: Mapping[str, Any]) -> Held:
    row = _instance(model, content)
    fields = copied_fields(model)
    texts = [one for one in fields if _is_text(one)]
    facts = [(one, said) for one in fields if one not in texts and (said := _said(row, one))]
    items = list(_texts(row, texts, content))
    if facts:
        raw = json.dumps([content[str(one.column)] for one, _said in facts], sort_keys=True)
        data = {one.name: content[str(one.column)] for one, _said in facts}
        items.insert(0, Item(_place(row, FACTS), _("Particulars"), "", data, _digest(raw)))
    return Held(str(rows.title), items, [(_label(one), said) for one, said in facts])


def _texts(row: models.Model, texts: Iterable[models.Field[Any, Any]], content: Mapping[str, Any]) -> Iterator[Item]:
    for one in texts:
        lost = _("This cannot be decrypted.")
        value: Any = read_or(row, lambda one=one: getattr(row, one.attname), lost)  # type: ignore[misc]
        if value in (None, "", b"", {}, []):
            continue
        if isinstance(one, EncryptedBytesField):
            said, value = _("A recording: ask for it."), None
        else:
            said = value if isinstance(value, str) else "\n".join(_lines(value))
        yield Item(_place(row, one.name), _label(one), said, value, _digest(str(content[str(one.column)])))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (f"{name}: {', '.join(_lines(one))}" for name, one in value.items())
    elif isinstance(value, list):
        yield from (", ".join(_lines(one)) for one in value)
    else:
        yield str(value)


def _is_text(field: models.Field[Any, Any]) -> bool:
    """Free text, or what may hold some: each is decided by itself."""
    if isinstance(field, EncryptedField | models.JSONField):
        return True
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def only_ties(field: models.Field[Any, Any]) -> bool:
    """Whether it refers to another row of the dossier, or to somebody of the staff.

    Employees are no recipients, and the copy does not name them (Court of Justice, C-579/21).
    """
    if not isinstance(field, models.ForeignKey):
        return False
    return field.related_model is User or field.related_model._meta.db_table in {rows.table for rows in dossier().rows}


def _said(row: models.Model, field: models.Field[Any, Any]) -> str:
    """The value in words; empty if there is none, or if it only ties rows together."""
    value = getattr(row, field.attname)
    if value in (None, "", []) or only_ties(field):
        return ""
    if isinstance(field, models.ForeignKey):
        return str(getattr(row, field.name))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, ArrayField):
        return ", ".join(_array(field, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return formats.date_format(value, "DATE_FORMAT") if isinstance(value, date) else str(value)


def _array(field: ArrayField[Any, Any], value: Iterable[Any]) -> Iterator[str]:
    words = dict(field.base_field.flatchoices)
    yield from (str(words.get(one, one)) for one in value)


def _label(field: models.Field[Any, Any]) -> str:
    return str(LABELS.get(field.name, field.verbose_name))


def _place(row: models.Model, field: str) -> str:
    return f"{row._meta.db_table}:{row.pk}:{field}"


def _digest(raw: str) -> bytes:
    return hmac.new(keyring().blind_index, b"item:" + raw.encode(), hashlib.sha256).digest()


def _instance(model: type[models.Model], content: Mapping[str, Any]) -> Any:
    """The row as Django would have read it."""
    fields = model._meta.concrete_fields
    return model.from_db(
        "default", [one.attname for one in fields], [_value(one, content[str(one.column)]) for one in fields]
    )


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, EncryptedField):
        return field.empty_value() if value is None else Sealed(bytes.fromhex(value[2:]))
    if isinstance(field, models.BinaryField):
        return None if value is None else bytes.fromhex(value[2:])
    return field.to_python(value)


def _recipients(found: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
    given = sorted((datetime.fromisoformat(one["at"]), one["organisation_id"]) for one in found)
    names = dict(Organisation.objects.filter(pk__in={key for _at, key in given}).values_list("pk", "name"))
    for at, key in given:
        place = f"recipient:{key}:{at.isoformat()}"
        said = formats.date_format(timezone.localtime(at), "DATE_FORMAT")
        yield Item(place, names[key], said, {"organisation": names[key], "at": at.isoformat()}, _digest(place))
