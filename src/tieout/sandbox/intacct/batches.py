"""Journal entries as the ledger keeps them: base amounts, balance per currency and entity, inter-entity lines, reversals.

Both the journal functions and the subledgers write through here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tieout.sandbox.intacct import posting
from tieout.sandbox.intacct.catalogue import CATALOGUE
from tieout.sandbox.intacct.context import Context
from tieout.sandbox.intacct.errors import Detail, GatewayError
from tieout.sandbox.intacct.formats import stamp
from tieout.sandbox.intacct.people import BASE_CURRENCY
from tieout.sandbox.intacct.store import Row

DUE_FROM, DUE_TO = "1900", "2900"
"""Inter-entity receivable and payable accounts."""


@dataclass
class Line:
    """One line before it is kept. `amount` is scaled and positive, `sign` 1 for a debit and -1 for a credit."""

    account: str
    sign: int
    amount: int
    currency: str
    entity: str
    rate: Decimal = Decimal(1)
    values: Row = field(default_factory=dict)

    def turned(self) -> Line:
        """The same line on the other side."""
        return Line(self.account, -self.sign, self.amount, self.currency, self.entity, self.rate, dict(self.values))


def check_balance(lines: Sequence[Line], source_entity: str | None) -> list[Line]:
    """The lines to keep: as given when each entity balances, with inter-entity lines when a source entity is named.

    Raises "Transactions do not balance for …" otherwise.
    """
    totals: dict[tuple[str, str], int] = defaultdict(int)
    currencies: dict[str, int] = defaultdict(int)
    for line in lines:
        totals[line.currency, line.entity] += line.sign * line.amount
        currencies[line.currency] += line.sign * line.amount
    for currency, difference in currencies.items():
        if difference:
            raise _unbalanced(f"{currency} by {posting.money(abs(difference))}")
    skewed = {key: total for key, total in totals.items() if total}
    if skewed and not source_entity:
        raise _unbalanced(next(iter(skewed))[1])
    if difference := sum(line.sign * base for line, base in zip(lines, _base_amounts(lines), strict=True)):
        raise _unbalanced(f"{BASE_CURRENCY} by {posting.money(abs(difference))}")
    rates = {line.currency: line.rate for line in lines}
    return [
        *lines,
        *(_between(currency, entity, total, rates[currency]) for (currency, entity), total in skewed.items()),
    ]


def write(context: Context, head: Row, lines: Sequence[Line], replacing: int | None = None) -> int:
    """Keep a batch with its lines and return its RECORDNO; `replacing` keeps the number of a batch that is changed."""
    number = replacing if replacing is not None else context.store.insert("GLBATCH", _head(context, head))
    day = str(head["BATCH_DATE"])
    for index, (line, base) in enumerate(zip(lines, _base_amounts(lines), strict=True)):
        context.store.insert("GLENTRY", _entry(context, line, base, number, index, day))
    return number


def write_reversal(context: Context, original: int, head: Row, lines: Sequence[Line], day: date) -> int:
    """Keep the mirror image of a batch on a later day, and join the two."""
    title = f"Reversed - {head['BATCH_TITLE']}"
    mirrored = head | {
        "BATCH_DATE": day.isoformat(),
        "BATCH_TITLE": title,
        "REVERSEDATE": None,
        "REVERSEDKEY": original,
    }
    mirrored["REVERSEDFROM"] = head["BATCH_DATE"]
    number = write(context, mirrored, [line.turned() for line in lines])
    context.store.update("GLBATCH", original, {"REVERSED": day.isoformat(), "REVERSEDKEY": number})
    return number


def remove(context: Context, number: int) -> None:
    """Delete a batch with its lines."""
    context.store.delete("GLENTRY", BATCHNO=number)
    context.store.delete("GLBATCH", RECORDNO=number)


def kept_lines(context: Context, number: int) -> list[Line]:
    """The lines of a batch as they were before they were kept."""
    rows = context.store.find("GLENTRY", BATCHNO=number)
    fixed = ("RECORDNO", "BATCHNO", "LINE_NO", "ENTRY_DATE", "AMOUNT", "TRX_AMOUNT", "WHENCREATED", "WHENMODIFIED")
    return [
        Line(
            str(row["ACCOUNTNO"]), int(row["TR_TYPE"] or 0), int(row["TRX_AMOUNT"] or 0), str(row["CURRENCY"]),
            posting.entity_of(context, row["LOCATION"]), Decimal(int(row["EXCHANGE_RATE"] or 0)).scaleb(-10),
            {name: value for name, value in row.items() if name not in fixed},
        )
        for row in rows
    ]  # fmt: skip


def entities_of(lines: Iterable[Line]) -> set[str]:
    """The entities that the lines touch."""
    return {line.entity for line in lines}


def _unbalanced(what: str) -> GatewayError:
    return GatewayError(Detail(
        "BL01001973", f"Transactions do not balance for {what}", "Check the debits and credits, and try again.",
        errorid="GL-1009", messageid="IA.TRANSACTIONS_DO_NOT_BALANCE_FOR", placeholders={"LOCATION": what},
    ))  # fmt: skip


def _between(currency: str, entity: str, total: int, rate: Decimal) -> Line:
    account = DUE_TO if total > 0 else DUE_FROM
    values: Row = {"LOCATION": entity, "DESCRIPTION": "Inter-entity"}
    return Line(account, -1 if total > 0 else 1, abs(total), currency, entity, rate, values)


def _base_amounts(lines: Sequence[Line]) -> list[int]:
    """Base amounts by cumulative rounding per currency, rate and side, so that both sides sum to the same cents."""
    running: dict[tuple[str, Decimal, int], int] = defaultdict(int)
    amounts = []
    for line in lines:
        key = (line.currency, line.rate, line.sign)
        before = posting.to_base(running[key], line.rate)
        running[key] += line.amount
        amounts.append(posting.to_base(running[key], line.rate) - before)
    return amounts


def _head(context: Context, head: Row) -> Row:
    kept = context.created(CATALOGUE.objects["GLBATCH"])
    kept |= {"STATE": "P", "MODULE": "2.GL", "ADJ": "F", "USERKEY": context.user_key(), "MODIFIED": stamp(context.now)}
    return kept | {"BATCHNO": context.store.next_number(f"batch {head['JOURNAL']}"), **head}


def _entry(context: Context, line: Line, base: int, batch: int, index: int, day: str) -> Row:
    now = stamp(context.now)
    entry: Row = {
        "BATCHNO": batch, "LINE_NO": index, "TR_TYPE": str(line.sign), "ENTRY_DATE": day, "ACCOUNTNO": line.account,
        "AMOUNT": base, "TRX_AMOUNT": line.amount, "CURRENCY": line.currency, "BASECURR": BASE_CURRENCY,
        "EXCHANGE_RATE": int(line.rate.scaleb(10)), "WHENCREATED": now, "WHENMODIFIED": now, "BILLABLE": "false",
        "MEGAENTITYID": context.session.entity or None,
    }  # fmt: skip
    return entry | line.values
