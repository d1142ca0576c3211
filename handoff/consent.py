"""Whether consent covers a disclosure, by what the triage of the case says now (DOMAIN, step 3; LAW, who may consent).

The caller's consent has to be recorded as given. A refusal or withdrawal, by the caller or the person of concern, binds
at once and for everything. The notes about a minor do not go without the consent of those with custody.
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
    """Why consent is no basis."""

    CALLER_REFUSED = "caller_refused"
    CALLER_WITHDREW = "caller_withdrew"
    PERSON_REFUSED = "person_refused"
    PERSON_WITHDREW = "person_withdrew"
    NOT_ASKED = "not_asked"
    NOT_FOR_PARTNERS = "not_for_partners"
    MINOR = "minor"


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
}
#: About the person of concern too, so that the caller's own consent is not enough for a minor.
ABOUT_THE_PERSON = frozenset({Disclosable.NOTES})


@dataclass(frozen=True)
class Consent:
    """Codes of the checklist: given, refused, withdrawn, unknown."""

    caller: str
    person: str
    names_partner: bool
    is_minor: bool


def consent_of(case_id: uuid.UUID) -> Consent:
    """As noted now. A case that the actor may not ask about has none."""
    with connection.cursor() as cursor:
        cursor.execute("select caller, person, names_partner, is_minor from ntk.consent_of_case(%s)", [case_id])
        return Consent(*cursor.fetchone())


def objection(consent: Consent, fields: Collection[str]) -> Objection | None:
    """What speaks against disclosing these fields on the basis of consent."""
    if not fields:
        return None
    refusals = {
        ("withdrawn", "caller"): Objection.CALLER_WITHDREW,
        ("refused", "caller"): Objection.CALLER_REFUSED,
        ("withdrawn", "person"): Objection.PERSON_WITHDREW,
        ("refused", "person"): Objection.PERSON_REFUSED,
    }
    for (answer, whose), found in refusals.items():
        if getattr(consent, whose) == answer:
            return found
    if consent.caller != "given":
        return Objection.NOT_ASKED
    if not consent.names_partner:
        return Objection.NOT_FOR_PARTNERS
    if consent.is_minor and consent.person != "given" and ABOUT_THE_PERSON & set(fields):
        return Objection.MINOR
    return None


def what_else(found: Objection) -> str:
    """The objection, and on which other basis the fields could go."""
    others = _(" or ").join(str(basis.label) for basis in LegalBasis if basis != LegalBasis.CONSENT)
    return _(
        "%(why)s Choose another basis if one applies (%(others)s), or disclose no field: "
        "the summary alone names nobody."
    ) % {"why": SENTENCES[found], "others": others}
