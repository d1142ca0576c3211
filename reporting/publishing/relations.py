"""Which figures of different tables count the same. Pure, and without Django's settings: paper is made without them."""

from __future__ import annotations

#: What the rules of counting say across measures, as measure.key: the first counts the same as the others together.
#: Keys with a * are nowhere published; they are what is left, or what two measures have in common.
ACROSS = tuple(
    tuple(line.split())
    for line in """
    minor.yes age_band.under_14 age_band.14_17
    minor.no age_band.18_20 age_band.21_26 age_band.27_39 age_band.40_plus
    minor.unknown age_band.unknown
    security.yes disposition.security disposition.*security
    security.no disposition.none disposition.*no_security
    referral_answer.total referral_answer.accepted referral_feedback.not_accepted
    referral_answer.total referral_answer.*answered referral_time.none
    referral_answer.*answered referral_answer.accepted referral_answer.declined
    referral_answer.*answered referral_time.4h referral_time.1d referral_time.2d referral_time.7d referral_time.longer
    referral_answer.accepted referral_feedback.yes referral_feedback.no
    referral_answer.accepted referral_first.accepted referral_first.*accepted
    referral_answer.waiting referral_first.waiting referral_first.*waiting
    referral_time.none referral_answer.expired referral_answer.withdrawn referral_answer.waiting
    referral_feedback.not_accepted referral_answer.declined referral_time.none
    referral_feedback.not_accepted referral_answer.*refused referral_answer.waiting
    referral_answer.*refused referral_answer.declined referral_answer.expired referral_answer.withdrawn
    referral_answer.*refused referral_first.not_accepted referral_first.*refused
    referral_first.later referral_first.*accepted referral_first.*waiting referral_first.*refused
    """.strip().splitlines()
)
