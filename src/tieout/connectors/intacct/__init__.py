"""Sage Intacct, the ledger: receives other receipts and journal entries, and lends its lists."""

from __future__ import annotations

from tieout.connectors.intacct.checks import TEXT_LIMITS
from tieout.connectors.intacct.config import FIELDS
from tieout.connectors.intacct.queries import PAGE
from tieout.connectors.intacct.session import open_session
from tieout.connectors.kit.capabilities import Connector

CONNECTOR = Connector(
    slug="intacct",
    label="Sage Intacct",
    direction="target",
    fields=FIELDS,
    open=open_session,
    concurrency=2,
    calls_per_page=PAGE,
    text_limits=TEXT_LIMITS,
    docs="https://developer.intacct.com",
)
