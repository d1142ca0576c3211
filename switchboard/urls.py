from __future__ import annotations

from django.urls import path

from . import webhooks

app_name = "switchboard"
urlpatterns = [
    path("telephone/voice/", webhooks.voice, name="voice"),
    path("telephone/status/", webhooks.status, name="status"),
    path("telephone/message/", webhooks.message, name="message"),
    path("telephone/message/<uuid:message_id>/", webhooks.message_status, name="message_status"),
    path("telephone/call/<uuid:call_id>/menu/<int:attempt>/", webhooks.menu, name="menu"),
    path("telephone/call/<uuid:call_id>/wait/", webhooks.wait, name="wait"),
    path("telephone/call/<uuid:call_id>/queue/", webhooks.queue, name="queue"),
    path("telephone/call/<uuid:call_id>/leave/", webhooks.leave, name="leave"),
    path("telephone/call/<uuid:call_id>/recorded/", webhooks.recorded, name="recorded"),
    path("telephone/call/<uuid:call_id>/recording/", webhooks.recording, name="recording"),
    path("telephone/call/<uuid:call_id>/room/", webhooks.room, name="room"),
    path("telephone/call/<uuid:call_id>/after/", webhooks.after, name="after"),
    path("telephone/call/<uuid:call_id>/conference/", webhooks.conference, name="conference"),
    path("telephone/leg/<uuid:leg_id>/answer/", webhooks.leg_answer, name="leg_answer"),
    path("telephone/leg/<uuid:leg_id>/accept/", webhooks.leg_accept, name="leg_accept"),
    path("telephone/leg/<uuid:leg_id>/after/", webhooks.leg_after, name="leg_after"),
    path("telephone/leg/<uuid:leg_id>/status/", webhooks.leg_status, name="leg_status"),
]
