"""Querysets whose SQL is built once. For the hot paths: Django takes longer to build a statement than to run it.

::

    @compiled
    def _drafts_of(contact: Given) -> QuerySet[Assessment]:
        return Assessment.objects.filter(contact=contact, state="draft").select_related("completed_by")

    _drafts_of(contact.pk)  # a list of assessments
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections, transaction
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import ModelIterable

Row = TypeVar("Row", bound=Model)


class Given(Expression):
    """Stands in the queryset for an argument of the call, which is sent as it is: a key, text, number or moment."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class Compiled(Generic[Row]):
    """The function is called once, so it may depend on nothing but its arguments: not on language, time or settings."""

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self.build = build

    def __call__(self, *values: Any) -> list[Row]:
        return list(ModelIterable(self._statement.given(values)))  # type: ignore[arg-type]

    def one(self, *values: Any) -> Row | None:
        """The first row, if any."""
        found = self(*values)
        return found[0] if found else None

    @cached_property
    def _statement(self) -> _Statement:
        names = inspect.signature(self.build).parameters
        return _Statement(list(names), self.build(*map(Given, names)))


class _Statement:
    def __init__(self, names: list[str], queryset: Any) -> None:
        self.names = names
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(using=queryset.db)
        self.sql, self.params = self.compiler.as_sql()
        converters = self.compiler.get_converters([column for column, *_rest in self.compiler.select])
        self.compiler.get_converters = lambda _columns: converters

    def given(self, values: tuple[Any, ...]) -> _Reading:
        known = dict(zip(self.names, values, strict=True))
        params = tuple(known[value.name] if isinstance(value, Given) else value for value in self.params)
        return _Reading(self, params)


class _Reading:
    """What ModelIterable asks of a queryset and of its query."""

    def __init__(self, statement: _Statement, params: tuple[Any, ...]) -> None:
        self.db = statement.queryset.db
        self.query = self
        self._known_related_objects: dict[Any, Any] = {}
        self._compiler = copy.copy(statement.compiler)
        self._compiler.connection = connections[self.db]  # each thread has its own
        self._compiler.as_sql = lambda: (statement.sql, params)
        if statement.queryset.query.select_for_update and self._compiler.connection.get_autocommit():
            raise transaction.TransactionManagementError("A row is locked until the end of a transaction.")

    def get_compiler(self, using: str) -> Any:
        return self._compiler


def compiled(build: Callable[..., QuerySet[Row]]) -> Compiled[Row]:
    return Compiled(build)
