"""What kinds of work there are. Each app declares its own in ``work.py``, as ``WORK``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.module_loading import module_has_submodule

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


#: The step of any kind after which coordinators see that nobody did it in time.
ESCALATE = "escalate"


@dataclass(frozen=True)
class WorkKind:
    """``page``: the URL name of its page, with the id of the subject; ``page_elsewhere``: for those who do the work, if
    it is not the centre's. ``row``: begins the id of its row, where the page is a list. ``details``: labels of what is
    to be done.

    ``steps``: what happens in this order while nobody does it; none for what only waits. ``run``: the function that
    carries a step out: ``run(by=, subject=, step=, now=)``. ``lock``: the function that locks the row of the subject,
    as those who do the work lock it, so that a step and a person never pass each other.

    ``release``: the function that takes the work from somebody who is away: ``release(by=, subject=, away=, to=)``, to
    the deputy, or to the shift. Without it the coordinators see that it waits.

    ``has_own_mails``: whether the app tells people of each change by e-mail itself.
    """

    code: str
    label: StrPromise
    icon: str
    page: str
    steps: tuple[str, ...] = ()
    lock: str = ""
    run: str = ""
    details: Mapping[str, StrPromise | str] = field(default_factory=dict)
    page_elsewhere: str = ""
    row: str = ""
    release: str = ""
    has_own_mails: bool = False


def all_kinds() -> dict[str, WorkKind]:
    """All declared kinds by code, in the order of the apps."""
    return {
        kind.code: kind
        for config in apps.get_app_configs()
        if config.module is not None and module_has_submodule(config.module, "work")
        for kind in import_module(f"{config.name}.work").WORK
    }
