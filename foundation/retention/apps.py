"""The app of retention. It is installed after the rooms, whose tables its functions delete from, and imports none."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "foundation.retention"
