"""URLs of consultations."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "consultations"
urlpatterns = [
    path("cases/<uuid:case_id>/consultations/", views.of_case, name="of_case"),
    path("teams/<uuid:case_id>/consultations/", views.of_team, name="of_team"),
    path("teams/<uuid:case_id>/consultations/new/", views.ask, name="ask"),
    path("consultations/<uuid:pk>/", views.consultation, name="consultation"),
    path("consultations/<uuid:pk>/answer/", views.answer, name="answer"),
    path("consultations/<uuid:pk>/decline/", views.decline, name="decline"),
    path("consultations/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
]
