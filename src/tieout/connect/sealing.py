"""Sealing of credentials: AES-256-GCM with a key id, bound to the connection and the field it belongs to.

Keys live as files `sealing-<id>` in the site's key directory, never in the database. The newest key seals; every key
opens. A wrong key or a moved ciphertext raises; nothing is ever returned half-opened.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tieout.kernel.errors import Fatal

_PREFIX = "sealing-"


class CannotUnseal(Fatal):
    """A stored credential cannot be opened with the keys of this site."""

    code = "connect.cannot_unseal"
    remedy = (
        "Restore the site's key directory from the backup made with --include-keys, or enter the credentials again."
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext and the id of the key that made it."""

    key_id: str
    box: bytes


class Keyring:
    """The sealing keys of a site, read from a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def seal(self, secret: str, *, owner: str) -> Sealed:
        """Seal for `owner` (connection and field); the same secret never seals to the same bytes."""
        key_id, key = self._newest()
        nonce = secrets.token_bytes(12)
        return Sealed(key_id, nonce + AESGCM(key).encrypt(nonce, secret.encode(), owner.encode()))

    def unseal(self, sealed: Sealed, *, owner: str) -> str:
        """The secret. Raises CannotUnseal when the key is gone or the box was made for another owner."""
        path = self.directory / f"{_PREFIX}{sealed.key_id}"
        if not path.is_file():
            raise CannotUnseal(f"The sealing key {sealed.key_id} is not in the site's key directory.")
        try:
            plain = AESGCM(path.read_bytes()).decrypt(sealed.box[:12], sealed.box[12:], owner.encode())
        except InvalidTag:
            raise CannotUnseal(f"The credential of {owner} does not open with key {sealed.key_id}.") from None
        return plain.decode()

    def rotate(self) -> str:
        """Make a new key; what is sealed from now on uses it. Returns its id."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        key_id = f"{len(self.key_ids()) + 1:04d}-{secrets.token_hex(4)}"
        descriptor = os.open(self.directory / f"{_PREFIX}{key_id}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(AESGCM.generate_key(bit_length=256))
            file.flush()
            os.fsync(file.fileno())
        return key_id

    def key_ids(self) -> list[str]:
        """Ids of all keys, oldest first."""
        return sorted(path.name.removeprefix(_PREFIX) for path in self.directory.glob(f"{_PREFIX}*"))

    def _newest(self) -> tuple[str, bytes]:
        key_id = self.key_ids()[-1] if self.key_ids() else self.rotate()
        return key_id, (self.directory / f"{_PREFIX}{key_id}").read_bytes()
