"""Every URL name with every record, and what a person gets from it."""

from __future__ import annotations

import itertools
import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from security.matrix.filled import FORMS
from security.matrix.spellings import written
from security.matrix.world import World
from telephone import undone
from web import sign_in

from foundation.accounts.models import User

FORM = "application/x-www-form-urlencoded"
Item = TypeVar("Item")
ACTION_STEPS = (
    *("action", "take_action", "begin_action", "finish_action", "drop_action", "confirm_drop", "refuse_drop"),
    *("give_action", "move_due"),
)
REPORT_PAGES = (
    *("report", "write_report", "discussed", "approve_report", "reopen_report", "hand_over", "print_report"),
)
#: Kind of record by parameter; the longest matching key counts: ``name:parameter``, ``namespace:parameter``, parameter.
KINDS = {
    "contact_id": "contact",
    "callback_id": "callback",
    "call_id": "call",
    "referral_id": "referral",
    "case_id": "case",
    "request_id": "request",
    "assessment_id": "assessment",
    "block_id": "block",
    "agent_id": "agent",
    "message_id": "message",
    "conflict_id": "conflict",
    "organisation_id": "organisation",
    "centre_pk": "organisation",
    "leg_id": "leg",
    "exception_pk": "exception",
    "cases:contact:contact_id": "case_contact",
    "reference": "reference",
    "cases:pk": "case",
    **{f"cases:{step}:pk": "action" for step in ACTION_STEPS},
    "teams:pk": "member",
    "assessments:pk": "case_assessment",
    "assessments:of_team:case_id": "team",
    "assessments:ask:case_id": "team",
    "consultations:pk": "consultation",
    "consultations:of_team:case_id": "team",
    "consultations:ask:case_id": "team",
    "teams:share_note:pk": "own_note",
    "teams:team:case_id": "team",
    **{f"closures:{page}:case_id": "team" for page in ("of_team", "propose", "propose_reopening")},
    "closure_id": "closure",
    "closures:pk": "closure",
    **{f"closures:{step}:pk": "opinion" for step in ("opinion", "answer")},
    **{f"closures:{step}:pk": "reopening" for step in ("reopening", "answer_reopening")},
    "releases:of_team:case_id": "team",
    "releases:announce:case_id": "team",
    "releases:begin_report:case_id": "team",
    **{f"releases:{page}:pk": "exit_report" for page in REPORT_PAGES},
    "releases:pk": "prison_release",
    "plans:of_team:case_id": "team",
    "reviews:of_team:case_id": "team",
    "reviews:plan:case_id": "team",
    "reviews:pk": "review",
    "plans:pk": "plan",
    "plans:outcome:pk": "goal",
    **{f"plans:{step}:pk": "agreement" for step in ("agreement", "agree", "object_to")},
    **{f"plans:{step}_goal:row_id": "goal" for step in ("change", "remove")},
    **{f"plans:{step}_factor:row_id": "factor" for step in ("change", "remove")},
    **{f"plans:{step}_action:row_id": "planned" for step in ("change", "remove")},
    **{f"cases:{step}:pk": "question" for step in ("question", "answer_question", "drop_question")},
    "cases:open:pk": "assessment",
    "cases:confirm_triage:pk": "assessment",
    "publishing:pk": "release",
    "accounts:user:pk": "user",
    "subject": "contact",
    "accounts:edit_user:pk": "user",
    "accounts:grant_role:pk": "user",
    "accounts:make_link:pk": "user",
    "accounts:deactivate:pk": "user",
    "accounts:reactivate:pk": "user",
    "accounts:end_role:pk": "membership",
    "accounts:confirm_role:pk": "proposal",
    "accounts:decline_role:pk": "proposal",
    "accounts:withdraw_role:pk": "proposal",
    "accounts:remove_second_factor:pk": "user",
    "accounts:end_directory_link:pk": "user",
    "accounts:pk": "organisation",
    "retention:pk": "contact",
    "regions:pk": "organisation",
    "regions:resume:pk": "pause",
    "worklist:end_absence:pk": "absence",
    "regions:edit_liaison:pk": "liaison",
    "regions:end_liaison:pk": "liaison",
    "regions:edit_conflict:pk": "interest",
    "regions:end_conflict:pk": "interest",
    "switchboard:pk": "line",
    "retention:withdraw:pk": "erasure",
    "retention:end_hold:pk": "hold",
    "retention:request:pk": "subject_request",
    "retention:choose:pk": "subject_request",
    "retention:step:pk": "subject_request",
    "retention:copy:pk": "subject_request",
    "retention:content:pk": "subject_dossier",
    "retention:decide_items:pk": "subject_dossier",
    "retention:agree:pk": "subject_dossier",
    "retention:take_out:pk": "subject_dossier",
    "retention:erase_dossier:pk": "subject_dossier",
}
NO_KEY = "00000000-0000-4000-8000-000000000000"
#: Values of other parameters, the same for every visit.
FIXED = {
    "notice_id": NO_KEY,
    "token": "x",
    "pk": "99999",  # a passkey that is nobody's
    "attempt": "1",
    "form": "json",
    "name": "withdraw",  # a step of a person's request
    "app_label": "regions",
    "url": "x",
    "key": "x",
    "uidb36": "1",
    "object_id": "1",
}
#: A second record in the URL has the name of the first one, or this.
SECOND = {"handoff:note_conflict": "partner", "handoff:take_back_conflict": "open", "texting:send_again": "received"}


@dataclass(frozen=True)
class Route:
    name: str
    pattern: str

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"<(?:\w+:)?(\w+)>", re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", self.pattern))

    def kind(self, parameter: str) -> str | None:
        namespace = self.name.partition(":")[0]
        keys = [f"{self.name}:{parameter}", f"{namespace}:{parameter}", parameter]
        return next((KINDS[key] for key in keys if key in KINDS), None)

    @property
    def record_kind(self) -> str | None:
        return next((kind for one in self.parameters if (kind := self.kind(one))), None)

    def path(self, world: World, record: str) -> str:
        """``record``: the name of a record of the route's kind, ``unknown``, or empty."""
        values = dict(FIXED)
        for number, parameter in enumerate(one for one in self.parameters if self.kind(one)):
            known = world.keys[self.kind(parameter) or ""]
            name = record if number == 0 or record in known else SECOND.get(self.name, next(iter(known)))
            values[parameter] = str(known[name]) if name in known else _unknown(next(iter(known.values())))
        plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", self.pattern).replace("^", "").replace("$", "")
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "x"), plain)


def _unknown(like: Any) -> str:
    if isinstance(like, uuid.UUID):
        return NO_KEY
    return "99999" if isinstance(like, int) else "F-99999"


def routes() -> list[Route]:
    """One per name; a name with several patterns has its first one. Patterns without a name are named after it."""

    def walk(resolver: URLResolver, before: str, namespace: str) -> Iterator[Route]:
        for one in resolver.url_patterns:
            pattern = before + str(one.pattern)
            if isinstance(one, URLResolver):
                inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
                yield from walk(one, pattern, inner)
            elif isinstance(one, URLPattern):
                yield Route(namespace + (one.name or f"[{pattern}]"), pattern)

    found: dict[str, Route] = {}
    for route in walk(get_resolver(), "", ""):
        found.setdefault(route.name, route)
    return list(found.values())


@dataclass
class Answer:
    status: int
    text: str
    """Body, headers and cookies."""
    body: str


#: One for each visit, because what an address may do in a minute is limited.
ADDRESSES = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in itertools.count())


class Browser(Client):
    """Django's test client without its copy of each template's context, which costs more than the page."""

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


@dataclass
class Visitor:
    """A browser of somebody. Every visit is rolled back, and begins with the same cookies."""

    name: str
    world: World
    client: Browser
    cookies: str = ""
    visits: int = field(default=0)

    @classmethod
    def of(cls, world: World, name: str) -> Visitor:
        client = Browser()
        user = world.cast[name]
        if user is not None:
            sign_in(client, User.objects.get(pk=user.pk))
        return cls(name, world, client, client.cookies.output(header="", sep=";"))

    def visit(self, method: str, path: str, query: str = "", name: str = "", **headers: str) -> Answer:
        """``name``: of the URL, whose form is posted."""
        self.visits += 1
        form = urlencode(FORMS[name](self.world)) if method == "POST" and name in FORMS else ""
        self.client.cookies = SimpleCookie(self.cookies)
        if path.startswith("/accounts/"):
            cache.clear()  # the limits of a person
        with undone():
            asked = {"QUERY_STRING": query, "REMOTE_ADDR": next(ADDRESSES)}
            answer = self.client.generic(method, path, form, FORM, headers=headers, **asked)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        body = content.decode("utf-8", "replace")
        return Answer(answer.status_code, f"{body}\n{answer.headers}\n{answer.cookies.output()}", body)


CANARY = re.compile(r"zq\d{5}x")
PHONE = written("341", "8", 6)


def canaries_in(text: str, world: World) -> set[tuple[str, str]]:
    """``table@record`` and field of each canary in the text."""
    found = set(CANARY.findall(text))
    digits = {"+49" + re.sub(r"\D", "", one) for one in PHONE.findall(text)}
    return {world.canaries[one] for one in found | digits if one in world.canaries}


VARYING = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.+-]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Za-z0-9]{64}|[\w-]+:[\w-]+:[\w-]{20,}"
)


HIDDEN = re.compile(r'(<input type="hidden" name="\w+" value=")[^"]*')
#: The section of the navigation in which the address would be.
SECTION = ' aria-current="page"'


def masked(body: str, path: str) -> str:
    """Without tokens, ids, times and what follows from the address alone."""
    return VARYING.sub("*", HIDDEN.sub(r"\1*", body.replace(path, "*").replace(SECTION, "")))


def sample_of(items: list[Item], number: int, seed: str) -> list[Item]:
    """Some of the items, the same for a seed."""
    return items if len(items) <= number else random.Random(seed).sample(items, number)
