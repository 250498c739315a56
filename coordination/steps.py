"""What can be done next with a thing that has a status: one page with its form for each step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from accounts.admin import ScopedAdmin
from uploads.views.attachments import refuse_cut, with_limited_files


@dataclass(frozen=True)
class Step:
    """A button, the form behind it and the action it calls: `run(thing, by=..., **fields)`.

    `key` is the end of its address; `offered(thing, user)` says when it is there; `form_for` makes
    the form, where there is something to fill in; `done` is told afterwards.
    """

    key: str
    button: str
    icon: str
    title: str
    run: Callable[..., Any]
    done: str
    offered: Callable[[Any, Any], bool]
    text: str = ""
    form_for: Callable[..., forms.Form] | None = None
    primary: bool = False
    danger: bool = False


@dataclass(frozen=True)
class Button:
    step: Step
    url: str


class SteppedAdmin(ScopedAdmin):
    """A read-only list whose things are changed by steps; `page` shows one of them."""

    steps: tuple[Step, ...] = ()
    list_label = ""  # as the navigation calls the list, where that is not the name of its things

    def page(self, request: HttpRequest, thing) -> HttpResponse:
        raise NotImplementedError

    def _name(self, key: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{key}"

    def get_urls(self):
        own = [
            path(
                f"<int:pk>/{step.key}/",
                with_limited_files(self.step_view),
                {"key": step.key},
                name=self._name(step.key),
            )
            for step in self.steps
        ]
        return [*own, *super().get_urls()]

    def thing(self, request: HttpRequest, object_id):
        found = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found

    def buttons(self, request: HttpRequest, thing) -> list[Button]:
        return [
            Button(step, reverse(f"admin:{self._name(step.key)}", args=[thing.pk]))
            for step in self.steps
            if step.offered(thing, request.user)
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return self.page(request, self.thing(request, object_id))

    def step_view(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        thing = self.thing(request, pk)
        step = next(step for step in self.steps if step.key == key)
        back = reverse(f"admin:{self._name('change')}", args=[thing.pk])
        if not step.offered(thing, request.user):
            messages.warning(
                request,
                f"“{step.button}” tidak tersedia pada keadaan ini. Pilih tindakan yang ada di bawah"
                " judul.",
            )
            return redirect(back)
        make = step.form_for or (lambda *args, **kwargs: forms.Form(*args))
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = make(*sent, thing=thing, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                refuse_cut(request)
                step.run(thing, by=request.user, **form.cleaned_data)
            except ValidationError as refused:
                form.add_error(None, _for_form(refused, form))
            else:
                messages.success(request, step.done)
                return redirect(back)
        context = {
            **admin.site.each_context(request),
            "title": step.title,
            "thing": thing,
            "list_url": reverse(f"admin:{self._name('changelist')}"),
            "list_label": self.list_label or self.opts.verbose_name_plural,
            "back": back,
            "step": step,
            "form": form,
        }
        return render(request, "coordination/step.html", context)


def _for_form(refused: ValidationError, form: forms.Form) -> ValidationError | dict:
    """Errors under their field where the form has it, else above the form."""
    if not hasattr(refused, "error_dict"):
        return refused
    if set(refused.error_dict) <= set(form.fields):
        return refused
    return ValidationError(refused.messages)
