"""All measures: those of contacts and referrals, then those of cases (case_measures.py). Pure data.

Live figures, the counts for releases (``ntk.counted``), the import of a past, release tables, disclosure control and
evaluation use this list.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from handoff.referrals.states import ReferralState
from hotline.contacts.vocabulary import AgeBand, Channel, Kind, Sex
from regions.vocabulary import Language, Phenomenon
from triage.vocabulary import Disposition

from .case_measures import CASE_MEASURES
from .measure import ASSESSED, DISPOSITIONS, Keys, Measure, Share, Source, equation
from .populations import Of

YES_NO: Keys = (("yes", _("yes")), ("no", _("no")))
NONE_YET: Keys = (("none", _("not assessed")),)
OUTSIDE: Keys = (("abroad", _("abroad")), ("unknown", _("unknown")))
UNKNOWN: Keys = (("unknown", _("unknown")),)
COMPLETED = _(
    "Completed counselling contacts by the month in which they began, in the centre's time zone. Drafts do not count."
)
SELF_REPORT = _("As the caller said and the handler noted it; nobody checks it.")
#: Whether somebody of this age is a minor.
MINORS = {band.value: "no" for band in AgeBand} | {
    AgeBand.UNDER_14.value: "yes", AgeBand.FROM_14.value: "yes", AgeBand.UNKNOWN.value: "unknown",
}  # fmt: skip
MINOR_SQL = " ".join(["case n.age_band", *(f"when '{age}' then '{key}'" for age, key in MINORS.items()), "end"])

MEASURES: tuple[Measure, ...] = (
    Measure(
        "contacts", Of.CONTACT, "'all'", _("Counselling contacts"), COMPLETED,
        keys=(("all", _("All")),), imported=lambda fields: "all", is_table=False,
    ),
    Measure(
        "caller_group", Of.CONTACT, "n.caller_group", _("Who asked for advice"), COMPLETED,
        _("A person who calls three times counts three times. Who calls depends on where the number is known."),
        source=Source.CALLER_GROUPS, by_month=True,
    ),
    Measure(
        "caller_type", Of.CONTACT, "n.caller_type_id", _("Who asked for advice, in detail"),
        _("The same contacts in detail: each caller type belongs to a group."), SELF_REPORT,
        source=Source.CALLER_TYPES, unsaid="unknown",
    ),
    Measure(
        "channel", Of.CONTACT, "n.channel", _("Channel"), _("How the contact came to the centre."),
        _("A conversation that began by e-mail and went on by telephone counts once, by how it began."),
        tuple(Channel.choices), unsaid="unknown",
    ),
    Measure(
        "language", Of.CONTACT, "n.language", _("Language"), _("The language of the conversation."),
        _("It is the language that was spoken, not the first language of the family."),
        (*Language.choices, *UNKNOWN), unsaid="unknown",
    ),
    Measure(
        "region", Of.CONTACT, "n.region", _("Region"),
        _("Where the person of concern lives, by the first level of regions."),
        _("From the postal code or the handler's choice. Callers who will not say where they live are unknown."),
        OUTSIDE, Source.REGIONS, unsaid="unknown",
    ),
    Measure(
        "phenomenon", Of.CONTACT, "n.phenomenon", _("Phenomenon"),
        _("The form of radicalisation the contact was about."),
        _("The handler's first impression; it is often corrected later in a case, and then only counts there."),
        tuple(Phenomenon.choices), unsaid="unknown",
    ),
    Measure(
        "age_band", Of.CONTACT, "n.age_band", _("Age of the person of concern"),
        _("The age of the person of concern, in bands."), SELF_REPORT, tuple(AgeBand.choices), unsaid="unknown",
    ),
    Measure(
        "sex", Of.CONTACT, "n.sex", _("Sex of the person of concern"), _("The sex of the person of concern."),
        SELF_REPORT, tuple(Sex.choices), unsaid="unknown",
    ),
    Measure(
        "minor", Of.CONTACT, MINOR_SQL,
        _("Minors"), _("Whether the person of concern is under 18."), SELF_REPORT, (*YES_NO, *UNKNOWN),
        imported=lambda fields: MINORS[fields["age_band"]],
        equations=tuple(
            equation(f"minor.{key}", *(f"age_band.{age}" for age in MINORS if MINORS[age] == key))
            for key in ("yes", "no", "unknown")
        ),
        share=Share(
            "minors", _("About minors"), ("yes",), whole=("yes", "no"),
            definition=_("Of the counselling contacts about somebody whose age is known."),
        ),
    ),
    Measure(
        "disposition", Of.CONTACT, "n.disposition", _("What followed"), _("What followed from the contact."), ASSESSED,
        (*DISPOSITIONS, *NONE_YET), unsaid="none",
        share=Share(
            "central", _("Solved at the centre"), ("advice", "central_case"),
            _("Contacts that ended with advice or a case at the centre, of all counselling contacts."),
        ),
    ),
    Measure(
        "security", Of.CONTACT, "case when n.is_security then 'yes' else 'no' end", _("Relevant to security"),
        _("Contacts that ended as a security matter, or in which informing the authorities had to be decided."),
        _("It counts that the question arose, not that somebody was informed."), YES_NO, unsaid="no",
        imported=lambda fields: "yes" if fields["disposition"] == Disposition.SECURITY else fields["security"],
        equations=(
            equation("security.yes", "disposition.security", "disposition.*security"),
            equation("security.no", "disposition.none", "disposition.*no_security"),
        ),
        share=Share("security", _("Relevant to security"), ("yes",), _("Of all counselling contacts.")),
    ),
    Measure(
        "repeat", Of.CONTACT, "case when n.is_repeat then 'repeat' else 'first' end", _("First and repeat contacts"),
        _("A repeat contact belongs to a case that had an earlier counselling contact."),
        _("Who calls again without a case counts as first: callers are not recognised for statistics."),
        (("first", _("first")), ("repeat", _("repeat"))), unsaid="first",
        share=Share(
            "repeat", _("Repeat contacts"), ("repeat",),
            _("Contacts of a case that had an earlier one, of all counselling contacts."),
        ),
    ),
    Measure(
        "other_kind", Of.OTHER_CONTACT, "n.kind", _("Contacts that were no counselling"),
        _("Contacts in which nobody was advised. They are part of no other table."),
        _("They say something about the telephone, nothing about need."),
        tuple((code, label) for code, label in Kind.choices if code != Kind.COUNSELLING),
        imported=lambda fields: fields["kind"],
    ),
    Measure(
        "referral_region", Of.REFERRAL, "n.region", _("Referrals by region"),
        _("Referrals by the region of the case, by the month in which they were offered."),
        _("A case that two partners were asked about counts twice."), OUTSIDE, Source.REGIONS,
    ),
    Measure(
        "referral_state", Of.REFERRAL, "n.state", _("Referrals by state"),
        _("Referrals by the month in which they were offered. Drafts do not count."),
        keys=tuple((code, label) for code, label in ReferralState.choices if code != ReferralState.DRAFT),
        is_table=False,
    ),
    Measure(
        "referral_answer", Of.REFERRAL,
        "case when n.is_accepted then 'accepted' when n.is_waiting then 'waiting' else n.state end",
        _("Answers of partners"), _("Referrals that were offered, by the partner's answer. Drafts do not count."),
        _("As known when the release was prepared: what was offered in the last days may still be answered."),
        (("accepted", _("accepted")), (ReferralState.DECLINED.value, _("declined")),
         (ReferralState.EXPIRED.value, _("no answer in time")), (ReferralState.WITHDRAWN.value, _("withdrawn")),
         ("waiting", _("not answered yet"))),
        equations=(
            equation("referral_answer.total", "referral_answer.accepted", "referral_feedback.not_accepted"),
            equation("referral_answer.total", "referral_answer.*answered", "referral_time.none"),
            equation("referral_answer.*answered", "referral_answer.accepted", "referral_answer.declined"),
            equation(
                "referral_answer.*answered",
                "referral_time.4h", "referral_time.1d", "referral_time.2d", "referral_time.7d", "referral_time.longer",
            ),
            equation("referral_answer.accepted", "referral_feedback.yes", "referral_feedback.no"),
            equation("referral_answer.accepted", "referral_first.accepted", "referral_first.*accepted"),
            equation("referral_answer.waiting", "referral_first.waiting", "referral_first.*waiting"),
            equation(
                "referral_answer.*refused",
                "referral_answer.declined", "referral_answer.expired", "referral_answer.withdrawn",
            ),
            equation("referral_answer.*refused", "referral_first.not_accepted", "referral_first.*refused"),
        ),
    ),
    Measure(
        "referral_time", Of.REFERRAL,
        "case when n.took is null then 'none' when n.took <= interval '4 hours' then '4h'"
        " when n.took <= interval '1 day' then '1d' when n.took <= interval '2 days' then '2d'"
        " when n.took <= interval '7 days' then '7d' else 'longer' end",
        _("Time to a partner's answer"),
        _("From the offer to the partner's answer, accepted or declined, all hours counted."),
        _("Nights and weekends count, although partners answer in working hours."),
        (("4h", _("within 4 hours")), ("1d", _("within 24 hours")), ("2d", _("within 2 days")),
         ("7d", _("within 7 days")), ("longer", _("longer")), ("none", _("no answer"))),
        equations=(
            equation(
                "referral_time.none", "referral_answer.expired", "referral_answer.withdrawn", "referral_answer.waiting",
            ),
        ),
        share=Share(
            "first_answer", _("Partners who answered within 24 hours"), ("4h", "1d"),
            _("Referrals answered within 24 hours of the offer, of all that were offered."),
        ),
    ),
    Measure(
        "referral_first", Of.REFERRAL,
        "case when n.follows_id is not null then 'later' when n.is_accepted then 'accepted'"
        " when n.is_waiting then 'waiting' else 'not_accepted' end",
        _("Accepted by the first partner asked"),
        _("Whether the first partner who was asked about a case accepted it."),
        _("It depends on how well the centre chooses as much as on the partners."),
        (("accepted", _("accepted at once")), ("not_accepted", _("not accepted")), ("waiting", _("not answered yet")),
         ("later", _("a later partner was asked"))),
        equations=(
            equation(
                "referral_first.later",
                "referral_first.*accepted", "referral_first.*waiting", "referral_first.*refused",
            ),
        ),
        share=Share(
            "accepted_first", _("Accepted by the first partner"), ("accepted",), whole=("accepted", "not_accepted"),
            definition=_("Of the cases in which the first partner who was asked has decided."),
        ),
    ),
    Measure(
        "referral_feedback", Of.REFERRAL,
        "case when not n.is_accepted then 'not_accepted' when n.has_feedback then 'yes' else 'no' end",
        _("Feedback of partners"), _("Whether a partner who accepted gave any feedback."),
        _("A short notice counts like a long report."),
        (("yes", _("feedback given")), ("no", _("none so far")), ("not_accepted", _("not accepted"))),
        equations=(
            equation("referral_feedback.not_accepted", "referral_answer.declined", "referral_time.none"),
            equation("referral_feedback.not_accepted", "referral_answer.*refused", "referral_answer.waiting"),
        ),
        share=Share(
            "feedback", _("With feedback"), ("yes",), whole=("yes", "no"),
            definition=_("Accepted referrals on which the partner gave any feedback, of all that were accepted."),
        ),
    ),
    *CASE_MEASURES,
)  # fmt: skip
BY_CODE = {measure.code: measure for measure in MEASURES}
TABLES = tuple(measure for measure in MEASURES if measure.is_table)
EQUATIONS = tuple(one for measure in MEASURES for one in measure.equations)
