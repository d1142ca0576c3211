"""Addresses of one's own account beside allauth's."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("accounts/session/", views.session, name="session"),
    path("accounts/signed-in/", views.signed_in_again, name="signed_in_again"),
    path("accounts/typed/discard/", views.discard_typed, name="discard_typed"),
]
