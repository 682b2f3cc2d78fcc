"""Versions of source records: what arrived is compared with the current versions, and what differs is copied in.

One transaction at a time stores versions of one stream, so that two processes which read it at once agree on what is
current. A record that is the same as its current version costs one look-up and nothing else.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from typing import Any

import orjson
from django.db import connection as database
from msgspec import Struct

from tieout.connect.models import Connection
from tieout.database import copy_binary

_SPACE = 7_202
"""First half of the advisory lock keys of streams."""
_NONE = (0, b"")
"""In place of a current version."""
_REFUSED = {0: "␀", **dict.fromkeys(range(0xD800, 0xE000), "�")}
"""What PostgreSQL keeps in no text: U+0000 and the halves of surrogate pairs."""
_BEGIN = """
select pg_advisory_xact_lock(%s, hashtext(%s)), set_config('synchronous_commit', 'off', true)
"""
"""Nor is the disk waited for. A crash of the database's machine takes the newest landings back whole, cursor and all, and
they are read again; whatever is committed after them in the usual way, as all postings are, keeps them."""
_CURRENT = """
select external_id, id, digest from sync_sourcerecord
 where connection_id = %s and stream = %s and current
   and external_id = any (array (select jsonb_array_elements_text(%s)))
"""
_RETIRE = "update sync_sourcerecord set current = false where id = any(%s::bigint[])"
_IDS = "select array(select nextval('sync_sourcerecord_id_seq') from generate_series(1, %s))"
_COPY = """
copy sync_sourcerecord (id, page_id, connection_id, stream, current, ordinal, external_id, digest, payload)
from stdin (format binary)
"""
_FIRST = struct.Struct(">hiqiq").pack
"""How a row begins: 9 for the number of its columns, then id and page, each behind its length of 8."""
_COMMON = struct.Struct(">iqi").pack
"""The connection behind its length, and the length of the stream's name, which follows."""
_CURRENT_ROW = struct.pack(">i?", 1, True)
_OWN = struct.Struct(">iii").pack
"""The ordinal behind its length of 4, and the length of the external id, which follows."""
_LAST = struct.Struct(">i16sib").pack
"""The digest behind its length of 16, the length of the payload, and 1 for the format of the JSON, which follows."""


class Raw(Struct, frozen=True, gc=False):
    """One record of a page, ready to be stored; `understood` is what the room of records made of it."""

    external_id: str
    digest: bytes
    columns: bytes
    """The end of its row for COPY, from the connection on."""
    understood: Any


class Landed(Struct, frozen=True, gc=False):
    """A version of a source record that is new, or changed from one that was current before: then it is not the `first`."""

    source_record_id: int
    external_id: str
    first: bool
    understood: Any


Understand = Callable[[str, Mapping[str, Any]], Any]
"""What the room of records makes of a record with this id. Pure."""


def read(
    source: Connection, stream: str, key: str, records: Sequence[Mapping[str, Any]], understand: Understand
) -> list[Raw]:
    """A page's records with everything done to them that needs no database; of several with one id, the last.

    `key` is the field that identifies a record, or several of them joined by `+`.
    """
    found, fields = {}, key.split("+")
    common = _COMMON(8, source.pk, len(stream.encode())) + stream.encode() + _CURRENT_ROW
    for ordinal, received in enumerate(records):
        record, payload = _storable(received)
        external_id = str(record[key]) if len(fields) == 1 else "+".join(str(record[name]) for name in fields)
        digest, known_as = blake2b(payload, digest_size=16).digest(), external_id.encode()
        own = _OWN(4, ordinal, len(known_as))
        columns = b"".join((common, own, known_as, _LAST(16, digest, len(payload) + 1, 1), payload))
        found[external_id] = Raw(external_id, digest, columns, understand(external_id, record))
    return list(found.values())


def store(source: Connection, stream: str, rows: Mapping[str, tuple[int, Raw]]) -> list[Landed]:
    """Store what is not the current version already, in the caller's transaction; answers it in the order received.

    `rows` are by external id, each with the id of its page.
    """
    with database.cursor() as cursor:
        cursor.execute(_BEGIN, [_SPACE, f"{source.pk} {stream}"])
        cursor.execute(_CURRENT, [source.pk, stream, orjson.dumps(list(rows)).decode()])
        current = {external_id: (pk, bytes(digest)) for external_id, pk, digest in cursor.fetchall()}
        fresh = [row for row in rows.values() if current.get(row[1].external_id, _NONE)[1] != row[1].digest]
        if not fresh:
            return []
        if retired := [current[raw.external_id][0] for _, raw in fresh if raw.external_id in current]:
            cursor.execute(_RETIRE, [retired])
        cursor.execute(_IDS, [len(fresh)])
        (ids,) = cursor.fetchone()
        with cursor.copy(_COPY) as copy:
            begun = [_FIRST(9, 8, pk, 8, page_id) for pk, (page_id, _) in zip(ids, fresh, strict=True)]
            rows_sent = chain.from_iterable(zip(begun, [raw.columns for _, raw in fresh], strict=True))
            copy.write(b"".join((copy_binary.START, *rows_sent, copy_binary.END)))
    return [
        Landed(pk, raw.external_id, raw.external_id not in current, raw.understood)
        for pk, (_, raw) in zip(ids, fresh, strict=True)
    ]


def _storable(record: Mapping[str, Any]) -> tuple[Mapping[str, Any], bytes]:
    """The record and its JSON, names in order. What PostgreSQL refuses is replaced; the page's bytes stay as received."""
    try:
        payload = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
        if rb"\u0000" not in payload:
            return record, payload
    except TypeError:
        pass
    mended = _mended(record)
    # Unlike the fast writer, this one takes whole numbers of any size.
    return mended, json.dumps(mended, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_REFUSED)
    if isinstance(value, Mapping):
        return {_mended(name): _mended(each) for name, each in value.items()}
    return [_mended(each) for each in value] if isinstance(value, list | tuple) else value
