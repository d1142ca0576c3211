"""The app of SMS and WhatsApp."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TextingConfig(AppConfig):
    name = "hotline.texting"
    verbose_name = _("Text messages")
