"""URLs of releases from prison."""

from __future__ import annotations

from django.urls import path

from . import step_views, views

app_name = "releases"
urlpatterns = [
    path("cases/<uuid:case_id>/release/", views.of_case, name="of_case"),
    path("teams/<uuid:case_id>/release/", views.of_team, name="of_team"),
    path("teams/<uuid:case_id>/release/announce/", views.announce, name="announce"),
    path("cases/releases/", views.calendar, name="calendar"),
    path("prison-releases/<uuid:pk>/", views.release, name="release"),
    path("prison-releases/<uuid:pk>/change/", views.change, name="change"),
    path("prison-releases/<uuid:pk>/move/", views.move_date, name="move_date"),
    path("prison-releases/<uuid:pk>/prepared/", views.prepared, name="prepared"),
    path("prison-releases/<uuid:pk>/released/", views.released, name="released"),
    path("prison-releases/<uuid:pk>/settled/", views.settled, name="settled"),
    path("prison-releases/<uuid:pk>/steps/add/", step_views.add, name="add_step"),
    path("prison-releases/<uuid:pk>/cancel/", views.cancel, name="cancel"),
]
