"""The URLs of the audit pages."""

from django.urls import path

from . import views

app_name = "journal"
urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("audit/looks/<uuid:subject>/", views.looks, name="looks"),
]
