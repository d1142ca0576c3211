"""The app of contacts and callbacks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HotlineConfig(AppConfig):
    name = "hotline.contacts"
    label = "hotline"  # prefix of tables, permissions and URLs
    verbose_name = _("Lists of the desk")

    def ready(self) -> None:
        from regions.callers import offer_caller_types_with

        from .caller_types import caller_type_choices

        offer_caller_types_with(caller_type_choices)
