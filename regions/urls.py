"""URLs of the network."""

from django.urls import path

from . import conflict_views, hours_views, views

app_name = "regions"
urlpatterns = [
    path("network/", views.network, name="network"),
    path("network/partners/", views.partner_list, name="partners"),
    path("network/partners/<int:pk>/", views.partner, name="partner"),
    path("network/partners/<int:pk>/profile/", views.edit_profile, name="edit_profile"),
    path("network/partners/<int:pk>/coverage/", views.edit_coverage, name="edit_coverage"),
    path("network/organisations/<int:pk>/hours/", hours_views.hours, name="hours"),
    path("network/organisations/<int:pk>/exceptions/", hours_views.add_exception, name="add_exception"),
    path(
        "network/organisations/<int:pk>/exceptions/<int:exception_pk>/",
        hours_views.edit_exception,
        name="edit_exception",
    ),
    path(
        "network/organisations/<int:pk>/exceptions/<int:exception_pk>/remove/",
        hours_views.remove_exception,
        name="remove_exception",
    ),
    path("network/partners/<int:pk>/pause/", views.pause, name="pause"),
    path("network/pauses/<int:pk>/resume/", views.resume, name="resume"),
    path("network/liaisons/", views.liaison_list, name="liaisons"),
    path("network/liaisons/new/", views.new_liaison, name="new_liaison"),
    path("network/liaisons/<int:pk>/", views.edit_liaison, name="edit_liaison"),
    path("network/liaisons/<int:pk>/end/", views.finish_liaison, name="end_liaison"),
    path("administration/conflicts/", conflict_views.conflicts, name="conflicts"),
    path("administration/conflicts/new/", conflict_views.new_conflict, name="new_conflict"),
    path("administration/conflicts/<int:pk>/", conflict_views.edit_conflict, name="edit_conflict"),
    path("administration/conflicts/<int:pk>/end/", conflict_views.finish_conflict, name="end_conflict"),
]
