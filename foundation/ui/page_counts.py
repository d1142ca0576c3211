"""What every page counts for a person, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, QuerySet, Value
from django.http import HttpRequest
from django.utils.module_loading import import_string

ATTRIBUTE = "_page_counts"


def page_counts(request: HttpRequest) -> Mapping[str, int]:
    """The numbers of the rows that functions in PAGE_COUNTS return (``ui`` imports no app), counted once a request."""
    counts: Mapping[str, int] | None = getattr(request, ATTRIBUTE, None)
    if counts is None:
        counts = _counts_for(request.user)
        setattr(request, ATTRIBUTE, counts)
    return counts


def _counts_for(person: Any) -> Mapping[str, int]:
    paths = settings.PAGE_COUNTS
    counted = [_counted(name, import_string(path)(person)) for name, path in paths.items()]
    return dict.fromkeys(paths, 0) | dict(counted[0].union(*counted[1:], all=True) if counted else ())


def _counted(name: str, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    named: QuerySet[Any, Any] = rows.order_by().annotate(counted_as=Value(name, CharField())).values("counted_as")
    counted: QuerySet[Any, Any] = named.annotate(number=Count("*")).values_list("counted_as", "number")
    return counted
