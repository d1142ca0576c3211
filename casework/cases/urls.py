"""URLs of cases, and of the completion of a triage, which may open one."""

from __future__ import annotations

from django.urls import path

from . import question_views, triage_end, views, work_views

app_name = "cases"
urlpatterns = [
    path("cases/", views.case_list, name="list"),
    path("cases/reference/<str:reference>/", views.by_reference, name="by_reference"),
    path("cases/<uuid:pk>/", views.case, name="case"),
    path("cases/<uuid:pk>/summary/", views.summary, name="summary"),
    path("cases/<uuid:pk>/timeline/", views.timeline, name="timeline"),
    path("cases/<uuid:pk>/notes/", views.notes, name="notes"),
    path("cases/<uuid:pk>/notes/new/", views.add_note, name="add_note"),
    path("cases/<uuid:pk>/contacts/<uuid:contact_id>/", views.contact, name="contact"),
    path("cases/<uuid:pk>/contacts/add/", views.link_contact, name="link_contact"),
    path("cases/<uuid:pk>/take/", views.take, name="take"),
    path("cases/<uuid:pk>/assign/", views.assign, name="assign"),
    path("cases/<uuid:pk>/rename/", views.rename, name="rename"),
    path("cases/<uuid:pk>/reopen/", views.reopen, name="reopen"),
    path("cases/<uuid:pk>/actions/add/", work_views.add, name="add_action"),
    path("actions/<uuid:pk>/", work_views.action, name="action"),
    path("actions/<uuid:pk>/take/", work_views.take, name="take_action"),
    path("actions/<uuid:pk>/begin/", work_views.begin, name="begin_action"),
    path("actions/<uuid:pk>/done/", work_views.finish, name="finish_action"),
    path("actions/<uuid:pk>/drop/", work_views.drop, name="drop_action"),
    path("actions/<uuid:pk>/drop/confirm/", work_views.confirm_drop, name="confirm_drop"),
    path("actions/<uuid:pk>/drop/refuse/", work_views.refuse_drop, name="refuse_drop"),
    path("actions/<uuid:pk>/give/", work_views.give, name="give_action"),
    path("actions/<uuid:pk>/due/", work_views.move_due, name="move_due"),
    path("cases/<uuid:pk>/questions/ask/", question_views.ask, name="ask_question"),
    path("questions/<uuid:pk>/", question_views.question, name="question"),
    path("questions/<uuid:pk>/answer/", question_views.answer, name="answer_question"),
    path("questions/<uuid:pk>/drop/", question_views.drop, name="drop_question"),
    path("contacts/<uuid:contact_id>/cases/", views.of_contact, name="of_contact"),
    path("assessments/<uuid:pk>/case/", triage_end.open_case, name="open"),
    path("contacts/<uuid:contact_id>/triage/complete/", triage_end.complete_triage, name="complete_triage"),
    path("assessments/<uuid:pk>/confirm/", triage_end.confirm_triage, name="confirm_triage"),
]
