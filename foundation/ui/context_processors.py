"""What every page needs: the top bar and the colour scheme."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from foundation.ui import navigation as top_bar
from foundation.ui.page_counts import page_counts

THEMES = ("light", "dark")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Entries of the top bar and the search address, by what the person may do."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated or not hasattr(person, "can_in_any"):
        return {"nav_links": [], "search_url": ""}
    if getattr(request, "lacks_second_factor", False):  # nothing is open yet
        return {"nav_links": [], "search_url": ""}
    may_search = person.can_in_any(top_bar.SEARCH.permission)
    return {
        # Lazy: fragments have no top bar and need no counts.
        "nav_links": SimpleLazyObject(lambda: top_bar.links_with_counts(person, request.path, page_counts(request))),
        "search_url": top_bar.address(top_bar.SEARCH.url_name) if may_search else "",
    }


def appearance(request: HttpRequest) -> dict[str, Any]:
    """The chosen colour scheme ("" follows the system) and the server's clock (UTC)."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "server_now": timezone.now(),
    }
