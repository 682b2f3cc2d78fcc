"""Versions of source records: what arrived is compared with the current versions, and what differs is copied in.

One transaction at a time stores versions of one stream, so that two processes which read it at once agree on what is
current. A record that is the same as its current version costs one look-up and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from django.db import connection as database

from tieout.connect.models import Connection
from tieout.database import copy_text

_SPACE = 7_202
"""First half of the advisory lock keys of streams."""
_NONE = (0, b"")
"""In place of a current version."""
_UNSTORABLE = {0: "␀", **dict.fromkeys(range(0xD800, 0xE000), "�")}
_LOCK = "select pg_advisory_xact_lock(%s, hashtext(%s))"
_CURRENT = """
select external_id, id, digest from sync_sourcerecord
 where connection_id = %s and stream = %s and current and external_id = any(%s)
"""
_RETIRE = "update sync_sourcerecord set current = false where id = any(%s)"
_IDS = "select nextval('sync_sourcerecord_id_seq') from generate_series(1, %s)"
_COPY = """
copy sync_sourcerecord (id, page_id, connection_id, stream, current, ordinal, external_id, digest, payload) from stdin
"""


class Raw(NamedTuple):
    """One record of a page, ready to be stored; `understood` is what the room of records made of it."""

    external_id: str
    digest: bytes
    columns: bytes
    """As COPY takes them, from the connection on."""
    understood: Any


class Landed(NamedTuple):
    """A version of a source record that is new, or changed from one that was current before: then it is not the `first`."""

    source_record_id: int
    external_id: str
    first: bool
    understood: Any


class Packed(NamedTuple):
    """A record as it is stored: what PostgreSQL refuses is replaced, names are in order."""

    record: Mapping[str, Any]
    payload: bytes


def pack(record: Mapping[str, Any]) -> Packed:
    """The record's JSON. PostgreSQL keeps no U+0000 and no half of a surrogate pair; the page's bytes stay as received."""
    try:
        payload = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return _pack_slowly(_storable(record))
    return _pack_slowly(_storable(record)) if rb"\u0000" in payload else Packed(record, payload)


def raw(source: Connection, stream: str, key: str, ordinal: int, packed: Packed, understood: Any) -> Raw:
    """The record with everything done to it that needs no database; `key` is the field that identifies it."""
    external_id = str(packed.record[key])
    digest = hashlib.blake2b(packed.payload, digest_size=16)
    known = copy_text.row((source.pk, stream, "t", ordinal, external_id)).encode()
    columns = b"%b\t\\\\x%b\t%b" % (known, digest.hexdigest().encode(), packed.payload.replace(b"\\", rb"\\"))
    return Raw(external_id, digest.digest(), columns, understood)


def store(source: Connection, stream: str, rows: Mapping[str, tuple[int, Raw]]) -> list[Landed]:
    """Store what is not the current version already, in the caller's transaction; answers it in the order received.

    `rows` are by external id, each with the id of its page.
    """
    with database.cursor() as cursor:
        cursor.execute(_LOCK, [_SPACE, f"{source.pk} {stream}"])
        cursor.execute(_CURRENT, [source.pk, stream, list(rows)])
        current = {external_id: (pk, bytes(digest)) for external_id, pk, digest in cursor.fetchall()}
        fresh = [row for row in rows.values() if current.get(row[1].external_id, _NONE)[1] != row[1].digest]
        retired = [current[raw.external_id][0] for _, raw in fresh if raw.external_id in current]
        if retired:
            cursor.execute(_RETIRE, [retired])
        cursor.execute(_IDS, [len(fresh)])
        ids = [pk for (pk,) in cursor.fetchall()]
        with cursor.copy(_COPY) as copy:
            copy.write(b"".join(_lines(ids, fresh)))
    return [
        Landed(pk, raw.external_id, raw.external_id not in current, raw.understood)
        for pk, (_, raw) in zip(ids, fresh, strict=True)
    ]


def _lines(ids: Iterable[int], fresh: Iterable[tuple[int, Raw]]) -> list[bytes]:
    return [b"%d\t%d\t%b\n" % (pk, page_id, raw.columns) for pk, (page_id, raw) in zip(ids, fresh, strict=True)]


def _pack_slowly(record: Mapping[str, Any]) -> Packed:
    # Unlike the fast writer, this one takes whole numbers of any size.
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Packed(record, text.encode())


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_UNSTORABLE)
    if isinstance(value, Mapping):
        return {_storable(name): _storable(each) for name, each in value.items()}
    return [_storable(each) for each in value] if isinstance(value, list | tuple) else value
