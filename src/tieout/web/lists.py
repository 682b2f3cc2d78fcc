"""One declarative way to make a list page: a table, filters with search, sort, page size, paging, empty state.

The address holds the whole state, so any view of a list can be bookmarked, shared and reloaded; with htmx only the list
itself is exchanged. Counting stops at a limit so that a page over a million rows costs what a page over a thousand does.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import django_filters
import django_tables2
from django import forms
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db.models import Q, QuerySet
from django.template import Engine

from tieout.web.pages import Button, Page, may

SIZES = (10, 25, 50, 100)
DEFAULT_SIZE = 25
COUNT_LIMIT = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to COUNT_LIMIT and no further; `capped` says that there are more, to be found by filtering."""

    @cached_property
    def _counted(self) -> int:
        rows = getattr(self.object_list, "data", self.object_list)
        return rows[: COUNT_LIMIT + 1].count() if isinstance(rows, QuerySet) else len(rows)

    @cached_property
    def count(self) -> int:
        return min(self._counted, COUNT_LIMIT)

    @property
    def capped(self) -> bool:
        return self._counted > COUNT_LIMIT


class Filters(django_filters.FilterSet):
    """Filters of a list. `searched` names the fields that the search box looks into, joined by OR."""

    searched: ClassVar[tuple[str, ...]] = ()
    q = django_filters.CharFilter(method="search", label="Search")

    def search(self, rows: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """Every word must occur in one of the searched fields."""
        for word in text.split()[:8]:
            rows = rows.filter(Q.create([(f"{field}__icontains", word) for field in self.searched], connector=Q.OR))
        return rows

    def get_form_class(self) -> type[forms.Form]:
        """The declared form, dressed for the toolbar."""
        form: type[forms.Form] = super().get_form_class()
        for field in form.base_fields.values():
            field.widget.attrs |= {"class": _css(field), "aria-label": str(field.label), "form": "filters"}
            if isinstance(field.widget, forms.Select):
                chosen = [choice for choice in field.widget.choices if choice[0] != ""]
                field.widget.choices = [("", f"{field.label}: any"), *chosen]
            elif getattr(field.widget, "input_type", "") == "text":
                field.widget.attrs = {"placeholder": str(field.label), "size": 12} | field.widget.attrs
        return form

    @property
    def active(self) -> bool:
        """Whether anything is narrowed down."""
        return any(self.form[name].value() for name in self.filters)


class DayFilter(django_filters.DateFilter):
    """A day picked from a calendar; on a moment use lookups such as `date__gte`, which count in the site's time zone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


def _css(field: forms.Field) -> str:
    return "form-select" if isinstance(field.widget, forms.Select) else "form-control"


@dataclass(frozen=True, slots=True)
class Empty:
    """What a list says when it has nothing at all; the page's first button stands under it as the thing to do next."""

    title: str
    text: str
    icon: str = "mood-empty"


class ListTable(django_tables2.Table):
    """The base of every table; `components/table.html` draws it: dense, sorted by links, stacked into cards on a phone."""

    request: Any

    @cached_property
    def everywhere(self) -> dict[str, Any]:
        """What the templates of every page know; asked once, since a long list has hundreds of cells with a template."""
        processors = Engine.get_default().template_context_processors
        return {name: value for said in processors for name, value in said(self.request).items()}

    def drawn_rows(self) -> Iterator[list[tuple[str, str, bool, Any]]]:
        """The page's rows as cells: heading and attributes of the column, whether there is nothing to show, and what there is."""
        columns = [(each.name, each.header, each.attrs["td"].as_html(), each.default) for each in self.columns]
        for row in self.paginated_rows:
            cells = [(head, attrs, nothing, row.get_cell(name)) for name, head, attrs, nothing in columns]
            yield [(head, attrs, cell == nothing, cell) for head, attrs, nothing, cell in cells]


class ListPage(Page):
    """Shows `rows()` through `table_class` and `filterset_class`."""

    template_name = "web/list.html"
    list_template: ClassVar[str] = "components/list.html"
    """What the list is drawn with when it refreshes itself."""
    table_class: ClassVar[type[ListTable]]
    filterset_class: ClassVar[type[Filters]]
    empty: ClassVar[Empty]

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Everything the list could show, by one domain call."""

    def poll_seconds(self) -> int | None:
        """How often the list refreshes itself; None for never."""
        return None

    def get_template_names(self) -> list[str]:
        part = self.request.htmx and self.request.htmx.target == "list"
        return [self.list_template if part else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filterset = self.filterset_class(self.request.GET, queryset=self.rows(), request=self.request)
        table = self.table_class(filterset.qs)
        table.request = self.request  # given to the constructor it would sort, count and page by itself
        if sort := self.request.GET.getlist("sort"):
            table.order_by = sort
        self.paginate(table)
        shown = {"filterset": filterset, "table": table, "sizes": SIZES, "size": self.size, "empty": self.empty}
        return super().get_context_data(
            **shown, poll_seconds=self.poll_seconds(), empty_button=self._empty_button(), **kwargs
        )

    def _empty_button(self) -> Button | None:
        """The first of the page's buttons that the person may use: the thing to do next."""
        return next((button for button in self.buttons() if may(self.actor, button.permission)), None)

    @property
    def size(self) -> int:
        """Rows per page as asked for, if it is one of SIZES."""
        asked = self.request.GET.get("show", "")
        return int(asked) if asked in map(str, SIZES) else DEFAULT_SIZE

    def paginate(self, table: ListTable) -> None:
        """Turn to the page asked for, or the nearest one that exists."""
        table.paginate(per_page=self.size, paginator_class=CappedPaginator)
        paginator = table.paginator
        try:
            table.page = paginator.page(self.request.GET.get("page", 1))
        except PageNotAnInteger:
            table.page = paginator.page(1)
        except EmptyPage:
            table.page = paginator.page(paginator.num_pages)


class KeysetPage(ListPage):
    """A list that only grows, newest first: paged by `before=<id>`, so that any depth costs the same and nothing shifts."""

    def paginate(self, table: ListTable) -> None:
        rows = table.data.data.order_by("-pk")
        before = self.request.GET.get("before", "")
        if before.isascii() and before.isdigit():
            rows = rows.filter(pk__lt=int(before[:18]))
        found = list(rows[: self.size + 1])
        table.data.data = found[: self.size]
        self.older = found[self.size - 1].pk if len(found) > self.size else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        return {**shown, "keyset": True, "older": self.older, "newest": "before" not in self.request.GET}
