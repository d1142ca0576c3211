"""URLs of releases from prison."""

from __future__ import annotations

from django.urls import path

from . import report_views, step_views, views

app_name = "releases"
urlpatterns = [
    path("cases/<uuid:case_id>/release/", views.of_case, name="of_case"),
    path("teams/<uuid:case_id>/release/", views.of_team, name="of_team"),
    path("teams/<uuid:case_id>/release/announce/", views.announce, name="announce"),
    path("cases/releases/", views.calendar, name="calendar"),
    path("prison-releases/<uuid:pk>/", views.release, name="release"),
    path("prison-releases/<uuid:pk>/change/", views.change, name="change"),
    path("prison-releases/<uuid:pk>/move/", views.move_date, name="move_date"),
    path("prison-releases/<uuid:pk>/prepared/", views.prepared, name="prepared"),
    path("prison-releases/<uuid:pk>/released/", views.released, name="released"),
    path("prison-releases/<uuid:pk>/settled/", views.settled, name="settled"),
    path("prison-releases/<uuid:pk>/without-report/", views.without_report, name="without_report"),
    path("prison-releases/<uuid:pk>/steps/add/", step_views.add, name="add_step"),
    path("prison-releases/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("teams/<uuid:case_id>/exit-report/begin/", report_views.begin, name="begin_report"),
    path("exit-reports/<uuid:pk>/", report_views.report, name="report"),
    path("exit-reports/<uuid:pk>/write/", report_views.write, name="write_report"),
    path("exit-reports/<uuid:pk>/discussed/", report_views.discussed, name="discussed"),
    path("exit-reports/<uuid:pk>/approve/", report_views.approve, name="approve_report"),
    path("exit-reports/<uuid:pk>/reopen/", report_views.reopen, name="reopen_report"),
    path("exit-reports/<uuid:pk>/hand-over/", report_views.hand_over, name="hand_over"),
    path("exit-reports/<uuid:pk>/print/", report_views.print_report, name="print_report"),
]
