"""URLs of messages and of the provider's webhooks for them."""

from __future__ import annotations

from django.urls import path

from . import views, webhooks

app_name = "texting"
urlpatterns = [
    path("telephone/message/", webhooks.message, name="message"),
    path("telephone/message/<uuid:message_id>/", webhooks.message_status, name="message_status"),
    path("contacts/<uuid:contact_id>/messages/", views.part_messages, name="part_messages"),
    path("contacts/<uuid:contact_id>/reply/", views.send_reply, name="reply"),
    path("contacts/<uuid:contact_id>/messages/<uuid:message_id>/again/", views.send_once_more, name="send_again"),
]
