"""The app of regions and the partner network."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegionsConfig(AppConfig):
    """The region tree, the partner network and the ranking of partners."""

    name = "regions"
    verbose_name = _("Regions and network")
