"""The whole sandbox: every vendor that stands in this package, mounted in one process."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tieout.sandbox.kit.server import Sandbox, build


def assemble(today: date, seed: int = 1, scale: float = 1.0, state: Path | None = None) -> Sandbox:
    """Build all vendors for one company. Vendors load on first use: reading their code costs more than the kit's.

    `scale` multiplies the size of the seeded company; `state` is a folder that keeps what clients wrote across restarts.
    """
    from tieout.sandbox.intacct.app import IntacctSandbox
    from tieout.sandbox.revio.app import RevioSandbox

    return build(
        IntacctSandbox(seed=seed, today=today, scale=scale, state=state),
        RevioSandbox(seed=seed, today=today, scale=scale),
        today=today,
    )
