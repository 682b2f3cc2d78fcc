"""Pages with a form: errors stand at their fields, and what the domain refuses is shown with cause and remedy.

The form only reads the browser's text; whether the values make sense is decided by the operation that `save` calls.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic.edit import FormMixin, ProcessFormView

from tieout.kernel.errors import Forbidden, NotFound, TieoutError
from tieout.web.pages import Page

INVALID = 422


class FormPage(FormMixin, Page, ProcessFormView):  # type: ignore[type-arg]
    """A form; `save` makes the one domain call and returns what to tell the person."""

    template_name = "web/form.html"
    verb: str = "Save"
    cancel_page: str = "home"
    busy: str = "Saving…"

    @abstractmethod
    def save(self, form: Any) -> str:
        """Store what the form holds, by one domain call; returns what to tell the person."""

    def cancel_url(self) -> str:
        return reverse(self.cancel_page)

    def next_url(self) -> str:
        """Where to go when it is saved: by default where Cancel goes."""
        return self.cancel_url()

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            said = self.save(form)
        except (Forbidden, NotFound):
            raise
        except TieoutError as error:
            return self.refused(form, error)
        if said:
            messages.success(self.request, said)
        return redirect(self.next_url())

    def refused(self, form: forms.Form, error: TieoutError) -> HttpResponse:
        """Show the error at the field that it names, or above the form."""
        field = error.facts.get("field")
        if field in form.fields:
            form.add_error(field, f"{error.message}. {error.advice}")
        else:
            form.add_error(None, error.message)
            form.problem = error  # type: ignore[attr-defined]
        return self.form_invalid(form)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(verb=self.verb, busy=self.busy, cancel=self.cancel_url(), **kwargs)
