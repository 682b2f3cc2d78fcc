"""Files by content: what goes in comes out, once, whole, and unaltered."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tieout.database.files import FileMissing, FileStore


def test_what_was_put_is_found_by_its_hash_and_stands_there_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    given = tmp_path / "given"
    given.write_bytes(b"content")
    stored = store.put(b"content")
    assert store.put_file(given) == stored
    assert not given.exists()
    assert stored.sha256 == hashlib.sha256(b"content").hexdigest()
    assert store.path(stored.sha256, size=7).read_bytes() == b"content"
    assert [each.name for each in store.root.rglob("*") if each.is_file()] == [stored.sha256]


def test_what_is_missing_cut_or_altered_is_told_and_mended_by_storing_it_again(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    stored = store.put(b"content")
    place = store.path(stored.sha256)
    place.chmod(0o600)
    place.write_bytes(b"c0ntent")
    with pytest.raises(FileMissing, match="altered"):
        store.verify(stored.sha256)
    place.write_bytes(b"cut")
    with pytest.raises(FileMissing):
        store.path(stored.sha256, size=stored.size)
    for damage in (b"cut", b"c0ntent"):
        place.chmod(0o600)
        place.write_bytes(damage)
        assert store.verify(store.put(b"content").sha256).read_bytes() == b"content"
    for other in ("0" * 64, "../../etc/passwd"):
        with pytest.raises(FileMissing):
            store.path(other)


def test_a_copied_file_stays_where_it_was(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.write_bytes(b"content")
    FileStore(tmp_path / "files").put_file(given, move=False)
    assert given.exists()
