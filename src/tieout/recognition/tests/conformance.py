"""Which published cases the engine passes: tests register themselves, and the page is written from running them.

`python -m tieout.recognition.tests.conformance` writes docs/conformance.md. A case without a test stands there as not covered.
Features that no published case shows follow with the tests that do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import tieout
from tieout.recognition.tests.features import table

PAGE = Path(tieout.__file__).resolve().parents[2] / "docs" / "conformance.md"
Test = Callable[[], None]
TESTS: dict[str, list[Test]] = {}
MODULES = ("allocation", "ratable", "progress", "modification", "close", "billing", "settlement", "receivable")
REQUIREMENTS: dict[str, tuple[str, str, str]] = {
    "D01": ("Allocate by relative stand-alone selling price", "606-10-32-28", "FASB Example 33"),
    "D02": ("Allocate by relative stand-alone selling price", "606-10-32-28", "line prices differ from SSP"),
    "D03": ("Allocate by relative stand-alone selling price", "606-10-32-28", "a free item receives revenue"),
    "D04": ("Allocate a discount to some obligations only", "606-10-32-37", "FASB Example 34 Case A"),
    "D05": ("Residual approach", "606-10-32-34c", "FASB Example 34 Case B"),
    "D06": ("Estimate SSP as a percentage of list price", "606-10-32-33", "hardware and software"),
    "D07": ("Recognise over time by days", "606-10-25-31", "a month that crosses a month end"),
    "D08": ("Recognise over time by days", "606-10-25-31", "an annual subscription, first quarter"),
    "D09": ("Recognise over time by a named convention", "606-10-25-31", "four granularities of one invoice"),
    "D10": ("Recognise over time by days", "606-10-25-31", "remainder in the last period"),
    "D11": ("Recognise over time by a named convention", "606-10-25-31", "half-month"),
    "D12": ("Revenue of a closed month falls into the first open one", "250-10-45", "locked month"),
    "D13": ("Recognise over time by a named convention", "606-10-25-31", "monthly share, remainder first"),
    "D14": ("Recognise over time by a named convention", "606-10-25-31", "flat twelve months"),
    "D15": ("Grouped period-end entry that reverses", "606-10-45-2", "auto-reversal on day one"),
    "D16": ("Modify prospectively", "606-10-25-13a", "a future discount by credit memo"),
    "D17": ("Modify by cumulative catch-up", "606-10-25-13b", "full refund, first quarter closed"),
    "D18": ("Show a prior-period adjustment apart", "250-10-45", "a correction after two closed months"),
    "D19": ("Modify prospectively", "606-10-25-13a", "upgrade in mid-month"),
    "D20": ("Customer credit balance pays an invoice", "606-10-45-1", "cash and customer balance"),
    "D21": ("Foreign exchange between invoice and payment", "830-20-35", "loss on a receivable"),
    "D22": ("Refund as contra revenue", "606-10-32-25", "a payment refunded next month"),
    "D23": ("Modify as a separate contract", "606-10-25-12", "FASB Example 5 Case A"),
    "D24": ("Modify prospectively", "606-10-25-13a", "FASB Example 5 Case B"),
    "D25": ("Modify prospectively", "606-10-25-13a", "FASB Example 7, blend and extend"),
    "D26": ("Modify by cumulative catch-up", "606-10-25-13b", "FASB Example 8"),
    "D27": ("Reassess an estimated price", "606-10-32-43", "FASB Example 24, a new estimate"),
    "D28": ("Right of return", "606-10-55-22", "FASB Example 22"),
    "D29": ("Material right", "606-10-55-42", "FASB Example 49, a voucher"),
    "D30": ("Capitalise incremental costs only", "340-40-25-1", "340-40 Example 1"),
    "D31": ("Amortise a capitalised cost", "340-40-35-1", "commission over the customer's life"),
    "D32": ("Split an invoice against unbilled revenue", "606-10-45-3", "soft split"),
    "D33": ("Contract asset until the right is unconditional", "606-10-45-3", "FASB Example 39"),
    "D34": ("Interest and fee on what is overdue", "", "ten per cent a year on what is overdue"),
    "D35": ("Days sales outstanding", "", "receivables against a year's sales"),
    "D36": ("Recognise a share up front", "606-10-25-30", "ten per cent on the first day"),
    "D37": ("Constrain variable consideration", "606-10-32-11", "a bonus partly constrained"),
    "D38": ("Measure progress", "606-10-25-35", "percent complete falls"),
    "D39": ("Significant financing component", "606-10-32-15", "payment two years after delivery"),
}


def case(identity: str) -> Callable[[Test], Test]:
    """Declare that a test tells this case."""

    def register(test: Test) -> Test:
        told = cache(test)  # what passed in this process is not told again
        TESTS.setdefault(identity, []).append(told)
        return told

    return register


@cache
def page() -> str:
    """The page, from running each registered test now."""
    for name in MODULES:
        import_module(f"tieout.recognition.tests.test_{name}_cases")
    results = {identity: _result(identity) for identity in REQUIREMENTS}
    passed = sum(result == "passes" for result in results.values())
    head = (
        "# Conformance\n\nWorked examples of ASC 606 and 340-40 and of published systems, run through the engine. Written by\n"
        "`python -m tieout.recognition.tests.conformance`, which runs them; a test holds this page to its result.\n\n"
        f"{passed} of {len(results)} cases pass. Those without a paragraph are about receivables, not about recognition:\n"
        "`tieout revenue receivables` answers them from the same tables.\n\n"
        "| case | requirement | paragraph | example | result |\n|---|---|---|---|---|\n"
    )
    lines = (f"| {key} | {what} | {where} | {example} | {results[key]} |" for key, (what, where, example) in _listed())
    rest = "\n## Beyond the published cases\n\nEach of these is shown by a test of the engine, in its words.\n\n"
    return head + "\n".join(lines) + "\n" + rest + table()


def _listed() -> list[tuple[str, tuple[str, str, str]]]:
    return list(REQUIREMENTS.items())


def _result(identity: str) -> str:
    tests = TESTS.get(identity)
    if not tests:
        return "not covered"
    for test in tests:
        try:
            test()
        except Exception:
            return "fails"
    return "passes"


if __name__ == "__main__":
    from tieout.recognition.tests import conformance

    PAGE.write_text(conformance.page(), "utf-8")
