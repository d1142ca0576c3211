"""The URLs of Today, and of the e-mails about it."""

from django.urls import path

from . import views

app_name = "worklist"
urlpatterns = [
    path("today/", views.today, name="today"),
    path("accounts/mails/", views.mails, name="mails"),
]
