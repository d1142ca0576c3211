"""URLs under /telephone/: the provider's webhooks (webhooks.py) and pages (views.py)."""

from __future__ import annotations

from django.urls import include, path

from . import board_views, callback_views, line_views, views, webhooks

app_name = "switchboard"
WEBHOOKS = [
    path("voice/", webhooks.voice, name="voice"),
    path("status/", webhooks.status, name="status"),
    path("call/<uuid:call_id>/menu/<int:attempt>/", webhooks.menu, name="menu"),
    path("call/<uuid:call_id>/wait/", webhooks.wait, name="wait"),
    path("call/<uuid:call_id>/queue/", webhooks.queue, name="queue"),
    path("call/<uuid:call_id>/leave/", webhooks.leave, name="leave"),
    path("call/<uuid:call_id>/recorded/", webhooks.recorded, name="recorded"),
    path("call/<uuid:call_id>/recording/", webhooks.recording, name="recording"),
    path("call/<uuid:call_id>/room/", webhooks.room, name="room"),
    path("call/<uuid:call_id>/after/", webhooks.after, name="after"),
    path("call/<uuid:call_id>/conference/", webhooks.conference, name="conference"),
    path("call/<uuid:call_id>/person/", webhooks.person_status, name="person_status"),
    path("leg/<uuid:leg_id>/answer/", webhooks.leg_answer, name="leg_answer"),
    path("leg/<uuid:leg_id>/accept/", webhooks.leg_accept, name="leg_accept"),
    path("leg/<uuid:leg_id>/after/", webhooks.leg_after, name="leg_after"),
    path("leg/<uuid:leg_id>/status/", webhooks.leg_status, name="leg_status"),
    path("leg/<uuid:leg_id>/unreached/", webhooks.leg_unreached, name="leg_unreached"),
]
PAGES = [
    path("bar/", views.part_bar, name="part_bar"),
    path("waiting/", views.part_queue, name="part_queue"),
    path("hung-up/", views.part_hung_up, name="part_hung_up"),
    path("state/", views.choose, name="choose"),
    path("agent/", views.agent, name="agent"),
    path("token/", views.token, name="token"),
    path("calls/<uuid:call_id>/accept/", views.accept, name="accept"),
    path("calls/<uuid:call_id>/decline/", views.decline, name="decline"),
    path("calls/<uuid:call_id>/hold/", views.hold, name="hold"),
    path("calls/<uuid:call_id>/consult/", views.consult, name="consult"),
    path("calls/<uuid:call_id>/dismiss/", views.dismiss, name="dismiss"),
    path("calls/<uuid:call_id>/hand-over/", views.hand_over, name="hand_over"),
    path("calls/<uuid:call_id>/hang-up/", views.hang_up, name="hang_up"),
    path("calls/<uuid:call_id>/block/", views.block, name="block"),
    path("calls/<uuid:call_id>/voicemail/", views.voicemail, name="voicemail"),
    path("callbacks/<uuid:callback_id>/", callback_views.part_callback, name="part_callback"),
    path("callbacks/<uuid:callback_id>/voicemail/", callback_views.part_voicemail, name="part_voicemail"),
    path("callbacks/<uuid:callback_id>/call/", callback_views.call_back, name="call_back"),
    path("callbacks/<uuid:callback_id>/put-back/", callback_views.put_back, name="put_back"),
    path("contacts/<uuid:contact_id>/call/", callback_views.call_again, name="call_again"),
    path("board/urgency/<uuid:call_id>/", board_views.urgency, name="urgency"),
    path("board/blocks/<uuid:block_id>/", board_views.lift, name="lift_block"),
    path("board/agents/<uuid:agent_id>/", board_views.agent_of_handler, name="agent_of_handler"),
]
urlpatterns = [
    path("telephone/", include([*WEBHOOKS, *PAGES])),
    path("shift/callers/", board_views.part_callers, name="wallboard_callers"),
    path("shift/team/", board_views.part_team, name="wallboard_team"),
    path("shift/figures/", board_views.part_figures, name="wallboard_figures"),
    path("administration/lines/", line_views.lines, name="lines"),
    path("administration/lines/<int:pk>/", line_views.line, name="line"),
    path("administration/centres/<int:centre_pk>/lines/new/", line_views.new_line, name="new_line"),
]
