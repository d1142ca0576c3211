"""The URLs of the page of erasures."""

from django.urls import path

from . import views

app_name = "retention"
urlpatterns = [
    path("erasures/", views.erasures, name="erasures"),
    path("erasures/decide/", views.decide, name="decide"),
    path("erasures/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("erasures/hold/", views.hold, name="hold"),
    path("erasures/holds/<uuid:pk>/end/", views.finish_hold, name="end_hold"),
]
