"""URLs of case teams."""

from __future__ import annotations

from django.urls import path

from . import note_views, record_views, views

app_name = "teams"
urlpatterns = [
    path("teams/", views.team_list, name="list"),
    path("teams/<uuid:case_id>/", views.team, name="team"),
    path("teams/members/<uuid:pk>/", views.member, name="member"),
    path("teams/members/<uuid:pk>/accept/", views.accept, name="accept"),
    path("teams/members/<uuid:pk>/decline/", views.decline, name="decline"),
    path("teams/members/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("teams/members/<uuid:pk>/people/", views.name_people, name="name_people"),
    path("teams/members/<uuid:pk>/leave/", views.leave, name="leave"),
    path("teams/members/<uuid:pk>/end/", views.end, name="end"),
    path("teams/members/<uuid:pk>/notes/new/", note_views.write, name="write_note"),
    path("teams/members/<uuid:pk>/record/", record_views.take_along, name="take_record"),
    path("teams/notes/<uuid:pk>/share/", note_views.share, name="share_note"),
    path("cases/<uuid:case_id>/team/", views.of_case, name="of_case"),
    path("cases/<uuid:case_id>/team/actions/add/", views.add_action, name="add_action"),
    path("cases/<uuid:case_id>/team/invite/", views.invite, name="invite"),
]
