"""Template tags of the user interface: icons, times, badges, pager, charts."""

from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from foundation.ui.relative import in_words
from foundation.ui.shapes import Chart, HorizontalBars, Sparkline, Text, TileGrid, Value, is_number

register = template.Library()
SHORT = 5  # letters that fit into a tile of a map
_chart_numbers = count(1)  # only for unique ids within a page

# Tone and icon of states. The label comes from the state's app; an unknown code is neutral.
TONES: dict[str, tuple[str, str]] = {
    "draft": ("neutral", "pencil"),
    "offered": ("info", "send"),
    "question": ("warn", "circle-question-mark"),
    "accepted": ("ok", "check"),
    "declined": ("danger", "x"),
    "withdrawn": ("neutral", "undo-2"),
    "expired": ("danger", "timer-off"),
    "returned": ("warn", "corner-down-left"),
    "requested": ("info", "mail"),
    "under_way": ("info", "pencil"),
    "delivered": ("ok", "circle-check"),
    "asked": ("info", "mail"),
    "answered": ("ok", "circle-check"),
    "late": ("warn", "alarm-clock"),
    "in_progress": ("info", "loader"),
    "completed": ("ok", "circle-check"),
    "waiting": ("neutral", "circle"),
    "superseded": ("neutral", "circle"),
    "discarded": ("neutral", "circle"),
    "urgent": ("danger", "triangle-alert"),
    "standard": ("neutral", "clock"),
    "overdue": ("danger", "alarm-clock"),
    "open": ("info", "circle-dot"),
    "monitored": ("neutral", "eye"),
    "refused": ("warn", "circle-x"),
    "carried_out": ("neutral", "archive"),
    "reopened": ("info", "archive-restore"),
    "closed": ("neutral", "archive"),
    "monitoring": ("warn", "eye"),
    "paused": ("warn", "pause"),
    "active": ("ok", "circle-check"),
    "invited": ("info", "mail"),
    "left": ("neutral", "log-out"),
    "proposed": ("info", "send"),
    "agreed": ("ok", "circle-check"),
    "discussed": ("info", "messages-square"),
    "approved": ("ok", "user-check"),
    "handed_over": ("ok", "send"),
    "announced": ("info", "megaphone"),
    "prepared": ("ok", "list-checks"),
    "released": ("warn", "door-open"),
    "settled": ("ok", "circle-check"),
    "cancelled": ("neutral", "x"),
    "planned": ("info", "calendar"),
    "held": ("ok", "calendar-check"),
    "missed": ("danger", "calendar-x"),
    "moved": ("neutral", "calendar-clock"),
    "dropped": ("neutral", "circle"),
}


@lru_cache(maxsize=512)
def _svg(name: str, size: int) -> SafeString:
    return mark_safe(lucide(name, size=size, aria_hidden="true", focusable="false"))  # noqa: S308  a drawing of the package


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """A lucide icon as inline SVG, hidden from screen readers; if given, the label is read instead."""
    drawing = _svg(str(name), int(size))
    if not label:
        return drawing
    return format_html('{}<span class="visually-hidden">{}</span>', drawing, label)


@register.simple_tag
def localtime(moment: datetime | None, fmt: str = "SHORT_DATETIME_FORMAT") -> SafeString | str:
    """A moment in the reader's time zone, with the zone's name on hover."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    return _time_element(local, formats.date_format(local, fmt), str(local.tzname()))


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """How long ago ("3 hours ago", "yesterday"); the exact local time and zone on hover. timers.js keeps it current."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    exact = f"{formats.date_format(local, 'SHORT_DATETIME_FORMAT')} {local.tzname()}"
    now = timezone.now()
    words = in_words(min(moment, now), now)
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', local.isoformat(), exact, words)


def _time_element(local: datetime, text: str, zone: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), zone, text)


@register.simple_tag
def state_badge(code: str, label: Any = "") -> SafeString:
    """A state in words, with its tone and icon. Colour is never the only sign."""
    tone, drawing = TONES.get(str(code), ("neutral", "circle"))
    return format_html('<span class="badge {}">{}{}</span>', tone, _svg(drawing, 13), label or code)


@register.inclusion_tag("ui/pager.html", takes_context=True)
def keyset_pager(context: template.Context, page: Any) -> dict[str, Any]:
    """Newer and older, no totals. `page` has `newer` and `older`: a cursor string, or nothing at the end."""
    return {"newer": _with(context, "after", page.newer), "older": _with(context, "before", page.older)}


@register.inclusion_tag("ui/due_pager.html", takes_context=True)
def due_pager(context: template.Context, page: Any) -> dict[str, Any]:
    """Earlier and later, for rows in the order in which they are due."""
    return {"earlier": _with(context, "before", page.earlier), "later": _with(context, "after", page.later)}


@register.inclusion_tag("ui/posted_pager.html", takes_context=True)
def posted_pager(context: template.Context, page: Any) -> dict[str, Any]:
    """As ``keyset_pager``, for a search whose words must not get into a URL."""
    return {"page": page, "words": context.get("search_query"), "csrf_token": context.get("csrf_token")}


def _with(context: template.Context, name: str, cursor: str | None) -> str:
    """The query string of this page with another cursor; "" without a cursor."""
    if not cursor:
        return ""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if query is None:
        return f"?{name}={cursor}"
    query.pop("before", None)
    query.pop("after", None)
    query[name] = cursor
    return f"?{query.urlencode()}"


@register.simple_tag
def figure(value: Value, text: Text) -> str:
    """A figure, or the text of a hidden one."""
    return text.said(value)


@register.simple_tag
def short_figure(value: Value, text: Text) -> str:
    """For small spaces: empty if the text would not fit; the title contains it."""
    said = text.said(value)
    return said if is_number(value) or len(said) <= SHORT else ""


@register.simple_tag
def named(text: Text, category: str, label: str, value: Value) -> str:
    """Such as "May, Relative: 30", as the language writes it."""
    name = ", ".join(part for part in (category, label) if part)
    return _("%(name)s: %(figure)s") % {"name": name, "figure": text.said(value)}


@register.simple_tag
def chart(drawing: Chart, table: str = "closed") -> SafeString:
    """A chart from foundation.ui.charts with its table: "closed" (opens on demand), "open" or "none"."""
    if isinstance(drawing, Sparkline):
        return render_to_string(drawing.template, {"chart": drawing})
    css = "tiles" if isinstance(drawing, TileGrid) else ""
    frame = drawing.template if isinstance(drawing, HorizontalBars) else "ui/charts/svg.html"
    context = {"chart": drawing, "frame": frame, "table": table, "css": css, "uid": f"chart-{next(_chart_numbers)}"}
    return render_to_string("ui/charts/figure.html", context)
