"""URLs of Today, of the e-mails about it, and of absences."""

from django.urls import path

from . import absence_views, views

app_name = "worklist"
urlpatterns = [
    path("today/", views.today, name="today"),
    path("absences/", absence_views.absences, name="absences"),
    path("absences/<uuid:pk>/end/", absence_views.end, name="end_absence"),
    path("accounts/mails/", views.mails, name="mails"),
]
