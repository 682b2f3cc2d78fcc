"""The published page of conformance says what the engine does today."""

from __future__ import annotations

from tieout.recognition.tests import conformance


def test_the_page_is_current() -> None:
    assert conformance.PAGE.read_text("utf-8") == conformance.page(), (
        "run python -m tieout.recognition.tests.conformance"
    )


def test_no_case_that_has_a_test_fails() -> None:
    assert "| fails |" not in conformance.page()
    assert set(conformance.TESTS) <= set(conformance.REQUIREMENTS)
