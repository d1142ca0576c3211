"""Actions on releases. A release needs two coordinators and never changes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import require
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from reporting.figures.models import Progress

from . import gathering, periods
from .compiling import compile_release
from .content import LANGUAGES, digest, span_of
from .events import (
    FIGURES_DISCARDED,
    FIGURES_MADE_INTERNAL,
    FIGURES_MADE_PUBLIC,
    FIGURES_PREPARED,
    FIGURES_RELEASED,
    FIGURES_TYPESET,
)
from .models import Paper, Release
from .periods import Refusal
from .states import TRANSITIONS, ReleaseState

TYPESET = "publishing.tasks.typeset"


class SamePerson(Refusal):
    """The person who prepared a release may not publish it."""


@transaction.atomic
def prepare_release(*, by: User, centre: Organisation, code: str) -> Release:
    """Freeze the current figures of a period. A repeat returns the prepared release.

    ``code``: 2026-03, 2026-Q1 or 2026. Raises LookupError for another, Refusal with the reason for a period that
    cannot be released.
    """
    require(by, Permission.RELEASE_MAKE, centre.pk)
    span = periods.span(code)
    _one_at_a_time(centre)
    waiting = Release.objects.prepared().filter(centre=centre, first=span.first, last=span.last, prepared_by=by).first()
    if waiting:
        return waiting
    small = settings.DISCLOSURE["small"]
    base = settings.DISCLOSURE["base"]
    today = timezone.now().astimezone(centre.zone).date()
    earlier = gathering.documents(centre)
    periods.check(span, today, [(span_of(one), one["control"]) for one in earlier], {"small": small, "base": base})
    if gathering.is_behind():
        raise Refusal(_("The figures are not counted up to now. Please try again in a minute."))
    made = compile_release(
        span,
        gathering.numbers(centre, span, map(span_of, earlier)),
        gathering.reference(centre),
        small=small,
        base=base,
        counted_until=Progress.objects.get(pk=1).at.astimezone(centre.zone),
        earlier=earlier,
    )
    release = Release(centre=centre, kind=span.kind, first=span.first, last=span.last, small=small, base=base)
    release.content = made.stored
    release.digest = digest(made.stored)
    release.withheld = made.withheld
    release.prepared_by = by
    release.save(force_insert=True)
    _record(FIGURES_PREPARED, by, release, {"period": span.code, "digest": release.digest}, wake=TYPESET)
    return release


@transaction.atomic
def release_figures(*, by: User, release_id: uuid.UUID) -> Release:
    """Publish a prepared release as the second person. A repeat has no effect. Raises SamePerson, Stale."""
    release = _lock(by, release_id)
    if release.state == ReleaseState.RELEASED and release.ended_by_id == by.pk:
        return release
    _require_step(release, ReleaseState.RELEASED)
    if release.prepared_by_id == by.pk:
        raise SamePerson(_("Somebody else has to release what you prepared."))
    return _end(by, release, ReleaseState.RELEASED, FIGURES_RELEASED)


@transaction.atomic
def discard_release(*, by: User, release_id: uuid.UUID) -> Release:
    """Discard a prepared release; the period can be prepared again. Raises Stale."""
    release = _lock(by, release_id)
    if release.state == ReleaseState.DISCARDED:
        return release
    _require_step(release, ReleaseState.DISCARDED)
    return _end(by, release, ReleaseState.DISCARDED, FIGURES_DISCARDED)


@transaction.atomic
def show_publicly(*, by: User, release_id: uuid.UUID, is_public: bool) -> Release:
    """Make the release readable without an account, or undo that. Raises Stale if it is not released."""
    release = _lock(by, release_id)
    if release.state != ReleaseState.RELEASED:
        raise stale(release_id, "release")
    if release.is_public != is_public:
        release.is_public = is_public
        release.save(update_fields=["is_public"])
        _record(FIGURES_MADE_PUBLIC if is_public else FIGURES_MADE_INTERNAL, by, release)
    return release


@transaction.atomic
def keep_paper(*, by: User, release: Release, language: str, body: bytes) -> None:
    """Store a PDF; if two are made concurrently, the first one is kept. Run by the service."""
    if language not in LANGUAGES:
        raise ValueError(language)
    made = Paper.objects.bulk_create([Paper(release=release, language=language, body=body)], ignore_conflicts=True)
    if made:
        _record(FIGURES_TYPESET, by, release, {"language": language})


def _lock(by: User, release_id: uuid.UUID) -> Release:
    release = Release.objects.select_for_update(no_key=True).filter(pk=release_id).first()
    require(by, Permission.RELEASE_MAKE, release.centre_id if release else -1)
    assert release is not None
    return release


def _require_step(release: Release, to: ReleaseState) -> None:
    if to not in TRANSITIONS[ReleaseState(release.state)]:
        raise stale(release.pk, "release")


def _end(by: User, release: Release, state: ReleaseState, kind: EventKind) -> Release:
    release.state = state
    release.ended_at = timezone.now()
    release.ended_by = by
    release.save(update_fields=["state", "ended_at", "ended_by"])
    _record(kind, by, release, {"digest": release.digest})
    return release


def _one_at_a_time(centre: Organisation) -> None:
    """Lock, because two releases prepared concurrently are not checked against each other and may disclose cells."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('publishing.prepare'), %s)", [centre.pk])


def _record(kind: EventKind, by: User, release: Release, data: dict[str, str] | None = None, wake: str = "") -> None:
    told = (organisation_group(release.centre_id),)  # not sent to funders: journal.consumers
    record(kind, by=by, subject=release.pk, centre=release.centre_id, data=data, tell=told, wake=wake)
