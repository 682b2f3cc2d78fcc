"""Every connector that is registered is put to the test and explained."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tieout.connectors.kit import registry


@pytest.mark.parametrize("slug", registry.slugs())
def test_a_registered_connector_is_tested_and_explained(slug: str) -> None:
    connector = registry.get(slug)
    assert connector.slug == slug
    assert (Path(__file__).parent / f"test_{slug}.py").is_file()
    spec = find_spec(connector.open.__module__)
    assert spec is not None
    assert spec.origin is not None
    assert (Path(spec.origin).parent / "README.md").is_file()


def test_an_unknown_connector_is_refused_by_name() -> None:
    with pytest.raises(registry.UnknownConnector, match="quickbucks"):
        registry.get("quickbucks")
