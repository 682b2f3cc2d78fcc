"""The published page of conformance says what the engine does today."""

from __future__ import annotations

from importlib import import_module

import pytest

from tieout.recognition.tests import conformance
from tieout.recognition.tests.features import FEATURES


def test_the_page_is_current() -> None:
    assert conformance.PAGE.read_text("utf-8") == conformance.page(), (
        "run python -m tieout.recognition.tests.conformance"
    )


def test_no_case_that_has_a_test_fails() -> None:
    assert "| fails |" not in conformance.page()
    assert set(conformance.TESTS) <= set(conformance.REQUIREMENTS)


@pytest.mark.parametrize(("feature", "test"), [(feature, test) for _, feature, test in FEATURES])
def test_a_feature_has_the_test_that_the_page_names(feature: str, test: str) -> None:
    module, name = test.split(".")
    assert hasattr(import_module(f"tieout.recognition.tests.test_{module}"), f"test_{name}"), feature
