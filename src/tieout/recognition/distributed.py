"""The engine on Apache Spark: the same chain of SQL over tables that are spread over machines, in the session of the caller.

Whole numbers that do not fit are an error there as here, so that the figures are the same or there are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from tieout.recognition import engine
from tieout.recognition.errors import UnreadableFile
from tieout.recognition.tables import INPUTS, OUTPUTS, Column, ddl
from tieout.recognition.translation import NUMBERED, ROW, Statement, statements

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import DataFrame, SparkSession

_CONF = {
    "spark.sql.ansi.enabled": "true",  # what does not fit is an error
    "spark.sql.constraintPropagation.enabled": "false",  # checkpoints of plans lose track of constraints
    "spark.sql.cteRecursionLevelLimit": "-1",
    "spark.sql.cteRecursionRowLimit": "-1",
}


def compute(session: SparkSession, inputs: Mapping[str, str]) -> Mapping[str, DataFrame]:
    """Allocation, schedule, position, waterfall and journal, from Parquet files by input table (any address that Spark reads).

    Their columns hold engine values (minor units, millionths, dates), as `tieout.recognition.tables` declares them; those left out
    take their defaults. Raises Refused, Untied, and UnreadableFile for a table or column that the engine does not have.

    Tables between the steps stay in the session's checkpoint directory, where a lost executor does no harm; without one, with the
    executors.
    """
    book = SparkBook(session)
    for table, address in inputs.items():
        book.put(table, address)
    engine.compute(cast("duckdb.DuckDBPyConnection", book))
    return {table: book.table(table) for table in OUTPUTS}


class Answer:
    """The rows of a query, as a DuckDB connection hands them out."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> Sequence[Any]:
        return self._rows


class SparkBook:
    """A book of tables in a session of its own, which takes the engine's statements as a DuckDB connection does."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session.newSession()
        for name, value in _CONF.items():
            self._session.conf.set(name, value)
        self.execute(ddl())

    def put(self, table: str, address: str) -> None:
        """Fill an input table from Parquet files. Raises UnreadableFile for a table or column that the engine does not have."""
        columns = INPUTS.get(table)
        if columns is None:
            raise UnreadableFile(f"'{table}' is none of the tables {', '.join(INPUTS)}", file=table)
        given = self._session.read.parquet(address)
        if unknown := sorted(set(given.columns) - columns.keys()):
            raise UnreadableFile(f"{table} has no column {', '.join(unknown)}", file=table)
        chosen = [_taken(name, column, name in given.columns) for name, column in columns.items()]
        if table in NUMBERED:
            chosen.append(f"monotonically_increasing_id() AS {ROW}")
        spread = given.repartition("contract_id") if "contract_id" in columns else given
        self._keep(table, spread.selectExpr(*chosen))

    def table(self, name: str) -> DataFrame:
        """A table or view as it stands."""
        return self._session.table(f"`{name}`")

    def execute(self, step: str | duckdb.Statement) -> Answer:
        """Run one or more statements; the rows of the last one, when it asks."""
        answer = Answer(())
        for each in statements(step if isinstance(step, str) else step.query):
            if each.verb == "ask":
                answer = Answer(self._session.sql(each.sql).collect())
            else:
                self._do(each)
        return answer

    def _do(self, statement: Statement) -> None:
        name = statement.name
        if statement.verb == "drop":
            self._session.catalog.dropTempView(name)
        elif statement.verb == "view":
            self._session.sql(f"CREATE OR REPLACE TEMPORARY VIEW `{name}` AS {statement.sql}")
        elif statement.verb == "empty":
            self._session.sql(statement.sql).createOrReplaceTempView(name)
        elif statement.verb == "table":
            self._keep(name, self._session.sql(statement.sql))
        elif statement.verb == "replace":
            made = self._session.sql(statement.sql)
            self._keep(name, self._typed(name, made.select(*self.table(name).columns)))
        else:
            self._keep(name, self._typed(name, self._session.sql(statement.sql)), further=True)

    def _typed(self, name: str, made: DataFrame) -> DataFrame:
        """Rows with names and types of a table's columns, by their place."""
        fields = self.table(name).schema.fields
        named = made.toDF(*(each.name for each in fields))
        return named.select(*(named[each.name].cast(each.dataType) for each in fields))

    def _keep(self, name: str, made: DataFrame, further: bool = False) -> None:
        """Work a table out once and for all: what follows neither repeats it nor drags its history along."""
        kept = made.checkpoint() if self._session.sparkContext.getCheckpointDir() else made.localCheckpoint()
        if kept.isEmpty():
            kept = kept.limit(0)  # tells Spark so, which then plans nothing for what is joined to it
        (self.table(name).union(kept) if further else kept).createOrReplaceTempView(name)


def _taken(name: str, column: Column, given: bool) -> str:
    preset = column.literal if column.default is not None else "NULL"
    kind = {"VARCHAR": "STRING"}.get(column.kind.sql, column.kind.sql)
    value = f"coalesce(`{name}`, {preset})" if given else preset
    return f"CAST({value} AS {kind}) AS `{name}`"
