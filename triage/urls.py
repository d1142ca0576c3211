"""URLs of the triage panel."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "triage"
urlpatterns = [
    path("triage/contacts/<uuid:contact_id>/", views.show, name="panel"),
    path("triage/contacts/<uuid:contact_id>/answer/", views.answer, name="answer"),
    path("triage/contacts/<uuid:contact_id>/note/", views.note, name="note"),
    path("triage/contacts/<uuid:contact_id>/finish/", views.finish, name="finish"),
    path("triage/contacts/<uuid:contact_id>/discard/", views.discard, name="discard"),
    path("triage/contacts/<uuid:contact_id>/waive/", views.waive, name="waive"),
    path("triage/contacts/<uuid:contact_id>/again/", views.again, name="again"),
    path("triage/confirmations/", views.confirmations, name="confirmations"),
    path("triage/confirmations/<uuid:assessment_id>/", views.confirmation, name="confirmation"),
]
