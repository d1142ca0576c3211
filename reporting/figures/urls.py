"""URLs of the figures."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "reporting"
urlpatterns = [
    path("figures/", views.live, name="live"),
    path("shift/", views.shift, name="shift"),
    path("shift/work/", views.shift_work, name="shift_work"),
]
