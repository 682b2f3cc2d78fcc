"""The words by which people call sheets and columns, in English and a few neighbours' languages. Data only.

A *kind* is what a sheet may hold: one input table, or `orders`, where a row is a line and the contract's columns repeat.
"""

from __future__ import annotations

from tieout.recognition.tables import INPUTS, KEYS

ORDERS = "orders"
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    ORDERS: (
        "Orders",
        (
            "sales orders",
            "subscriptions",
            "order lines",
            "order details",
            "bookings",
            "aufträge",
            "commandes",
            "pedidos",
        ),
    ),
    "customer": ("Customers", ("clients", "accounts", "kunden", "debitoren", "clientes")),
    "product": ("Products", ("items", "services", "skus", "produkte", "artikel", "produits", "productos")),
    "rule": ("Rules", ("recognition rules", "revenue rules", "regeln")),
    "ssp": ("SSP", ("ssp book", "standalone selling prices", "stand alone selling prices", "price book")),
    "contract": ("Contracts", ("agreements", "order headers", "verträge", "contrats", "contratos")),
    "line": ("Lines", ("contract lines", "line items", "obligations", "positionen", "vertragspositionen")),
    "change": ("Changes", ("order changes", "modifications", "amendments", "change orders", "änderungen")),
    "invoice": ("Invoices", ("invoices and credit memos", "billing", "credit memos", "rechnungen", "factures")),
    "event": ("Events", ("usage", "deliveries", "milestones", "progress", "holds", "ereignisse")),
    "commission": ("Commissions", ("costs", "cost lines", "provisionen")),
    "estimate": ("Estimates", ("variable consideration", "schätzungen")),
    "payment": ("Payments", ("cash receipts", "receipts", "zahlungen", "paiements")),
    "sale": ("Observed sales", ("sales history", "ssp history", "transactions")),
    "return_right": ("Return rights", ("rights of return", "expected returns")),
    "financing": ("Financing", ("financing components",)),
    "bundle": ("Bundles", ("bundle prices", "pakete")),
    "rate": ("Exchange rates", ("rates", "fx rates", "fx", "wechselkurse", "kurse")),
    "entity": ("Entities", ("subsidiaries", "legal entities", "gesellschaften")),
    "account": ("Accounts", ("account mapping", "gl accounts", "konten")),
}
"""Kind → the sheet's name in our files, and what else people call it."""
LAST_DAYS = {"last_day": "ends_on", "amortised_through": "amortised_until"}
"""Written columns that name the last day of what the table keeps half-open."""
PASSED_OVER = frozenset({"read me", "readme", "instructions", "examples", "lists", "anleitung"})
"""Sheets that explain and hold no data."""
REMARKS = "What to mend"
"""Heading of the column in which a file that is given back says what is wrong; it is passed over as well."""
DIMENSIONS = ("class", "department", "location")
CUSTOM_SOURCES = {"customer": "customer", "product": "product", "line": "subscription", ORDERS: "subscription"}
"""Which custom fields a kind carries."""

SYNONYMS: dict[str, tuple[str, ...]] = {
    "contract_id": (
        "contract number", "order", "order id", "order number", "sales order", "sales order number", "so number",
        "subscription", "subscription id", "agreement", "auftrag", "auftragsnummer", "vertrag", "vertragsnummer",
        "commande", "contrat", "pedido", "contrato",
    ),
    "line_id": ("line number", "order line", "line item", "item number", "position", "pos", "zeile", "ligne", "linea"),
    "customer_id": ("customer number", "client", "account", "client id", "account id", "kunde", "kundennummer", "cliente"),
    "customer_name": ("customer name", "client name", "account name", "kundenname", "nom du client"),
    "product_id": ("product code", "sku", "item", "item id", "product number", "produkt", "artikel", "artikelnummer",
                   "produit", "producto", "service"),
    "rule_id": ("recognition rule", "revenue rule", "rule name", "regel"),
    "name": ("description", "title", "bezeichnung", "nom", "nombre"),
    "currency": ("currency code", "ccy", "iso currency", "währung", "devise", "moneda"),
    "functional_currency": ("base currency", "home currency"),
    "entity": ("subsidiary", "legal entity", "company code", "gesellschaft"),
    "signed_on": ("signed", "order date", "contract date", "signature date", "booking date", "sign date", "booked on",
                  "auftragsdatum", "vertragsdatum", "date de commande", "fecha"),
    "arrangement_id": ("combined with", "contract group", "master agreement"),
    "region": ("territory", "country", "sales region"),
    "customer_class": ("class of customer", "segment", "customer segment", "customer type"),
    "quantity": ("qty", "units", "seats", "menge", "anzahl", "quantité", "cantidad"),
    "price": ("total price", "line amount", "amount", "line total", "net amount", "net price", "extended price", "total",
              "contract value", "tcv", "gesamtpreis", "betrag", "montant", "importe"),
    "unit_price": ("price per unit", "price each", "rate per unit", "sales price", "einzelpreis", "stückpreis",
                   "prix unitaire", "precio unitario"),
    "list_price": ("catalogue price", "list", "msrp", "gross price", "listenpreis"),
    "starts_on": ("start", "start date", "service start", "from", "begin", "begin date", "term start", "effective from",
                  "startdatum", "beginn", "von", "début", "date de début", "inicio"),
    "ends_on": ("day after the end", "ends before", "end exclusive", "until exclusive"),
    "last_day": ("end", "end date", "service end", "to", "through", "until", "term end", "expiry", "expires on", "enddatum",
                 "ende", "bis", "fin", "date de fin"),
    "term_months": ("term", "term in months", "months", "duration months", "contract term", "length in months",
                    "laufzeit", "laufzeit monate", "durée mois", "plazo meses"),
    "start_minute": ("start minute",),
    "end_minute": ("end minute",),
    "ssp": ("stand alone selling price", "standalone selling price", "fair value"),
    "allocated": ("allocation override", "override amount"),
    "override_reason": ("override reason", "reason"),
    "allocation": ("allocation method", "part in allocation"),
    "method": ("recognition method", "revenue method", "type", "methode"),
    "trigger": ("recognised on", "event trigger"),
    "upfront": ("up front", "up front share", "upfront percent"),
    "basis": ("ssp type", "price type"),
    "amount": ("total", "value", "net amount", "betrag", "montant", "importe"),
    "share": ("percent", "percentage", "percent complete", "anteil"),
    "change_id": ("change number", "amendment", "amendment number", "modification", "change order"),
    "effective_on": ("effective date", "effective", "change date", "gültig ab"),
    "treatment": ("accounting treatment", "modification type"),
    "reason": ("comment", "note", "grund", "motif"),
    "event_id": ("event number", "reference", "delivery number"),
    "kind": ("type", "event type", "document type", "transaction type", "art"),
    "happened_on": ("date", "event date", "delivery date", "usage date", "datum"),
    "cost_to_date": ("costs to date", "incurred cost"),
    "cost_in_total": ("total cost", "estimated cost", "budget"),
    "invoice_id": ("invoice number", "invoice", "document number", "bill number", "rechnungsnummer", "rechnung", "facture"),
    "issued_on": ("invoice date", "date", "document date", "rechnungsdatum", "date de facture"),
    "payment_id": ("payment number", "payment", "receipt", "reference"),
    "paid_on": ("payment date", "date", "received on"),
    "sale_id": ("sale number", "transaction", "transaction id"),
    "sold_on": ("sale date", "date"),
    "receivables": ("receivables kept",),
    "commission_id": ("commission number", "reference"),
    "earned_on": ("date", "commission date", "earned"),
    "amortised_until": ("amortised until exclusive",),
    "amortised_through": ("amortized through", "amortised through", "amortization end", "amortisation end"),
    "estimate_id": ("estimate number",),
    "probability": ("likelihood", "chance"),
    "limit": ("constraint", "cap"),
    "bundle_id": ("bundle number", "package", "paket"),
    "from_currency": ("from",),
    "to_currency": ("to",),
    "rate": ("exchange rate", "kurs", "taux"),
    "dimensions": ("dimension",),
    "class": ("class id", "klasse"),
    "department": ("dept", "department id", "abteilung", "kostenstelle"),
    "location": ("location id", "standort"),
}  # fmt: skip

SPELLINGS: dict[str, str] = {
    "straight line": "ratable", "ratably": "ratable", "over time": "ratable", "daily": "ratable",
    "immediate": "point_in_time", "immediately": "point_in_time", "on delivery": "point_in_time",
    "poc": "percent_complete", "percentage of completion": "percent_complete", "milestones": "milestone",
    "as invoiced": "billing", "on invoice": "invoice", "credit note": "credit_memo", "credit": "credit_memo",
    "gutschrift": "credit_memo", "avoir": "credit_memo", "rechnung": "invoice", "facture": "invoice",
    "catchup": "catch_up", "cumulative catch up": "catch_up", "new contract": "separate", "delivered": "delivery",
    "accepted": "acceptance", "resumption": "resume", "pause": "hold", "capitalize": "capitalise",
    "capitalized": "capitalise", "fixed": "amount", "percent of list": "percent_of_list", "expected value": "expected",
}  # fmt: skip
"""Other spellings of stored words."""


def columns_of(kind: str) -> dict[str, str]:
    """What a kind's columns may be: name → the table it goes to. Written ones (`last_day`, `unit_price`) included."""
    if kind == ORDERS:
        return {"customer_name": "customer", **columns_of("contract"), **columns_of("line")}
    found = dict.fromkeys(INPUTS[kind], kind)
    found |= {written: kind for written, kept in LAST_DAYS.items() if kept in found}
    if kind in ("line", "change", "financing"):
        found["term_months"] = kind
    if kind == "line":
        found["unit_price"] = kind
    if "dimensions" in found:
        found |= {f"dimensions.{name}": kind for name in DIMENSIONS}
    return found


def needed_by(kind: str) -> list[str]:
    """Columns without which a sheet of a kind is hardly one."""
    if kind == ORDERS:
        return ["contract_id", "product_id", "price", "starts_on"]
    return [name for name in KEYS[kind] if INPUTS[kind][name].required] or list(KEYS[kind])
