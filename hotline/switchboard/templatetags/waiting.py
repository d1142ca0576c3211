"""The template tag that shows how long a caller has been waiting."""

from __future__ import annotations

from typing import Any

from django import template

from hotline.switchboard.models import Call
from hotline.switchboard.waiting import ALARM_AFTER, WARN_AFTER

register = template.Library()


@register.inclusion_tag("ui/waited.html")
def waited(call: Call, place: str = "") -> dict[str, Any]:
    """How long a caller has been waiting; timers.js highlights and announces long waiting times.

    ``place``: makes the id unique if a page shows the same call twice.
    """
    return {
        "id": f"{place}{call.pk}",
        "key": call.pk,
        "since": call.waiting_since,
        "warn_after": int(WARN_AFTER.total_seconds()),
        "alarm_after": int(ALARM_AFTER.total_seconds()),
        "alarm_minutes": int(ALARM_AFTER.total_seconds()) // 60,
    }
