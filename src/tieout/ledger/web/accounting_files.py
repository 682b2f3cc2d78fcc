"""The account mappings as a file: out, looked at, and in."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tieout.ledger.journals import operations
from tieout.ledger.web.mapping import FileForm, NoFile
from tieout.people.actors import Permission
from tieout.web.forms import FormPage
from tieout.web.pages import Action, Crumb, Guarded

_WAITING = "account_mappings_file"


class ExportAccounts(Guarded):
    """Every mapping as CSV."""

    permission = Permission.SET_UP_ACCOUNTING

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(
            operations.export_accounts(actor=self.actor),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="account-mappings.csv"'},
        )


class ImportAccounts(FormPage):
    """Look at what a file would change; it waits in the session until it is applied."""

    permission = Permission.SET_UP_ACCOUNTING
    title = "Import account mappings"
    form_class = FileForm
    template_name = "ledger/accounting_import.html"
    verb = "Look at it"
    busy = "Reading…"
    cancel_page = "accounting"

    def crumbs(self) -> Iterable[Crumb]:
        yield Crumb("Accounting", reverse("accounting"))

    def form_valid(self, form: FileForm) -> HttpResponse:  # type: ignore[override]
        data = form.cleaned_data["file"].read()
        found = operations.look_at_accounts(actor=self.actor, data=data)
        self.request.session[_WAITING] = base64.b64encode(data).decode()
        return self.render_to_response(self.get_context_data(form=form, found=found))


class ApplyAccounts(Action):
    """Replace all mappings by the file that was looked at."""

    permission = Permission.SET_UP_ACCOUNTING
    next_page = "accounting"

    def act(self) -> str:
        data = self.request.session.pop(_WAITING, None)
        if data is None:
            raise NoFile
        done = operations.apply_accounts(actor=self.actor, data=base64.b64decode(data))
        return f"The account mappings are imported: {len(done.changes)} rows changed."
