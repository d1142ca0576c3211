"""The page of one open question of a case, and its end. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.privacy.unshown import read_or

from . import question_actions
from .forms import AnswerForm, NoLongerAskedForm, QuestionForm
from .models import CaseQuestion
from .permissions import case_to_write, may_write, question_to_read
from .questions import grading_in_words, words_of
from .views import file_page


@require_POST
@signed_in
def ask(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask something in a case."""
    case = case_to_write(request.user, pk)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return file_page(request, case, 422, question_form=form)
    question_actions.ask_question(by=request.user, case_id=pk, **form.cleaned_data)
    messages.success(request, _("The question stands in the case until it is answered."))
    return redirect("cases:case", pk)


@require_safe
@signed_in
def question(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _page(request, question_to_read(request.user, pk))


@require_POST
@signed_in
def answer(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    said = _("The answer is in the case file, with its source.")
    return _end(request, pk, AnswerForm(request.POST), question_actions.answer_question, said, "answer_form")


@require_POST
@signed_in
def drop(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    form = NoLongerAskedForm(request.POST)
    return _end(request, pk, form, question_actions.drop_question, _("The reason is kept."), "drop_form")


def _end(
    request: SignedInRequest, pk: uuid.UUID, form: forms.Form, end: Callable[..., None], said: str, shown_as: str
) -> HttpResponse:
    """End the question with the values of a valid form; else show the page with its errors."""
    found = question_to_read(request.user, pk)
    if not form.is_valid():
        return _page(request, found, 422, **{shown_as: form})
    end(by=request.user, question_id=pk, **form.cleaned_data)
    messages.success(request, said)
    return redirect("cases:case", found.case_id)


def _page(request: SignedInRequest, found: CaseQuestion, status: int = 200, **bound: forms.Form) -> HttpResponse:
    seen = {"version": found.version}
    context = {
        "question": found,
        "words": read_or(found, lambda: words_of(found, found.assessment), ""),
        "answer": read_or(found, lambda: found.answer, ""),
        "source": read_or(found, lambda: found.source, ""),
        "grading": grading_in_words(found),
        "may_answer": found.is_open and found.case.is_open and may_write(request.user, found.case),
        "answer_form": AnswerForm(initial=seen),
        "drop_form": NoLongerAskedForm(initial=seen),
    }
    return render(request, "cases/question.html", {**context, **bound}, status=status)
