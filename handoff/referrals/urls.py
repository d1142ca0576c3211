"""URLs of referrals: the centre's under ``referrals/``, the partner's under ``inbox/``."""

from django.urls import path

from . import conflict_views, inbox_views, notice_views, print_views, views

app_name = "handoff"
urlpatterns = [
    path("cases/<uuid:case_id>/partners/", views.partners, name="partners"),
    path("cases/<uuid:case_id>/partners/draft/", views.draft, name="draft"),
    path("cases/<uuid:case_id>/partners/<int:organisation_id>/conflict/", conflict_views.note, name="note_conflict"),
    path(
        "cases/<uuid:case_id>/conflicts/<uuid:conflict_id>/take-back/",
        conflict_views.take_back,
        name="take_back_conflict",
    ),
    path("cases/<uuid:case_id>/print/", print_views.print_case, name="print_case"),
    path("cases/<uuid:case_id>/close/", views.close_case, name="close_case"),
    path("closures/<uuid:closure_id>/carry-out/", views.carry_out_closure, name="carry_out_closure"),
    path("administration/undelivered/", notice_views.undelivered, name="undelivered"),
    path("administration/undelivered/<uuid:notice_id>/retry/", notice_views.retry, name="retry_notice"),
    path("cases/<uuid:case_id>/referrals/", views.case_referrals, name="case_referrals"),
    path("contacts/<uuid:contact_id>/partners/", views.partners_for_contact, name="partners_for_contact"),
    path("referrals/", views.board, name="board"),
    path("referrals/part/", views.board_part, name="board_part"),
    path("referrals/<uuid:referral_id>/", views.referral, name="referral"),
    path("referrals/<uuid:referral_id>/part/", views.referral_part, name="referral_part"),
    path("referrals/<uuid:referral_id>/offer/", views.offer, name="offer"),
    path("referrals/<uuid:referral_id>/withdraw/", views.withdraw, name="withdraw"),
    path("referrals/<uuid:referral_id>/keep/", views.keep, name="keep"),
    path("referrals/<uuid:referral_id>/answer/", views.answer, name="answer"),
    path("referrals/<uuid:referral_id>/again/", views.draft_again, name="draft_again"),
    path("inbox/", inbox_views.inbox, name="inbox"),
    path("inbox/part/", inbox_views.inbox_part, name="inbox_part"),
    path("inbox/<uuid:referral_id>/", inbox_views.partner_referral, name="partner_referral"),
    path("inbox/<uuid:referral_id>/part/", inbox_views.partner_referral_part, name="partner_referral_part"),
    path("inbox/<uuid:referral_id>/accept/", inbox_views.accept, name="accept"),
    path("inbox/<uuid:referral_id>/decline/", inbox_views.decline, name="decline"),
    path("inbox/<uuid:referral_id>/ask/", inbox_views.ask, name="ask"),
    path("inbox/<uuid:referral_id>/feedback/", inbox_views.feedback, name="feedback"),
    path("inbox/<uuid:referral_id>/complete/", inbox_views.complete, name="complete"),
    path("inbox/<uuid:referral_id>/return/", inbox_views.give_back, name="give_back"),
    path("inbox/<uuid:referral_id>/ask-again/", inbox_views.ask_again, name="ask_again"),
]
