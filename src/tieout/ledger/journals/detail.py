"""Which contracts are behind each line of a period's journal, for entries in detail instead of in summary.

Only the period's own movements are told by contract. What no single contract made, or what was posted in summary before, stays
together in a line without a contract: the lines of a part always come to what the summary says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tieout.ledger.journals.accounts import AccountBook
from tieout.ledger.journals.dry_run import account_book
from tieout.ledger.journals.posted import posted
from tieout.ledger.journals.settings import JournalSettings
from tieout.revenue.figures import open_figures
from tieout.revenue.models import Period

Key = tuple[str, str, str, bool]
"""Currency, account, dimensions as the ledger holds them, and whether it is for earlier periods."""
Behind = Mapping[Key, Mapping[str, int]]
"""Contract to what is to be posted of it, in minor units, debits positive."""
NOTHING: Behind = {}
_MADE = """
    WITH place AS (
        SELECT contract_id, CASE WHEN min(dimensions) = max(dimensions) THEN min(dimensions) ELSE '' END AS dimensions
        FROM line WHERE kind = 'revenue' AND entity = $entity GROUP BY contract_id
    ),
    moved AS (SELECT * FROM schedule WHERE entity = $entity AND starts_on = $start),
    late AS (
        SELECT contract_id, sum(adjustment) AS adjustment FROM moved WHERE kind <> 'commission' GROUP BY contract_id
    ),
    stood AS (
        SELECT p.*, place.dimensions, coalesce(late.adjustment, 0) AS adjusted,
            contract_liability - contract_asset - liability_moved + asset_moved + billed AS net
        FROM position p JOIN place USING (contract_id) LEFT JOIN late USING (contract_id)
        WHERE p.entity = $entity AND p.starts_on = $start
    ),
    -- As the engine has it: adjustments come after the bills of their period and before its revenue.
    turned AS (
        SELECT *, greatest(net - adjusted, 0) - greatest(net, 0) AS liability_late,
            greatest(adjusted - net, 0) - greatest(-net, 0) AS asset_late
        FROM stood
    ),
    entry AS (
        SELECT kind AS role, currency, product_id, dimensions, contract_id, false AS prior, -amount AS amount
        FROM moved WHERE kind <> 'commission'
        UNION ALL
        SELECT kind, currency, product_id, dimensions, contract_id, true, -adjustment FROM moved WHERE kind <> 'commission'
        UNION ALL
        SELECT role, currency, '', dimensions, contract_id, prior, sign * CASE WHEN prior THEN adjustment ELSE amount END
        FROM moved CROSS JOIN (VALUES ('commission_expense', 1), ('commission_asset', -1)) side(role, sign)
        CROSS JOIN (VALUES (false), (true)) part(prior)
        WHERE kind = 'commission'
        UNION ALL
        SELECT role, l.currency, '', l.dimensions, l.contract_id, false, sign * l.allocated
        FROM line l
        JOIN calendar c ON c.entity = l.entity AND c.starts_on <= l.starts_on AND c.ends_on > l.starts_on
        CROSS JOIN (VALUES ('commission_asset', 1), ('commission_payable', -1)) side(role, sign)
        WHERE l.kind = 'commission' AND l.entity = $entity AND c.starts_on = $start
        UNION ALL
        SELECT 'receivable', currency, '', dimensions, contract_id, false, billed FROM turned
        UNION ALL
        SELECT 'contract_liability', currency, '', dimensions, contract_id, prior,
            CASE WHEN prior THEN -liability_late ELSE liability_late - liability_moved END
        FROM turned CROSS JOIN (VALUES (false), (true)) part(prior)
        UNION ALL
        SELECT 'contract_asset', currency, '', dimensions, contract_id, prior,
            CASE WHEN prior THEN asset_late ELSE asset_moved - asset_late END
        FROM turned CROSS JOIN (VALUES (false), (true)) part(prior)
    )
    SELECT currency, role, product_id, dimensions, prior, contract_id, sum(amount)::BIGINT
    FROM entry GROUP BY ALL HAVING sum(amount) <> 0
"""


def behind(period: Period, settings: JournalSettings) -> Behind:
    """What of a frozen period's journal each contract makes, less what was posted of it for this period already."""
    found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    book = account_book(period.environment_id)
    for row in _made(period):
        _add(found, book, settings, period.entity, row)
    for held in posted(period.environment_id, entity=period.entity, until=period.starts_on):
        if held.contract and held.period == period.label:
            key = held.currency, held.account, held.dimensions, held.part == "prior_period"
            found[key][held.contract] -= held.held + held.under_way
    return found


def shares(made: Mapping[str, int], amount: int) -> list[tuple[str, int]]:
    """An amount split over contracts, in order; the contract `''` takes what is left, also when that is negative."""
    rest = amount - sum(made.values())
    split = sorted((contract, part) for contract, part in made.items() if part)
    return [*split, ("", rest)] if rest else split


def _made(period: Period) -> list[Any]:
    assert period.figures is not None
    with open_figures(period.figures) as figures:
        values = {"entity": period.entity, "start": period.starts_on}
        rows: list[Any] = figures.execute(_MADE, values).fetchall()
    return rows


def _add(found: dict[Key, dict[str, int]], book: AccountBook, settings: JournalSettings, entity: str, row: Any) -> None:
    currency, role, product, dimensions, prior, contract, amount = row
    place = settings.placed(entity, dimensions)
    mapped = book.find(role, product, entity, place)
    if mapped is not None:
        found[currency, mapped.account, place, prior][contract] += amount
