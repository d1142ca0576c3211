"""The measures: table, definition, keys, SQL and equations of each. Pure data.

A measure partitions what it counts in a month: each contact, referral, case or duty has exactly one key. Live figures,
the counts for releases (``ntk.counted``), the import of a past, release tables, disclosure control and evaluation use
this list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casework.cases.vocabulary import OF_DUTIES
from handoff.referrals.states import ReferralState
from handoff.referrals.vocabulary import Outcome
from hotline.contacts.vocabulary import AgeBand, Channel, Kind, Sex
from regions.vocabulary import Language, Phenomenon
from triage.vocabulary import Disposition

from .populations import Of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Keys = tuple[tuple[str, "StrPromise | str"], ...]


class Source(StrEnum):
    """The source of a measure's keys if they are not in the code."""

    CODE = "code"
    CALLER_TYPES = "caller_types"
    CALLER_GROUPS = "caller_groups"
    REGIONS = "regions"


@dataclass(frozen=True)
class Term:
    """The number with one key of a measure. A key that begins with * is not published and occurs only in equations."""

    measure: str
    key: str


@dataclass(frozen=True)
class Equation:
    """The total equals the sum of its parts."""

    total: Term
    parts: tuple[Term, ...]


@dataclass(frozen=True)
class Share:
    """A percentage in the evaluation of a release: ``part`` of all, or of the keys of ``whole``."""

    code: str
    label: StrPromise
    part: tuple[str, ...]
    definition: StrPromise
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """``sql``: the key of a row ``n`` of its population (populations.py). ``label``: the title of its table.

    ``definition`` and ``bias``: what its table means and where it misleads, for readers. ``by_month``: has a column
    for each month, in a release of several. ``is_table``: False if it is only counted for other pages, not published.
    ``unsaid``: the key of imported contacts without a value; with it, the measure is a field of mapping files.
    ``imported``: computes the key of an imported contact from the fields; without it, the field of the same name.
    """

    code: str
    of: Of
    sql: str
    label: StrPromise
    definition: StrPromise
    bias: StrPromise | str = ""
    keys: Keys = ()
    source: Source = Source.CODE
    equations: tuple[Equation, ...] = ()
    share: Share | None = None
    unsaid: str = ""
    imported: Callable[[Mapping[str, str]], str] | None = None
    by_month: bool = False
    is_table: bool = True

    def accepts(self, key: str) -> bool:
        """Whether the key is valid; only for measures whose keys are in the code."""
        return any(key == known for known, _label in self.keys)

    def key_of_imported(self, fields: Mapping[str, str]) -> str:
        """The key of an imported contact. Raises KeyError if the measure does not define one."""
        return self.imported(fields) if self.imported else fields[self.code]


def equation(total: str, *parts: str) -> Equation:
    """An equation of terms that are written as measure.key."""
    first, *others = (Term(*name.split(".")) for name in (total, *parts))
    return Equation(first, tuple(others))


YES_NO: Keys = (("yes", _("yes")), ("no", _("no")))
NONE_YET: Keys = (("none", _("not assessed")),)
OUTSIDE: Keys = (("abroad", _("abroad")), ("unknown", _("unknown")))
UNKNOWN: Keys = (("unknown", _("unknown")),)
DISPOSITIONS: Keys = tuple((code, label) for code, label in Disposition.choices if code != Disposition.OPEN)
NOT_DROPPED = "none"
COMPLETED = _(
    "Completed counselling contacts by the month in which they began, in the centre's time zone. Drafts do not count."
)
SELF_REPORT = _("As the caller said and the handler noted it; nobody checks it.")
ASSESSED = _("From the assessment in force. Contacts that were not assessed are shown as such.")
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
    Measure(
        "case_opened", Of.CASE_OPENED, "n.disposition", _("Cases opened"),
        _("Cases by the month in which they were opened, by what was decided."), ASSESSED, DISPOSITIONS,
    ),
    Measure(
        "case_duration", Of.CASE_CLOSED,
        "case when n.took <= interval '1 month' then '1m' when n.took <= interval '3 months' then '3m'"
        " when n.took <= interval '6 months' then '6m' when n.took <= interval '12 months' then '12m'"
        " else 'longer' end",
        _("Duration of closed cases"), _("Cases by the month in which they were closed, by how long they were open."),
        _("Cases that are still open, often the long ones, are missing."),
        (("1m", _("up to 1 month")), ("3m", _("up to 3 months")), ("6m", _("up to 6 months")),
         ("12m", _("up to 12 months")), ("longer", _("longer"))),
    ),
    Measure(
        "case_outcome", Of.CASE_CLOSED, "n.outcome", _("Outcome of closed cases"),
        _("Cases by the month in which they were closed, by the outcome the last partner reported."),
        _("The partner's own view; nobody asked the family."),
        (*Outcome.choices, ("centre", _("closed at the centre"))),
    ),
    Measure(
        "first_action", Of.CASE_OPENED,
        "case when n.began is null then 'none' when n.began <= interval '4 hours' then '4h'"
        " when n.began <= interval '1 day' then '1d' when n.began <= interval '2 days' then '2d'"
        " when n.began <= interval '7 days' then '7d' else 'longer' end",
        _("Time to the first action of a case"),
        _("Cases by the month in which they were opened: from the opening until somebody of the centre or of another"
          " body began an action of the case, or did one at once. All hours counted."),
        _("What was begun before the case was opened counts as within 4 hours. It says when work began, not what came"
          " of it; what nobody wrote down as an action is missing."),
        (("4h", _("within 4 hours")), ("1d", _("within 24 hours")), ("2d", _("within 2 days")),
         ("7d", _("within 7 days")), ("longer", _("longer")), ("none", _("none so far"))),
    ),
    Measure(
        "duty_end", Of.DUTY,
        "case when n.is_dropped then 'dropped' when not n.is_done then 'open' when n.is_in_time then 'in_time'"
        " else 'late' end",
        _("Duties done in time"),
        _("Duties of a triage by the month in which they were due, by what became of them. Actions that somebody added"
          " and those of other bodies do not count."),
        _("As known when the release was prepared: what was not done by then was overdue. A later due time that a"
          " coordinator set counts as the due time. Done means that somebody said so."),
        (("in_time", _("done in time")), ("late", _("done late")), ("dropped", _("dropped, with a reason")),
         ("open", _("not done so far"))),
        equations=(
            equation("duty_end.total", "duty_end.dropped", "duty_drop.none"),
            equation("duty_end.dropped", *(f"duty_drop.{reason}" for reason in OF_DUTIES)),
        ),
        share=Share(
            "duties_in_time", _("Duties done in time"), ("in_time",), whole=("in_time", "late", "open"),
            definition=_("Of the duties that were due and not dropped."),
        ),
    ),
    Measure(
        "duty_drop", Of.DUTY, f"case when n.is_dropped then n.drop_reason else '{NOT_DROPPED}' end",
        _("Why duties were dropped"), _("The same duties by the reason for which they were dropped, if they were."),
        _("Who dropped a duty chose the reason from a list; of a protected duty a second person agreed. Before"
          " November 2026 there was no list: these count as another reason."),
        (*((one.value, one.label) for one in OF_DUTIES), (NOT_DROPPED, _("not dropped"))),
        equations=(equation("duty_drop.none", "duty_end.in_time", "duty_end.late", "duty_end.open"),),
    ),
)  # fmt: skip
BY_CODE = {measure.code: measure for measure in MEASURES}
TABLES = tuple(measure for measure in MEASURES if measure.is_table)
EQUATIONS = tuple(one for measure in MEASURES for one in measure.equations)
