"""If a row of a list cannot be rendered, a message replaces it, and the error is logged; other rows are shown."""

from __future__ import annotations

import logging
from typing import Any

from django import template
from django.db import DatabaseError
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()
logger = logging.getLogger(__name__)
#: The element inside a tag that cannot contain a paragraph.
WITHIN = {"tr": '<td colspan="99">{1}</td>', "span": "{1}"}


class RowNode(template.Node):
    """The block, or the message in its place."""

    def __init__(self, nodelist: NodeList, row: FilterExpression, tag: str) -> None:
        self.nodelist = nodelist
        self.row = row
        self.tag = tag

    def render(self, context: template.Context) -> SafeString:
        """Logs only the type of the error, because its message may contain data of the row."""
        depth = len(context.dicts)
        try:
            return self.nodelist.render(context)
        except DatabaseError:
            raise  # the transaction is aborted: no further query would succeed
        except Exception as error:
            del context.dicts[depth:]
            row = self.row.resolve(context)
            logger.error("row cannot be shown: %s %s (%s)", *_name(row), type(error).__name__)
            return _cannot_be_shown(row, self.tag)


def _name(row: Any) -> tuple[str, str]:
    meta = getattr(row, "_meta", None)
    return (meta.label_lower if meta else type(row).__name__), str(getattr(row, "pk", ""))


def _cannot_be_shown(row: Any, tag: str) -> SafeString:
    inner = WITHIN.get(tag, '<p class="muted">{1}</p>')
    return format_html('<{0} class="unshown">' + inner + "</{0}>", tag, unshown_words(row))


def unshown_words(row: Any) -> str:
    """What is said in place of a row."""
    number = getattr(row, "reference", "") or _name(row)[1]
    return _("%(number)s cannot be shown. Please tell your administrator this number.") % {"number": number}


@register.tag
def row(parser: Parser, token: Token) -> RowNode:
    """`{% row contact %}<li>…</li>{% endrow %}`; `{% row contact "div" %}` where the rows are no list."""
    _tag, name, *rest = token.split_contents()
    nodelist = parser.parse(("endrow",))
    parser.delete_first_token()
    return RowNode(nodelist, parser.compile_filter(name), rest[0].strip('"') if rest else "li")
