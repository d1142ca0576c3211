"""URLs of plans."""

from __future__ import annotations

from django.urls import path

from . import content_views, print_views, views

app_name = "plans"
GOAL, FACTOR, ACTION = ({"kind": kind} for kind in ("goal", "factor", "action"))
urlpatterns = [
    path("cases/<uuid:case_id>/plan/", views.of_case, name="of_case"),
    path("teams/<uuid:case_id>/plan/", views.of_team, name="of_team"),
    path("cases/<uuid:case_id>/plan/begin/", views.begin, name="begin"),
    path("plans/<uuid:pk>/", views.plan, name="plan"),
    path("plans/<uuid:pk>/new-version/", views.new_version, name="new_version"),
    path("plans/<uuid:pk>/edit/", views.edit, name="edit"),
    path("plans/<uuid:pk>/propose/", views.propose, name="propose"),
    path("plans/<uuid:pk>/take-back/", views.take_back, name="take_back"),
    path("plans/<uuid:pk>/discard/", views.discard, name="discard"),
    path("plans/<uuid:pk>/print/", print_views.for_person, name="print_for_person"),
    path("plans/<uuid:pk>/goals/add/", content_views.add, GOAL, name="add_goal"),
    path("plans/<uuid:pk>/goals/<uuid:row_id>/", content_views.change, GOAL, name="change_goal"),
    path("plans/<uuid:pk>/goals/<uuid:row_id>/remove/", content_views.remove, GOAL, name="remove_goal"),
    path("plans/<uuid:pk>/factors/add/", content_views.add, FACTOR, name="add_factor"),
    path("plans/<uuid:pk>/factors/<uuid:row_id>/", content_views.change, FACTOR, name="change_factor"),
    path("plans/<uuid:pk>/factors/<uuid:row_id>/remove/", content_views.remove, FACTOR, name="remove_factor"),
    path("plans/<uuid:pk>/actions/add/", content_views.add, ACTION, name="add_action"),
    path("plans/<uuid:pk>/actions/<uuid:row_id>/", content_views.change, ACTION, name="change_action"),
    path("plans/<uuid:pk>/actions/<uuid:row_id>/remove/", content_views.remove, ACTION, name="remove_action"),
    path("plans/goals/<uuid:pk>/outcome/", views.outcome, name="outcome"),
    path("plans/agreements/<uuid:pk>/", views.agreement, name="agreement"),
    path("plans/agreements/<uuid:pk>/agree/", views.agree, name="agree"),
    path("plans/agreements/<uuid:pk>/object/", views.object_to, name="object_to"),
]
