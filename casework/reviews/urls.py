"""URLs of reviews."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "reviews"
urlpatterns = [
    path("cases/<uuid:case_id>/reviews/", views.of_case, name="of_case"),
    path("teams/<uuid:case_id>/reviews/", views.of_team, name="of_team"),
    path("teams/<uuid:case_id>/reviews/new/", views.plan, name="plan"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("reviews/<uuid:pk>/accept/", views.accept, name="accept"),
    path("reviews/<uuid:pk>/hold/", views.hold, name="hold"),
    path("reviews/<uuid:pk>/move/", views.move, name="move"),
    path("reviews/<uuid:pk>/drop/", views.drop, name="drop"),
]
