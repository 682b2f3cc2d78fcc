"""Credentials are sealed for one place, and a wrong key never yields a value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tieout.connect.sealing import CannotUnseal, Keyring, Sealed


def test_a_secret_opens_where_it_was_sealed_and_nowhere_else(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    sealed = ring.seal("pässwörd & <co>", owner="connection:1:password")
    assert ring.unseal(sealed, owner="connection:1:password") == "pässwörd & <co>"
    with pytest.raises(CannotUnseal, match="connection:2:password"):
        ring.unseal(sealed, owner="connection:2:password")


def test_the_same_secret_never_seals_to_the_same_bytes(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    assert ring.seal("x", owner="a").box != ring.seal("x", owner="a").box


def test_a_new_key_seals_while_old_ones_still_open(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    old = ring.seal("x", owner="a")
    fresh = ring.rotate()
    assert ring.seal("x", owner="a").key_id == fresh != old.key_id
    assert ring.unseal(old, owner="a") == "x"


def test_a_lost_key_is_named(tmp_path: Path) -> None:
    sealed = Keyring(tmp_path / "one").seal("x", owner="a")
    Keyring(tmp_path / "two").rotate()
    with pytest.raises(CannotUnseal, match=sealed.key_id):
        Keyring(tmp_path / "two").unseal(sealed, owner="a")


def test_key_files_are_for_their_owner_only(tmp_path: Path) -> None:
    Keyring(tmp_path).rotate()
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


@given(some.binary(min_size=1, max_size=80), some.integers(0, 10**6))
def test_a_damaged_box_is_refused(tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int) -> None:
    ring = Keyring(tmp_path_factory.getbasetemp() / "damage")
    sealed = ring.seal("secret", owner="a")
    at = place % len(sealed.box)
    damaged = sealed.box[:at] + bytes([sealed.box[at] ^ (junk[0] or 1)]) + sealed.box[at + 1 :]
    with pytest.raises(CannotUnseal):
        ring.unseal(Sealed(sealed.key_id, damaged), owner="a")
