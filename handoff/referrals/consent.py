"""Whether consent covers a disclosure, according to the current triage of the case (docs/domain.md, step 3; ADR 20).

Adults consent for themselves; for minors, those with custody do. Callers consent only to the disclosure of their own
data, not of the person of concern's. Without an answer there is no consent. A refusal or withdrawal, by the caller or
the person of concern, takes effect at once for all fields. ``RULES`` contains all of this (docs/adr/0020).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .vocabulary import Disclosable, LegalBasis


class Objection(StrEnum):
    """Why consent is not a legal basis here."""

    CALLER_REFUSED = "caller_refused"
    CALLER_WITHDREW = "caller_withdrew"
    PERSON_REFUSED = "person_refused"
    PERSON_WITHDREW = "person_withdrew"
    NOT_ASKED = "not_asked"
    NOT_FOR_PARTNERS = "not_for_partners"
    MINOR = "minor"
    MINOR_CALLER = "minor_caller"
    PERSON_NOT_ASKED = "person_not_asked"


SENTENCES: dict[Objection, Promise] = {
    Objection.CALLER_REFUSED: gettext_lazy("The caller has refused consent."),
    Objection.CALLER_WITHDREW: gettext_lazy("The caller has withdrawn consent."),
    Objection.PERSON_REFUSED: gettext_lazy("The person of concern has refused consent."),
    Objection.PERSON_WITHDREW: gettext_lazy("The person of concern has withdrawn consent."),
    Objection.NOT_ASKED: gettext_lazy("The triage does not say that the caller has given consent."),
    Objection.NOT_FOR_PARTNERS: gettext_lazy("Consent was given for other recipients, not for a partner."),
    Objection.MINOR: gettext_lazy(
        "The person of concern is a minor: for the notes those with custody have to consent, "
        "and the triage does not say so."
    ),
    Objection.MINOR_CALLER: gettext_lazy(
        "The caller is the person of concern and a minor: those with custody have to consent, "
        "and the triage does not say so."
    ),
    Objection.PERSON_NOT_ASKED: gettext_lazy(
        "The notes are about the person of concern, for whom nobody else can consent, "
        "and the triage does not say that this person has."
    ),
}


class Concerned(StrEnum):
    """Facts about the person of concern that decide who may consent. An unknown age counts as adult."""

    ADULT = "adult"
    MINOR = "minor"
    ADULT_CALLER = "adult_caller"
    MINOR_CALLER = "minor_caller"


@dataclass(frozen=True)
class Consent:
    """Codes of the checklist: given, refused, withdrawn; unknown if not asked or not answered."""

    caller: str
    person: str
    names_partner: bool
    concerned: Concerned

    @property
    def recipients(self) -> str:
        return "partner" if self.names_partner else "others"


@dataclass(frozen=True)
class ConsentRule:
    """One rule: the answer ``said`` on ``whose`` consent forbids ``fields`` if the person is one of ``concerned``."""

    found: Objection
    whose: str
    said: str
    fields: frozenset[Disclosable] = frozenset(Disclosable)
    concerned: frozenset[Concerned] = frozenset(Concerned)


#: Fields about the person of concern, for which the caller's consent is not enough.
ABOUT_THE_PERSON = frozenset({Disclosable.NOTES})
#: For disclosures on the basis of consent; the first rule that applies. Other legal bases need no consent.
RULES = (
    ConsentRule(Objection.CALLER_WITHDREW, "caller", "withdrawn"),
    ConsentRule(Objection.CALLER_REFUSED, "caller", "refused"),
    ConsentRule(Objection.PERSON_WITHDREW, "person", "withdrawn"),
    ConsentRule(Objection.PERSON_REFUSED, "person", "refused"),
    ConsentRule(Objection.NOT_ASKED, "caller", "unknown"),
    ConsentRule(Objection.NOT_FOR_PARTNERS, "recipients", "others"),
    ConsentRule(Objection.MINOR_CALLER, "person", "unknown", concerned=frozenset({Concerned.MINOR_CALLER})),
    ConsentRule(Objection.MINOR, "person", "unknown", ABOUT_THE_PERSON, frozenset({Concerned.MINOR})),
    ConsentRule(Objection.PERSON_NOT_ASKED, "person", "unknown", ABOUT_THE_PERSON, frozenset({Concerned.ADULT})),
)


def consent_of(case_id: uuid.UUID) -> Consent:
    """The current consent; unknown for a case that the actor may not read."""
    with connection.cursor() as cursor:
        cursor.execute("select caller, person, names_partner, concerned from ntk.consent_of_case(%s)", [case_id])
        caller, person, names_partner, concerned = cursor.fetchone()
    return Consent(caller, person, names_partner, Concerned(concerned))


def objection(consent: Consent, fields: Collection[str]) -> Objection | None:
    """The reason against disclosing these fields on the basis of consent, or None."""
    for rule in RULES:
        is_said = getattr(consent, rule.whose) == rule.said
        if is_said and consent.concerned in rule.concerned and rule.fields & set(fields):
            return rule.found
    return None


def not_covered(consent: Consent, fields: Collection[Disclosable]) -> dict[Disclosable, Objection]:
    """The fields that consent does not cover, each with the reason."""
    found = {field: objection(consent, {field}) for field in fields}
    return {field: why for field, why in found.items() if why}


def what_else(found: Objection, without: Collection[Disclosable] = ()) -> str:
    """The objection in words, with other possible legal bases. ``without``: the fields to leave out, if not all."""
    others = _(" or ").join(str(basis.label) for basis in LegalBasis if basis != LegalBasis.CONSENT)
    if without:
        named = ", ".join(str(field.label) for field in without)
        said = _("%(why)s Choose another basis if one applies (%(others)s), or do not disclose: %(fields)s.")
        return said % {"why": SENTENCES[found], "others": others, "fields": named}
    return _(
        "%(why)s Choose another basis if one applies (%(others)s), or disclose no field: "
        "the summary alone names nobody."
    ) % {"why": SENTENCES[found], "others": others}
