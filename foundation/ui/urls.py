"""The counts of the top bar; the gallery is mounted in development only (DEBUG or LOTSE_GALLERY)."""

from django.conf import settings
from django.urls import path

from foundation.ui import views

app_name = "ui"
GALLERY = [
    path("ui/gallery/", views.gallery, name="gallery"),
    path("ui/gallery/desk/", views.gallery_desk, name="gallery_desk"),
    path("ui/gallery/save/", views.gallery_save, name="gallery_save"),
]
urlpatterns = [
    path("ui/counts/", views.nav_counts, name="nav_counts"),
    *(GALLERY if settings.DEBUG or settings.LOTSE_GALLERY else []),
]
