"""The URLs of the page of erasures. Posts are beside it, so that a refusal looks like any other missing page."""

from django.urls import path

from . import views

app_name = "retention"
urlpatterns = [
    path("erasures/", views.erasures, name="erasures"),
    path("erasure/decide/", views.decide, name="decide"),
    path("erasure/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("erasure/hold/", views.hold, name="hold"),
    path("erasure/holds/<uuid:pk>/end/", views.finish_hold, name="end_hold"),
]
