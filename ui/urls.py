"""Mounted in development only."""

from django.urls import path

from ui import views

app_name = "ui"
urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/desk/", views.gallery_desk, name="gallery_desk"),
    path("gallery/save/", views.gallery_save, name="gallery_save"),
]
