"""Which forms a kind of process is mapped by."""

from __future__ import annotations

from tieout.ledger.web.mapping_forms import Editor, GlEditor, ReceiptsEditor
from tieout.ledger.web.revenue_forms import RevenueEditor

EDITORS: dict[str, type[Editor]] = {
    "receipts": ReceiptsEditor,
    "gl_reports": GlEditor,
    "revenue_data": RevenueEditor,
}
"""By kind of process."""
