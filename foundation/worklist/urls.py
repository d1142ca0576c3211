"""The URL of Today."""

from django.urls import path

from . import views

app_name = "worklist"
urlpatterns = [path("today/", views.today, name="today")]
