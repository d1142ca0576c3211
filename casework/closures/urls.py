"""URLs of closing a case together, and of opening it again. ``handoff`` carries out what was agreed."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "closures"
urlpatterns = [
    path("cases/<uuid:case_id>/closing/", views.of_case, name="of_case"),
    path("teams/<uuid:case_id>/closing/", views.of_team, name="of_team"),
    path("teams/<uuid:case_id>/closing/propose/", views.propose, name="propose"),
    path("closures/<uuid:pk>/", views.closure, name="closure"),
    path("closures/<uuid:pk>/decide/", views.decide, name="decide"),
    path("closures/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("closures/opinions/<uuid:pk>/", views.opinion, name="opinion"),
    path("closures/opinions/<uuid:pk>/answer/", views.answer, name="answer"),
    path("teams/<uuid:case_id>/reopening/propose/", views.propose_reopening, name="propose_reopening"),
    path("reopenings/<uuid:pk>/", views.reopening, name="reopening"),
    path("reopenings/<uuid:pk>/answer/", views.answer_reopening, name="answer_reopening"),
]
