"""The platform's URLs and one for tests only: it reads a contact as whoever asks, and then fails in a given way."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.http import HttpResponse
from django.urls import path

from config.urls import handler400, urlpatterns
from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.privacy.signing import signed
from hotline.contacts.permissions import contact_to_read

__all__ = ["handler400", "urlpatterns"]

#: What the database is asked to do after the contact was read; each ends the request with an error.
STATEMENTS = {
    "sql": "select 1 / 0",
    "timeout": "set local statement_timeout = '2ms'; select pg_sleep(5)",
    "killed": "select pg_terminate_backend(pg_backend_pid())",
    "constraint": "update hotline_contact set version = -1",
}


@signed_in
def fail(request: SignedInRequest, how: str, contact_id: UUID) -> HttpResponse:
    """``how``: one of STATEMENTS, ``error`` for an exception of ours, or ``left`` for an actor that stays."""
    notes = contact_to_read(request.user, contact_id).notes
    if how == "left":
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.actor', %s, false)", [signed(request.user.pk)])
        return HttpResponse(notes)
    if how in STATEMENTS:
        with connection.cursor() as cursor:
            cursor.execute(STATEMENTS[how])
    raise RuntimeError("fails on purpose")


urlpatterns = [*urlpatterns, path("fails/<str:how>/<uuid:contact_id>/", fail, name="fails")]
