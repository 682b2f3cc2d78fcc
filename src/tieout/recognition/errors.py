"""What can stop a revenue run. Each error lists every row that is at fault, not only the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.kernel.errors import Fatal, InvalidInput


@dataclass(frozen=True, slots=True)
class Refusal:
    """One inconsistency: its name, where it is, what is wrong and what to do."""

    name: str
    contract_id: str
    line_id: str
    said: str

    def __str__(self) -> str:
        where = f"contract {self.contract_id}" + (f", line {self.line_id}" if self.line_id else "")
        return f"{where}: {self.said} [{self.name}]" if self.contract_id else f"{self.said} [{self.name}]"


class Refused(InvalidInput):
    """The revenue of these contracts cannot be computed as given."""

    code = "revenue.refused"
    remedy = "Correct the rows named, or choose a rule that the engine has; nothing was written."

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        shown = [str(each) for each in self.refusals[:20]]
        rest = len(self.refusals) - len(shown)
        super().__init__("; ".join(shown) + (f"; and {rest} more" if rest else ""), count=len(self.refusals))


class UnreadableFile(InvalidInput):
    """An input file cannot be read."""

    code = "revenue.unreadable_file"
    remedy = "Give CSV (UTF-8), XLSX or Parquet files named after the tables in docs/revenue.md."


class BadRows(InvalidInput):
    """Rows of an input file cannot be used."""

    code = "revenue.bad_rows"
    remedy = "Mend the cells named; every cell at fault up to the first hundred is listed."


class TooLarge(Fatal):
    """A figure does not fit into 64 bits."""

    code = "revenue.too_large"
    remedy = "Look for digits that slipped in, correct the rows named, and compute again; nothing was written."


class Untied(Fatal):
    """The engine's own proof failed: recognised or allocated amounts do not sum to what they come from."""

    code = "revenue.untied"
    remedy = "Report this with the contract named; nothing was written, and no figure of the run may be used."
