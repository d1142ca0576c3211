"""The panel, the finish and the confirmations over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, complete, filled, make_contact
from django.test import Client
from django.urls import reverse
from past_policies import change
from people import People, new_id
from web import one_line, sign_in

from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from hotline.contacts.models import Contact
from triage import actions
from triage.models import Assessment
from triage.vocabulary import Disposition, Urgency

Browser = Callable[[User], Client]
HTMX: dict[str, Any] = {"headers": {"HX-Request": "true"}}
ADVICE = actions.Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), "The caller wants nothing else.")


@pytest.fixture
def browser() -> Browser:
    def signed_in(user: User) -> Client:
        client = Client()
        sign_in(client, user)
        return client

    return signed_in


def url(name: str, contact: Contact) -> str:
    return reverse(f"triage:{name}", args=[contact.pk])


def stored(user: User, contact: Contact) -> list[Assessment]:
    with acting_as(user, purpose="test"):
        found = list(Assessment.objects.of_contact(contact.pk).order_by("created_at"))
        for assessment in found:
            assessment.notes, assessment.override_reason  # noqa: B018  decrypted while an actor is set
        return found


def choice_of(assessment: Assessment, **changes: Any) -> dict[str, Any]:
    proposal = assessment.proposal()
    chosen = {
        "version": assessment.version,
        "disposition": proposal.disposition.value,
        "urgency": proposal.urgency.value,
        "duties": [duty.value for duty in proposal.duties],
        "reason": "",
    }
    return {**chosen, **changes}


# ---- The panel -----------------------------------------------------------------------------------------------------


def test_opening_the_panel_stores_nothing(people: People, browser: Browser) -> None:
    contact = make_contact(people.handler)
    page = browser(people.handler).get(url("panel", contact))
    assert page.status_code == 200
    assert page.content.count(b"<fieldset") == 42, (
        "44 questions, of which three are not asked yet, and why none is needed"
    )
    sender = one_line(page).partition('id="triage-answers"')[2].partition(">")[0]
    assert 'hx-include=".triage-seen"' in sender, "the answers go with the version that was seen"
    assert stored(people.handler, contact) == []


def test_htmx_request_gets_a_fragment_without_page_frame(people: People, browser: Browser) -> None:
    fragment = browser(people.handler).get(url("panel", make_contact(people.handler)), **HTMX)
    assert b"<html" not in fragment.content
    assert fragment.content.count(b'id="triage-panel"') == 1


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_checklist_is_in_the_reader_s_language(people: People, browser: Browser, language: str) -> None:
    client = browser(people.handler)
    contact = make_contact(people.handler)
    change(User.objects.filter(pk=people.handler.pk), language=language)
    page = client.get(url("panel", contact))
    title = {
        "en": "Is a minor involved?",
        "fr": "Un·e mineur·e est-il·elle concerné·e\N{NO-BREAK SPACE}?",
        "de": "minderjährige",
    }
    assert title[language] in page.content.decode()


def test_the_first_answer_starts_the_assessment_and_gives_the_proposal(people: People, browser: Browser) -> None:
    contact = make_contact(people.handler)
    data = {"question": "security_signal", "security_signal": "imminent", "version": 0}
    answered = browser(people.handler).post(url("answer", contact), data, **HTMX)
    body = answered.content.decode()
    assert "Proposed: Emergency" in body
    assert "Call 112 now" in body
    assert 'name="version" value="2"' in body
    assert [assessment.answers for assessment in stored(people.handler, contact)] == [{"security_signal": "imminent"}]


def test_conditional_question_appears_after_the_answer_that_it_depends_on(people: People, browser: Browser) -> None:
    contact = make_contact(people.handler)
    client = browser(people.handler)
    data = {"question": "age_band", "age_band": "14_17", "version": 0}
    body = client.post(url("answer", contact), data, **HTMX).content.decode()
    assert 'id="triage-slot-custody" hx-swap-oob="true"' in body
    assert 'id="q-custody"' in body
    assert 'id="q-age_band"' not in body, "the question that has the focus stays as it is"


def test_several_answers_are_saved_and_deleted_again(people: People, browser: Browser) -> None:
    contact = make_contact(people.handler)
    client = browser(people.handler)
    client.post(url("answer", contact), {"question": "needs", "needs": ["school", "work"], "version": 0}, **HTMX)
    assert stored(people.handler, contact)[0].answers == {"needs": ["school", "work"]}
    client.post(url("answer", contact), {"question": "needs", "version": 2}, **HTMX)
    assert stored(people.handler, contact)[0].answers == {}


def test_answer_from_an_outdated_tab_gets_a_message_and_changes_nothing(people: People, browser: Browser) -> None:
    contact = make_contact(people.handler)
    client = browser(people.handler)
    client.post(url("answer", contact), {"question": "weapons", "weapons": "no", "version": 0}, **HTMX)
    late = client.post(url("answer", contact), {"question": "weapons", "weapons": "access", "version": 1}, **HTMX)
    assert late.status_code == 409
    assert stored(people.handler, contact)[0].answers == {"weapons": "no"}


@pytest.mark.parametrize(
    "data",
    [
        {"question": "weapons", "weapons": "cake", "version": 0},
        {"question": "cake", "cake": "no", "version": 0},
        {"question": "weapons", "weapons": "no", "version": "x"},
        {"question": "weapons", "weapons": "no"},
    ],
)
def test_a_malformed_answer_is_400_and_stores_no_answer(people: People, browser: Browser, data: dict[str, Any]) -> None:
    contact = make_contact(people.handler)
    assert browser(people.handler).post(url("answer", contact), data, **HTMX).status_code == 400
    assert [assessment.answers for assessment in stored(people.handler, contact)] in ([], [{}])


def test_a_note_is_saved_and_the_next_answer_follows_it(people: People, browser: Browser) -> None:
    contact = make_contact(people.handler)
    client = browser(people.handler)
    noted = client.post(url("note", contact), {"about": "source", "text": "a friend", "version": 0}, **HTMX)
    assert 'name="version" value="2" hx-swap-oob="true"' in one_line(noted)
    assert stored(people.handler, contact)[0].notes == {"source": "a friend"}
    assert b"a friend" in client.get(url("panel", contact)).content


@pytest.mark.parametrize("data", [{"about": "cake", "text": "x", "version": 0}, {"text": "x", "version": 0}])
def test_a_malformed_note_is_400(people: People, browser: Browser, data: dict[str, Any]) -> None:
    contact = make_contact(people.handler)
    assert browser(people.handler).post(url("note", contact), data, **HTMX).status_code == 400


# ---- The finish ----------------------------------------------------------------------------------------------------


def test_finishing_as_proposed_completes_the_assessment(people: People, browser: Browser) -> None:
    draft = filled(people, REFERRAL)
    client = browser(people.handler)
    assert client.get(url("finish", draft.contact), **HTMX).status_code == 200
    done = client.post(url("finish", draft.contact), choice_of(draft), **HTMX)
    assert b"Referral to a partner" in done.content
    assert done.content.count(b'id="triage-panel"') == 1
    assert [a.state for a in stored(people.handler, draft.contact)] == ["completed"]
    again = client.post(url("finish", draft.contact), choice_of(draft), **HTMX)
    assert again.status_code == 200
    assert [a.state for a in stored(people.handler, draft.contact)] == ["completed"]


def test_other_choice_without_reason_shows_the_error_at_the_field(people: People, browser: Browser) -> None:
    draft = filled(people, REFERRAL)
    client = browser(people.handler)
    refused = client.post(url("finish", draft.contact), choice_of(draft, disposition="advice"), **HTMX)
    assert refused.status_code == 422
    assert b"say why" in refused.content
    chosen = choice_of(draft, disposition="advice", reason="They asked for nothing more.")
    client.post(url("finish", draft.contact), chosen, **HTMX)
    finished = stored(people.handler, draft.contact)[0]
    assert (finished.state, finished.disposition) == ("completed", "advice")
    assert finished.override_reason == "They asked for nothing more."


def test_finishing_an_open_proposal_requires_a_choice(people: People, browser: Browser) -> None:
    contact = make_contact(people.handler)
    client = browser(people.handler)
    assert client.get(url("finish", contact)).status_code == 200
    refused = client.post(url("finish", contact), {"version": 0, "urgency": "standard"})
    assert refused.status_code == 422
    assert b"choose what follows" in refused.content


def test_dropping_a_protection_waits_until_a_coordinator_confirms(people: People, browser: Browser) -> None:
    draft = filled(people, SECURITY)
    chosen = choice_of(draft, disposition="advice", duties=[], reason="A misunderstanding.")
    waiting = browser(people.handler).post(url("finish", draft.contact), chosen, **HTMX)
    assert b"Until a coordinator has confirmed it" in waiting.content
    client = browser(people.coordinator)
    assert draft.contact.reference.encode() in client.get(reverse("triage:confirmations")).content
    page = reverse("triage:confirmation", args=[draft.pk])
    assert b"A misunderstanding." in client.get(page).content
    version = stored(people.coordinator, draft.contact)[0].version
    decided = client.post(page, {"version": version, "decision": "confirm", "note": ""})
    assert decided.headers["Location"] == reverse("triage:confirmations")
    assert [a.state for a in stored(people.coordinator, draft.contact)] == ["completed"]
    late = client.post(page, {"version": version, "decision": "send_back", "note": "Wait."})
    assert late.status_code == 409
    assert b"Nothing waits for you" in client.get(reverse("triage:confirmations")).content


def test_sending_back_needs_a_note_which_the_handler_sees(people: People, browser: Browser) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    client = browser(people.coordinator)
    page = reverse("triage:confirmation", args=[waiting.pk])
    data = {"version": waiting.version, "decision": "send_back", "note": " "}
    assert client.post(page, data).status_code == 422
    client.post(page, {**data, "note": "Please inform the police."})
    panel = browser(people.handler).get(url("panel", waiting.contact))
    assert b"Please inform the police." in panel.content
    assert b"<fieldset" in panel.content


def test_assess_again_begins_with_the_old_answers(people: People, browser: Browser) -> None:
    done = complete(people.handler, filled(people, REFERRAL))
    client = browser(people.handler)
    for _ in range(2):
        again = client.post(url("again", done.contact), **HTMX)
        assert 'id="q-radicalisation-yes" name="radicalisation" value="yes" checked' in one_line(again)
    assert [a.state for a in stored(people.handler, done.contact)] == ["completed", "draft"]


def test_assessing_again_without_a_completed_assessment_is_400(people: People, browser: Browser) -> None:
    assert browser(people.handler).post(url("again", make_contact(people.handler)), **HTMX).status_code == 400


def test_the_questions_that_a_proposal_needs_come_first_and_the_others_are_folded(
    people: People, browser: Browser
) -> None:
    draft = filled(people, REFERRAL)
    body = browser(people.handler).get(url("panel", draft.contact)).content.decode()
    first, _, folded = body.partition('id="triage-rest"')
    assert first.count("<fieldset") <= 20
    assert 'id="q-safety_caller"' in first, "important, without an answer yet"
    assert 'id="q-support_for"' in first, "not important, but answered"
    assert 'id="q-gap_person"' in folded
    assert "25 further questions" in folded


def test_an_answer_to_a_folded_question_changes_the_count(people: People, browser: Browser) -> None:
    draft = filled(people, REFERRAL)
    data = {"question": "needs", "needs": ["school"], "version": draft.version, "assessment": draft.pk}
    body = browser(people.handler).post(url("answer", draft.contact), data, **HTMX).content.decode()
    assert "24 further questions" in body


def test_result_and_confirmation_list_the_unanswered_questions(people: People, browser: Browser) -> None:
    done = complete(people.handler, filled(people, REFERRAL))
    body = one_line(browser(people.handler).get(url("panel", done.contact)))
    listed = body.partition('id="triage-not-asked"')[2].partition("</details>")[0]
    safety = str(done.checklist.questions["safety_caller"].label)
    assert "32 questions" in listed
    assert f'{safety} <span class="badge warn">important</span>' in listed
    assert str(done.checklist.questions["radicalisation"].label) not in listed
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    page = browser(people.coordinator).get(reverse("triage:confirmation", args=[waiting.pk])).content.decode()
    assert 'id="triage-not-asked"' in page


# ---- Begun by mistake ------------------------------------------------------------------------------------------------


def seen(assessment: Assessment) -> dict[str, Any]:
    return {"assessment": assessment.pk, "version": assessment.version}


def test_a_draft_is_discarded_and_the_next_answer_begins_another(people: People, browser: Browser) -> None:
    draft = filled(people, REFERRAL)
    client = browser(people.handler)
    for _ in range(2):
        panel = client.post(url("discard", draft.contact), seen(draft), **HTMX)
        assert (panel.status_code, b"was discarded" in panel.content) == (200, True)
        assert ' name="radicalisation" value="yes" checked' not in one_line(panel)
    client.post(url("answer", draft.contact), {"question": "weapons", "weapons": "no", "version": 0}, **HTMX)
    assert [(a.state, a.answers.get("weapons")) for a in stored(people.handler, draft.contact)] == [
        ("discarded", None),
        ("draft", "no"),
    ]


def test_a_tab_that_shows_a_discarded_draft_changes_nothing(people: People, browser: Browser) -> None:
    draft = filled(people, REFERRAL)
    client = browser(people.handler)
    client.post(url("discard", draft.contact), seen(draft), **HTMX)
    late = {"question": "weapons", "weapons": "access"}
    assert client.post(url("answer", draft.contact), {**late, **seen(draft)}, **HTMX).status_code == 409
    assert client.post(url("answer", draft.contact), {**late, "version": draft.version}, **HTMX).status_code == 409
    assert client.post(url("finish", draft.contact), {**choice_of(draft), **seen(draft)}, **HTMX).status_code == 409
    assert [a.state for a in stored(people.handler, draft.contact)] == ["discarded"]
    client.post(url("answer", draft.contact), {**late, "weapons": "no", "version": 0}, **HTMX)
    other = stored(people.handler, draft.contact)[1]
    as_old = {**late, "assessment": draft.pk, "version": other.version}
    assert client.post(url("answer", draft.contact), as_old, **HTMX).status_code == 409, "the same number by chance"
    assert stored(people.handler, draft.contact)[1].answers == {"weapons": "no"}


def test_discard_from_an_outdated_tab_has_no_effect(people: People, browser: Browser) -> None:
    draft = filled(people, REFERRAL)
    client = browser(people.handler)
    newer = {"question": "weapons", "weapons": "access", **seen(draft)}
    client.post(url("answer", draft.contact), newer, **HTMX)
    assert client.post(url("discard", draft.contact), seen(draft), **HTMX).status_code == 409
    assert [a.state for a in stored(people.handler, draft.contact)] == ["draft"]


def test_a_new_assessment_that_is_discarded_leaves_the_old_one_in_force(people: People, browser: Browser) -> None:
    done = complete(people.handler, filled(people, REFERRAL))
    client = browser(people.handler)
    for _ in range(2):
        client.post(url("again", done.contact), **HTMX)
        draft = next(a for a in stored(people.handler, done.contact) if a.is_draft)
        panel = client.post(url("discard", done.contact), seen(draft), **HTMX)
        assert b"The earlier one stays in force" in panel.content
    assert [a.state for a in stored(people.handler, done.contact)] == ["completed", "discarded", "discarded"]


@pytest.mark.parametrize("data", [{}, {"version": 1}, {"assessment": "x", "version": 1}, {"version": "x"}])
def test_a_malformed_discard_is_refused(people: People, browser: Browser, data: dict[str, Any]) -> None:
    draft = filled(people, REFERRAL)
    assert browser(people.handler).post(url("discard", draft.contact), data, **HTMX).status_code in (400, 404)
    assert [a.state for a in stored(people.handler, draft.contact)] == ["draft"]


def test_a_draft_is_not_discarded_through_another_contact(people: People, browser: Browser) -> None:
    draft, other = filled(people, REFERRAL), make_contact(people.handler)
    assert browser(people.handler).post(url("discard", other), seen(draft), **HTMX).status_code == 404
    assert [a.state for a in stored(people.handler, draft.contact)] == ["draft"]


def test_draft_sent_back_by_a_coordinator_cannot_be_discarded(people: People, browser: Browser) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    page = reverse("triage:confirmation", args=[waiting.pk])
    data = {"version": waiting.version, "decision": "send_back", "note": "Please inform the police."}
    browser(people.coordinator).post(page, data)
    client = browser(people.handler)
    assert b"triage-discard-open" not in client.get(url("panel", waiting.contact)).content
    draft = stored(people.handler, waiting.contact)[0]
    assert client.post(url("discard", waiting.contact), seen(draft), **HTMX).status_code == 404
    assert [a.state for a in stored(people.handler, waiting.contact)] == ["draft"]


# ---- Need to know --------------------------------------------------------------------------------------------------


def test_others_find_nothing(people: People, browser: Browser) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    page = reverse("triage:confirmation", args=[waiting.pk])
    for user in people.everybody:
        if user in (people.handler, people.coordinator):
            continue
        client = browser(user)
        assert client.get(url("panel", waiting.contact)).status_code == 404
        assert client.get(url("finish", waiting.contact)).status_code == 404
        for name in ("answer", "note", "finish", "again", "discard"):
            assert client.post(url(name, waiting.contact), {"version": 1, "assessment": waiting.pk}).status_code == 404
        assert client.get(page).status_code == client.post(page, {}).status_code == 404


def test_a_handler_confirms_nothing(people: People, browser: Browser) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), ADVICE)
    client = browser(people.handler)
    assert client.get(reverse("triage:confirmations")).status_code == 404
    page = reverse("triage:confirmation", args=[waiting.pk])
    data = {"version": waiting.version, "decision": "confirm"}
    assert (client.get(page).status_code, client.post(page, data).status_code) == (404, 404)


def test_a_coordinator_does_not_confirm_their_own_choice(people: People, browser: Browser) -> None:
    contact = make_contact(people.coordinator)
    client = browser(people.coordinator)
    data = {"question": "security_signal", "security_signal": "concrete", "version": 0}
    client.post(url("answer", contact), data, **HTMX)
    draft = stored(people.coordinator, contact)[0]
    client.post(url("finish", contact), choice_of(draft, disposition="advice", duties=[], reason="No."), **HTMX)
    page = reverse("triage:confirmation", args=[draft.pk])
    assert b"another coordinator" in client.get(page).content
    version = stored(people.coordinator, contact)[0].version
    assert client.post(page, {"version": version, "decision": "confirm"}).status_code == 404


def test_missing_contact_or_assessment_is_404(people: People, browser: Browser) -> None:
    client = browser(people.coordinator)
    assert client.get(reverse("triage:panel", args=[new_id()])).status_code == 404
    assert client.get(reverse("triage:confirmation", args=[new_id()])).status_code == 404
