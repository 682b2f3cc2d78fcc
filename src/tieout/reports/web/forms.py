"""The questions of a report as fields of a page. What is typed is read by `tieout.reports.questions` alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django import forms

from tieout.reports.catalogue import Kind
from tieout.reports.questions import FACETS, NONE, SPANS, Question

_OFFERED = ("entity", "currency", "product", "region", "class")
_TIMINGS = (("over_time", "Over time"), ("point_in_time", "At a point in time"))


class QuestionForm(forms.Form):
    """Two dates, a second one to compare with, what rows are grouped by, and what is left out."""

    def __init__(self, kind: Kind, question: Question, choices: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.dates = [
            self._add("as_of", "As of", _day(question.as_of)),
            self._add("known_on", "As known on", _day(question.known_on)),
            self._add("against", "Compare with", _day(question.against)),
        ]
        self.groups = [self._grouping(kind, question, place) for place in range(2)]
        self.own = [self._own(name, question) for name in kind.asks]
        self.facets = [self._facet(facet, question, choices) for facet in kind.facets]

    @property
    def asked(self) -> list[forms.BoundField]:
        """What every asker sees; facets stand apart."""
        return [*self.dates, *self.groups, *self.own]

    @property
    def narrowed(self) -> bool:
        """Whether any facet is limited."""
        return any(bound.value() for bound in self.facets)

    def _add(self, name: str, label: str, field: forms.Field, as_name: str = "") -> forms.BoundField:
        field.label, field.required = label, False
        look = {"class": "form-select" if isinstance(field.widget, forms.Select) else "form-control"}
        if isinstance(field.widget, forms.CheckboxInput):
            look = {"class": "form-check-input"}
        field.widget.attrs |= look | {"aria-label": label}
        self.fields[name] = field
        bound = self[name]
        bound.html_name = as_name or name
        return bound

    def _grouping(self, kind: Kind, question: Question, place: int) -> forms.BoundField:
        by = question.by or kind.usual
        none = [("", "Nothing more")] if place else [("", kind.ungrouped)] if not kind.usual else []
        options = [(facet, FACETS[facet]) for facet in kind.facets if facet != "currency"]
        chosen = by[place] if place < len(by) else ""
        field = forms.ChoiceField(choices=[*none, *options], initial=chosen)
        return self._add(f"by_{place}", "Then by" if place else "Grouped by", field, "by")

    def _own(self, name: str, question: Question) -> forms.BoundField:
        if name == "since":
            return self._add("since", "Periods from", _day(question.since))
        if name == "span":
            options = [(span, str(span)) for span in SPANS]
            return self._add("span", "How many", forms.ChoiceField(choices=options, initial=question.span))
        if name == "bands":
            written = ", ".join(map(str, question.bands))
            return self._add("bands", "Bands in months", forms.CharField(initial=written))
        checked = forms.BooleanField(
            initial=question.expedient, widget=forms.CheckboxInput(attrs={"value": "1"}, check_test=bool)
        )
        return self._add("expedient", "Without contracts of a year or less", checked)

    def _facet(self, facet: str, question: Question, choices: Mapping[str, Sequence[str]]) -> forms.BoundField:
        chosen = next((value or NONE for value in question.values(facet)), "")
        if facet not in _OFFERED and facet != "timing":
            return self._add(facet, FACETS[facet], forms.CharField(initial=chosen))
        found = [(value or NONE, value or "none") for value in choices.get(facet, ())]
        options = [("", "Any"), *(_TIMINGS if facet == "timing" else found)]
        return self._add(facet, FACETS[facet], forms.ChoiceField(choices=options, initial=chosen))


def _day(value: object) -> forms.Field:
    """A day is picked from a calendar; a moment, which only an address can name, is kept as text."""
    if isinstance(value, datetime):
        return forms.CharField(initial=value.isoformat())
    return forms.DateField(initial=value, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
