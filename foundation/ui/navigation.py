"""Entries of the top bar, depending on permissions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Person(Protocol):
    """The interface of users that the top bar needs."""

    def can_in_any(self, permission: str) -> bool:
        """Whether the user has the permission in at least one organisation."""
        ...


@dataclass(frozen=True)
class Item:
    """One entry of the top bar; shown if the user has the permission in any organisation.

    ``while_waiting``: shown only while something waits there, and on its own page. ``shortcut``: its keys.
    """

    url_name: str
    label: str | Promise
    icon: str
    permission: str
    while_waiting: bool = False
    shortcut: str = ""


@dataclass(frozen=True)
class NavigationLink:
    """An entry ready to be shown."""

    url_name: str
    url: str
    label: str | Promise
    icon: str
    current: bool
    count: int | None = None  # None: the entry has no count
    shortcut: str = ""

    @property
    def key(self) -> str:
        return self.url_name.replace(":", "-")


ITEMS: tuple[Item, ...] = (
    Item("worklist:today", _("Today"), "list-todo", "work.read", shortcut="alt+m"),
    Item("hotline:desk", _("Desk"), "headset", "contact.log", shortcut="alt+d"),
    Item("reporting:shift", _("Shift"), "radar", "figures.read"),
    Item("cases:list", _("Cases"), "folder-open", "case.read"),
    Item("handoff:board", _("Referrals"), "route", "referral.offer"),
    Item("handoff:inbox", _("Inbox"), "inbox", "referral.answer"),
    Item("teams:list", _("Case teams"), "users", "team.work"),
    Item("triage:confirmations", _("To confirm"), "user-check", "triage.confirm"),
    Item("regions:network", _("Network"), "map", "network.read"),
    Item("reporting:live", _("Figures"), "chart-column", "figures.read"),
    Item("publishing:releases", _("Releases"), "file-chart-column", "release.read"),
    Item("retention:erasures", _("Erasure"), "eraser", "hold.set", while_waiting=True),
    Item("retention:requests", _("Requests"), "inbox", "request.handle"),
    Item("retention:agreements", _("To open"), "folder-lock", "request.agree", while_waiting=True),
    Item("accounts:role_proposals", _("Roles"), "user-plus", "role.confirm", while_waiting=True),
    Item("journal:audit", _("Audit"), "scroll-text", "audit.read"),
    Item("accounts:administration", _("Administration"), "settings", "users.manage"),
)
SEARCH = Item("hotline:search", _("Search"), "search", "contact.log")


def address(url_name: str) -> str:
    """The path of a URL name; empty if it does not exist."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def links(person: Person, path: str, items: Iterable[Item] = ITEMS) -> list[NavigationLink]:
    """The entries that this person may use; the longest URL that is a prefix of the path is the current one."""
    found = [(item, address(item.url_name)) for item in items if person.can_in_any(item.permission)]
    mounted = [(item, url) for item, url in found if url]
    here = max((url for _item, url in mounted if path.startswith(url)), key=len, default=None)
    return [
        NavigationLink(item.url_name, url, item.label, item.icon, url == here, shortcut=item.shortcut)
        for item, url in mounted
    ]


def links_with_counts(
    person: Person, path: str, counts: Mapping[str, int], items: Iterable[Item] = ITEMS
) -> list[NavigationLink]:
    """As ``links``, with the number of items that wait for this person, by URL name."""
    while_waiting = {item.url_name for item in items if item.while_waiting}
    return [
        replace(link, count=counts.get(link.url_name))
        for link in links(person, path, items)
        if link.url_name not in while_waiting or link.current or counts.get(link.url_name)
    ]
