"""``{% csrf_token %}`` of every template (settings, "builtins"): Django's, and the field of ``form_owner``."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.accounts.form_owner import FIELD, field_value

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: template.Context) -> SafeString | str:
    token = context.get("csrf_token")
    if not token or token == "NOTPROVIDED":  # noqa: S105  Django's word for a context without a request
        return ""
    fields = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    request = context.get("request")
    whose = field_value(request) if request else ""
    return fields + format_html('<input type="hidden" name="{}" value="{}">', FIELD, whose) if whose else fields
