"""Template tags for an installation in which nobody has an account yet."""

from __future__ import annotations

import shlex

from django import template
from django.conf import settings

from foundation.accounts import first_run

register = template.Library()


@register.simple_tag
def is_empty_installation() -> bool:
    """Whether nobody can sign in yet."""
    return first_run.is_empty_installation()


@register.simple_tag
def directory() -> dict[str, str]:
    """The centre's own directory, if there is one: the name for the button, which may be empty."""
    return {"name": settings.DIRECTORY["name"]} if settings.DIRECTORY else {}


@register.simple_tag
def manage_command(command: str) -> str:
    """The shell command for this installation, with its data directory if it is not the default."""
    usual = settings.LOTSE_DATA.resolve() == (settings.BASE_DIR / ".data").resolve()
    where = "" if usual else f"--data {shlex.quote(str(settings.LOTSE_DATA))} "
    return f"./lotse manage {where}{command}"
