"""Addresses of revenue data: contracts, what they refer to, and the forms by which all of it is entered by hand."""

from django.urls import path

from tieout.revenue.web import (
    books,
    change_form,
    contract,
    contract_forms,
    contracts,
    entry,
    explain,
    gaps,
    lists,
    products,
    rows,
    ssp_pages,
)

urlpatterns = [
    path("revenue/contracts/", contracts.Contracts.as_view(), name="contracts"),
    path("revenue/contracts/<path:number>/", contract.ContractPage.as_view(), name="contract"),
    path("revenue/new-contract/", contract_forms.NewContract.as_view(), name="contract_new"),
    path("revenue/edit-contract/<path:number>/", contract_forms.EditContract.as_view(), name="contract_edit"),
    path("revenue/change-contract/<path:number>/", change_form.AddChange.as_view(), name="contract_change"),
    path("revenue/explain/", explain.Explain.as_view(), name="explain"),
    path("revenue/products/", lists.Products.as_view(), name="products"),
    path("revenue/products/<path:number>/", products.ProductPage.as_view(), name="product"),
    path("revenue/ssp/", lists.SspBook.as_view(), name="ssp_book"),
    path("revenue/ssp/history/", ssp_pages.SspHistory.as_view(), name="ssp_history"),
    path("revenue/ssp/samples/<int:pk>/", ssp_pages.SspSample.as_view(), name="ssp_sample"),
    path("revenue/rules/", lists.Rules.as_view(), name="rules"),
    path("revenue/rules/<path:number>/", products.RulePage.as_view(), name="rule"),
    path("revenue/new-rule-version/<path:number>/", entry.NewVersion.as_view(), name="rule_version"),
    path("revenue/customers/", books.Customers.as_view(), name="customers"),
    path("revenue/entities/", books.Entities.as_view(), name="entities"),
    path("revenue/rates/", books.Rates.as_view(), name="rates"),
    path("revenue/bundles/", books.Bundles.as_view(), name="bundles"),
    path("revenue/estimates/", books.Estimates.as_view(), name="estimates"),
    path("revenue/gaps/", gaps.Gaps.as_view(), name="gaps"),
    path("revenue/gaps/<int:pk>/", gaps.GapPage.as_view(), name="gap"),
    path("revenue/enter/<slug:table>/", entry.Enter.as_view(), name="enter"),
    path("revenue/amend/<slug:table>/<int:pk>/", entry.Amend.as_view(), name="amend"),
    path("revenue/end/<slug:table>/<int:pk>/", entry.EndRow.as_view(), name="end_row"),
    path("revenue/rows/<slug:table>/<int:pk>/", rows.SourceRow.as_view(), name="source_row"),
]
