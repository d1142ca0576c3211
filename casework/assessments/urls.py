"""URLs of assessments."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "assessments"
urlpatterns = [
    path("cases/<uuid:case_id>/assessments/", views.of_case, name="of_case"),
    path("teams/<uuid:case_id>/assessments/", views.of_team, name="of_team"),
    path("teams/<uuid:case_id>/assessments/new/", views.ask, name="ask"),
    path("assessments/<uuid:pk>/", views.assessment, name="assessment"),
    path("assessments/<uuid:pk>/begin/", views.begin, name="begin"),
    path("assessments/<uuid:pk>/write/", views.write, name="write"),
    path("assessments/<uuid:pk>/deliver/", views.deliver, name="deliver"),
    path("assessments/<uuid:pk>/decline/", views.decline, name="decline"),
    path("assessments/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
]
