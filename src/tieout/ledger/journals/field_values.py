"""The values that current revenue data holds of a custom field."""

from __future__ import annotations

from django.db import connection as database

from tieout.revenue.models import CustomField

_TABLES = {
    CustomField.Source.CUSTOMER: "revenue_customer",
    CustomField.Source.PRODUCT: "revenue_product",
    CustomField.Source.SUBSCRIPTION: "revenue_line",
}
_VALUES = """
    select distinct trim(split_part(part, '=', 2))
      from {table} held, lateral string_to_table(held.fields, ';') part
     where held.environment_id = %(environment)s and held.until_id is null
       and trim(split_part(part, '=', 1)) = %(name)s and trim(split_part(part, '=', 2)) <> ''
"""


def field_values(field: CustomField) -> set[str]:
    """Each value once."""
    table = _TABLES[CustomField.Source(field.source)]
    with database.cursor() as cursor:
        cursor.execute(_VALUES.format(table=table), {"environment": field.environment_id, "name": field.api_name})
        return {row[0] for row in cursor.fetchall()}
