"""Asking before a change: what will happen, what is still to be said, one button."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


@dataclass(frozen=True)
class Question:
    """A change to be confirmed. `run` gets the cleaned fields; `done` is told when it is done.

    `back` is the address of the page it was asked on, `back_title` what that page is called.
    """

    title: str
    text: str
    button: str
    run: Callable
    done: str
    back: str
    back_title: str
    form: type[forms.Form] = forms.Form
    danger: bool = False
    initial: dict = field(default_factory=dict)
    choices: dict = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label="Catatan putusan",
        required=False,
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(forms.Form):
    answer = forms.CharField(
        label="Alasan",
        min_length=5,
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Alasan belum diisi.",
            "min_length": "Alasan terlalu singkat. Tulis sekurangnya 5 huruf.",
        },
    )


def tell(form: forms.Form, error: ValidationError) -> None:
    """Put what an action has refused at its fields, and above the form what has no field there."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def date_field(label: str, **kwargs) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": f"{label} belum diisi.",
            "invalid": "Tanggal tidak dikenal; pilih dari kalender.",
        },
        **kwargs,
    )


def ask(request: HttpRequest, question: Question) -> HttpResponse:
    """Show the question, or do what was confirmed and go back."""
    posted = request.POST if request.method == "POST" else None
    form = question.form(posted, request.FILES or None, initial=question.initial)
    for name, choices in question.choices.items():
        form.fields[name].choices = choices
    if posted is not None and form.is_valid():
        try:
            question.run(**form.cleaned_data)
        except ValidationError as refused:
            tell(form, refused)
        else:
            messages.success(request, question.done)
            return redirect(question.back)
    context = {
        **admin.site.each_context(request),
        "title": question.title,
        "question": question,
        "form": form,
    }
    return render(request, "verification/question.html", context)
