"""The app of calls and the queue."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SwitchboardConfig(AppConfig):
    name = "hotline.switchboard"
    verbose_name = _("Telephone")
