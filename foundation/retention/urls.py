"""The URLs of erasures and requests. Posts are beside pages, so that a refusal looks like any other missing page."""

from django.urls import path

from . import request_views, views

app_name = "retention"
urlpatterns = [
    path("erasures/", views.erasures, name="erasures"),
    path("erasure/decide/", views.decide, name="decide"),
    path("erasure/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("erasure/hold/", views.hold, name="hold"),
    path("erasure/holds/<uuid:pk>/end/", views.finish_hold, name="end_hold"),
    path("requests/", request_views.requests, name="requests"),
    path("requests/receive/", request_views.receive, name="receive"),
    path("requests/to-agree/", request_views.agreements, name="agreements"),
    path("requests/<uuid:pk>/", request_views.show, name="request"),
    path("requests/<uuid:pk>/choose/", request_views.choose, name="choose"),
    path("requests/<uuid:pk>/copy.<str:form>", request_views.copy, name="copy"),
    path("requests/<uuid:pk>/steps/<str:name>/", request_views.step, name="step"),
    path("requests/dossiers/<uuid:pk>/", request_views.content, name="content"),
    path("requests/dossiers/<uuid:pk>/items/", request_views.decide_items, name="decide_items"),
    path("requests/dossiers/<uuid:pk>/agree/", request_views.agree, name="agree"),
    path("requests/dossiers/<uuid:pk>/take-out/", request_views.take_out, name="take_out"),
    path("requests/dossiers/<uuid:pk>/erase/", request_views.erase, name="erase_dossier"),
]
