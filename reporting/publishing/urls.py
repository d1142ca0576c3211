"""URLs of releases, with an account, and of public ones, without."""

from __future__ import annotations

from django.urls import path

from . import public, views

app_name = "publishing"
urlpatterns = [
    path("releases/", views.releases, name="releases"),
    path("releases/prepare/", views.prepare, name="prepare"),
    path("releases/<uuid:pk>/", views.release, name="release"),
    path("releases/<uuid:pk>/publish/", views.publish, name="publish"),
    path("releases/<uuid:pk>/discard/", views.discard, name="discard"),
    path("releases/<uuid:pk>/public/", views.make_public, name="make_public"),
    path("releases/<uuid:pk>/figures.<str:form>", views.download, name="download"),
    path("published/<uuid:pk>/", public.release, name="public"),
    path("published/<uuid:pk>/figures.<str:form>", public.download, name="public_download"),
]
