"""The measures of cases and of the work on them; measures.py has the others and the whole list. Pure data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.cases.vocabulary import OF_DUTIES, CloseReason
from casework.plans.vocabulary import Outcome as GoalResult
from handoff.referrals.vocabulary import Outcome

from .measure import ASSESSED, DISPOSITIONS, Measure, Share, equation
from .populations import Of

NOT_DROPPED = "none"

CASE_MEASURES: tuple[Measure, ...] = (
    Measure(
        "case_opened", Of.CASE_OPENED, "n.disposition", _("Cases opened"),
        _("Cases by the month in which they were opened, by what was decided."), ASSESSED, DISPOSITIONS,
    ),
    Measure(
        "case_duration", Of.CASE_CLOSED,
        "case when n.took <= interval '1 month' then '1m' when n.took <= interval '3 months' then '3m'"
        " when n.took <= interval '6 months' then '6m' when n.took <= interval '12 months' then '12m'"
        " else 'longer' end",
        _("Duration of closed cases"),
        _("Cases by the month in which the work on them ended, by how long it took: they were closed, or are monitored"
          " since. The time of monitoring does not count."),
        _("Cases that are still open, often the long ones, are missing."),
        (("1m", _("up to 1 month")), ("3m", _("up to 3 months")), ("6m", _("up to 6 months")),
         ("12m", _("up to 12 months")), ("longer", _("longer"))),
    ),
    Measure(
        "case_outcome", Of.CASE_CLOSED, "n.outcome", _("Outcome of closed cases"),
        _("Cases by the month in which the work on them ended, by the outcome the last partner reported."),
        _("The partner's own view; nobody asked the family."),
        (*Outcome.choices, ("centre", _("closed at the centre"))),
    ),
    Measure(
        "close_reason", Of.CASE_CLOSED, "n.close_reason", _("Why cases were closed"),
        _("Cases by the month in which the work on them ended, by the reason that was given."),
        _("Who proposed the closing chose the reason from a list. Cases closed before December 2026 count as another"
          " reason."),
        tuple(CloseReason.choices),
    ),
    Measure(
        "monitoring_end", Of.MONITORING,
        "case when n.is_again then case when n.has_sign then 'sign' else 'again' end"
        " when n.is_over then 'over' else 'running' end",
        _("Outcome of monitoring"),
        _("Cases by the month in which their monitoring began, after the work on them ended jointly: what came of it."),
        _("As known when the release was prepared: monitoring takes a year. A sign that nobody saw is missing."),
        (("over", _("ended without being opened again")), ("sign", _("opened again after a warning sign")),
         ("again", _("opened again for another cause")), ("running", _("still monitored"))),
        equations=(equation("case_duration.total", "monitoring_end.*ended", "case_duration.*not_monitored"),
                   equation("monitoring_end.*ended", "monitoring_end.over", "monitoring_end.running")),
        share=Share(
            "monitored_over", _("Monitored to the end"), ("over",), whole=("over", "sign", "again"),
            definition=_("Of the monitorings that are no longer running: those that ended without the case being opened"
                         " again."),
        ),
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
        equations=(
            equation("first_action.*week", "first_action.4h", "first_action.1d", "first_action.2d", "first_action.7d"),
            equation("first_action.*week", "first_meeting.7d", "first_action.*week_not_met"),
            equation("first_meeting.none", "first_action.none", "first_action.*not_met"),
        ),
    ),
    Measure(
        "first_meeting", Of.CASE_OPENED,
        "case when n.met is null then 'none' when n.met <= interval '7 days' then '7d'"
        " when n.met <= interval '14 days' then '14d' when n.met <= interval '28 days' then '28d'"
        " when n.met <= interval '84 days' then '84d' else 'longer' end",
        _("Time to the first meeting with the person"),
        _("Cases by the month in which they were opened: from the opening until somebody of the centre or of another"
          " body met the person whom the case is about, face to face, by video or on the telephone."),
        _("It counts what was marked as a meeting when an action was done. In many cases only the family is advised,"
          " and nobody means to meet the person."),
        (("7d", _("within 7 days")), ("14d", _("within 2 weeks")), ("28d", _("within 4 weeks")),
         ("84d", _("within 12 weeks")), ("longer", _("longer")), ("none", _("none so far"))),
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
    Measure(
        "action_end", Of.ACTION,
        "case when n.is_dropped then 'dropped' when not n.is_done then 'open' when n.is_in_time then 'in_time'"
        " else 'late' end",
        _("Actions done in time"),
        _("Actions of plans, of a release from prison, and those that somebody added, by the month in which they were"
          " due, by what became of them. Those of all bodies count; duties of a triage have a table of their own."),
        _("As known when the release was prepared. Who adds an action chooses its time; a later time that was agreed"
          " counts as the due time. Done means that somebody said so."),
        (("in_time", _("done in time")), ("late", _("done late")), ("dropped", _("dropped, with a reason")),
         ("open", _("not done so far"))),
        share=Share(
            "actions_in_time", _("Actions done in time"), ("in_time",), whole=("in_time", "late", "open"),
            definition=_("Of the actions that were due and not dropped."),
        ),
    ),
    Measure(
        "review_end", Of.REVIEW,
        "case when n.is_held then case when n.is_late then 'late' else 'in_time' end"
        " when n.is_moved then 'moved' when n.is_dropped then 'dropped' else 'open' end",
        _("Reviews held in time"),
        _("Reviews of cases by the month in which they were due, by what became of them: held before the end of the"
          " working day after they were due, held later, moved to another time, dropped, or not held so far."),
        _("As known when the release was prepared. A review that is moved counts here, and again at its new time."),
        (("in_time", _("held in time")), ("late", _("held late")), ("moved", _("moved")),
         ("dropped", _("dropped, with a reason")), ("open", _("not held so far"))),
        share=Share(
            "reviews_in_time", _("Reviews held in time"), ("in_time",), whole=("in_time", "late", "open"),
            definition=_("Of the reviews that were due and neither moved nor dropped."),
        ),
    ),
    Measure(
        "goal_result", Of.GOAL, "n.outcome", _("Goals of plans"),
        _("Goals by the month in which it was first noted what became of them, by what was noted last."),
        _("Who works on the case says whether a goal was met. Goals of which nobody noted anything are missing."),
        tuple(GoalResult.choices),
        share=Share(
            "goals_met", _("Goals met"), ("met",), whole=("met", "partly", "not_met"),
            definition=_("Of the goals with a result that were not given up."),
        ),
    ),
    Measure(
        "effect", Of.REPEATED,
        "(array['3', '6', '12'])[n.after] || case when n.change < 0 then '_lower' when n.change > 0 then '_higher'"
        " else '_same' end",
        _("Effect: repeated assessments"),
        _("Assessments that were repeated about three, six and twelve months after the first one of the same kind in"
          " the same case (from 45, 137 and 274 days on, to 456 days), by the month in which they were delivered:"
          " whether the author rates the whole lower, the same or higher than the first time. Only kinds with such a"
          " rating count."),
        _("Cases that go well or are broken off are assessed again less often. The first and the repeated one may have"
          " different authors, and lower does not say what it was due to."),
        tuple(
            (f"{months}_{change}", label)
            for months, labels in (
                ("3", (_("after 3 months: lower"), _("after 3 months: the same"), _("after 3 months: higher"))),
                ("6", (_("after 6 months: lower"), _("after 6 months: the same"), _("after 6 months: higher"))),
                ("12", (_("after 12 months: lower"), _("after 12 months: the same"), _("after 12 months: higher"))),
            )
            for change, label in zip(("lower", "same", "higher"), labels, strict=True)
        ),
        share=Share(
            "rated_lower", _("Rated lower after 12 months"), ("12_lower",), whole=("12_lower", "12_same", "12_higher"),
            definition=_("Of the assessments that were repeated after about twelve months."),
        ),
    ),
)  # fmt: skip
