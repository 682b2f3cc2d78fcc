"""Rev.io, the telecom billing system: a source of customers, bills, charges, credits and payments."""

from __future__ import annotations

from tieout.connectors.kit.capabilities import Connector
from tieout.connectors.revio.config import FIELDS, MAX_PAGE
from tieout.connectors.revio.mapping import MAPPERS
from tieout.connectors.revio.session import open_session
from tieout.connectors.revio.streams import STREAMS

CONNECTOR = Connector(
    slug="revio",
    label="Rev.io",
    direction="source",
    fields=FIELDS,
    open=open_session,
    streams=STREAMS,
    mappers=MAPPERS,
    concurrency=2,
    calls_per_page=MAX_PAGE,
    docs="https://developers.rev.io",
)
