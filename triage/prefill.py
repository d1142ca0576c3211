"""Answers that are known from the contact. Pure functions."""

from __future__ import annotations

from hotline.contacts.models import Contact
from hotline.contacts.vocabulary import AgeBand
from regions.vocabulary import Phenomenon

AGE_BANDS = {
    AgeBand.UNDER_14: "under_14",
    AgeBand.FROM_14: "14_17",
    AgeBand.FROM_18: "adult",
    AgeBand.FROM_21: "adult",
    AgeBand.FROM_27: "adult",
    AgeBand.FROM_40: "adult",
}


def from_contact(contact: Contact) -> dict[str, str | list[str]]:
    """Answers from the contact. Unknown values are left unanswered, so that the handler asks."""
    answers: dict[str, str | list[str]] = {}
    if contact.age_band in AGE_BANDS:
        answers["age_band"] = AGE_BANDS[AgeBand(contact.age_band)]
    if contact.phenomenon != Phenomenon.UNKNOWN:
        answers["phenomena"] = [contact.phenomenon]
    return answers
