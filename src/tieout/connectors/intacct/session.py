"""One conversation with Sage Intacct: lists, postings, look-ups, and the test of the connection."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

import httpx2

from tieout.connectors.intacct import health, journals, receipts
from tieout.connectors.intacct.advice import says_absent
from tieout.connectors.intacct.checks import check_journal, check_receipt
from tieout.connectors.intacct.client import Gateway
from tieout.connectors.intacct.config import Settings
from tieout.connectors.intacct.line_fields import line_fields, line_values
from tieout.connectors.intacct.queries import Reader
from tieout.connectors.intacct.reference import reference
from tieout.connectors.intacct.rights import journal_rights
from tieout.connectors.kit.capabilities import Check, Exchange, Health, LineField, Posted, Reference, ReferenceKind
from tieout.connectors.kit.documents import Document, Held, Journal, Receipt
from tieout.connectors.kit.faults import Refused
from tieout.connectors.kit.statuses import sending


class IntacctSession:
    """Reads reference lists and posts documents. Opening sends nothing; the first call signs in."""

    def __init__(self, values: Mapping[str, str], *, transport: httpx2.BaseTransport | None = None) -> None:
        self._settings = Settings.read(values)
        self._gateway = Gateway(self._settings, transport=transport)
        self._reader = Reader(self._gateway)

    @property
    def calls(self) -> int:
        """Functions sent so far, as Sage counts them against the monthly allowance."""
        return self._gateway.calls

    def test(self) -> Health:
        """Host, sender, user, company, and each permission by name."""
        return health.test(self._gateway, self._reader)

    def tenant(self) -> str:
        """The company ID as the gateway echoes it."""
        self._gateway.sign_in()
        return self._gateway.tenant

    def reference(self, kind: ReferenceKind) -> Iterator[Reference]:
        """Every row of one list, active or not."""
        return reference(self._reader, kind)

    def post(self, document: Document, control_id: str) -> Posted:
        """Record a receipt or create an entry, once. Raises as the capability says; see also this folder's README."""
        confined_to = self._settings.entity_id
        if isinstance(document, Receipt):
            check_receipt(document, confined_to)
            done = self._gateway.write(receipts.build(document), control_id, document.entity)
            with sending():
                return Posted(receipts.number(done), done.exchange)
        check_journal(document, confined_to)
        done = self._gateway.write(journals.build(document, confined_to), control_id)
        with sending():
            return Posted(journals.number(done), done.exchange)

    def find(self, documents: Sequence[Document]) -> Mapping[str, tuple[Held, ...]]:
        """What is held under the documents' keys, in their own spelling."""
        held: dict[str, tuple[Held, ...]] = {document.key: () for document in documents}
        deposits = {document.key: document for document in documents if isinstance(document, Receipt)}
        entries = {document.key: document for document in documents if isinstance(document, Journal)}
        found = receipts.find(self._reader, deposits) if deposits else []
        found += journals.find(self._reader, entries) if entries else []
        for key, record in found:
            held[key] += (record,)
        return held

    def journal_rights(self) -> tuple[Check, ...]:
        """Each right that posting journals takes, by name."""
        return journal_rights(self._gateway)

    def line_fields(self) -> tuple[LineField, ...]:
        """Dimensions and custom fields of an entry's line."""
        return line_fields(self._gateway)

    def line_values(self, name: str) -> Iterator[Reference]:
        """The values of one of them."""
        return line_values(self._gateway, self._reader, name)

    def entries(self, symbol: str, first: date, last: date, known: Collection[str]) -> Iterator[Held]:
        """Entries of a journal that carry none of the known keys."""
        return journals.others(self._reader, symbol, first, last, known)

    def remove(self, held: Held, control_id: str) -> Exchange:
        """Delete the record. One that is not there (any more) counts as removed."""
        receipt = isinstance(held.document, Receipt)
        function = (receipts if receipt else journals).removal(held.record_no)
        try:
            return self._gateway.write(function, control_id, held.document.entity if receipt else "").exchange
        except Refused as refusal:
            if refusal.exchange is None or not says_absent(refusal):
                raise
            return refusal.exchange

    def close(self) -> None:
        """End the conversation; the session on the gateway runs out by itself."""
        self._gateway.close()


def open_session(values: Mapping[str, str]) -> IntacctSession:
    """A session over the network, from cleaned values. Sends nothing."""
    return IntacctSession(values)
