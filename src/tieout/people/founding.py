"""A room's tables made at once, from what all operations of its first migration together say.

Django renders every related model anew after each operation. With a hundred models that all belong to an environment this
takes minutes; made at once, it takes a second. Only for first migrations: it creates, and refuses to change what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps.registry import Apps
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import AddField
from django.db.migrations.operations.models import AddConstraint, AddIndex


class Found(Operation):
    """Tables, their indexes and constraints, then triggers and plain SQL in the order given."""

    reduces_to_sql = True
    reversible = True
    _OF_TABLES = (CreateModel, AddField, AddIndex, AddConstraint)

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [list(self.operations)], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # rendered once afterwards, not after each operation
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for model in self._tables(app_label, to_state.apps, schema_editor):
            schema_editor.create_model(model)
        for operation in self.operations:
            if not isinstance(operation, self._OF_TABLES):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(self.operations):
            if not isinstance(operation, self._OF_TABLES):
                operation.database_backwards(app_label, schema_editor, from_state, to_state)
        for model in reversed(list(self._tables(app_label, from_state.apps, schema_editor))):
            schema_editor.delete_model(model)

    def describe(self) -> str:
        return f"Make {sum(isinstance(each, CreateModel) for each in self.operations)} tables"

    def _tables(self, app_label: str, apps: Apps, schema_editor: Any) -> Iterator[Any]:
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                model = apps.get_model(app_label, operation.name)
                if self.allow_migrate_model(
                    schema_editor.connection.alias, model
                ):  # not one that stands for another's table
                    yield model
