"""User-defined dimensions and custom fields of journal lines: told, kept, and refused when they do not fit."""

from __future__ import annotations

import pytest

from tieout.sandbox.intacct.tests.test_journals import entries, entry, line, posted, reason


def test_a_user_defined_dimension_is_told_apart(gateway):
    found = gateway.result("<getDimensions/>").findall(".//dimension")
    own = [each.findtext("objectName") for each in found if each.findtext("userDefinedDimension") == "true"]
    assert own == ["SEGMENT"]
    assert [name for _, name in gateway.rows("SEGMENT", "RECORDNO NAME")][:2] == ["Public sector", "Small business"]


def test_a_line_keeps_its_segment_and_its_custom_fields(gateway):
    segment = gateway.rows("SEGMENT", "RECORDNO")[0][0]
    extra = f"<GLDIMSEGMENT>{segment}</GLDIMSEGMENT><REVENUE_KIND>usage</REVENUE_KIND><CONTRACT_REF>C-1</CONTRACT_REF>"
    batch = posted(gateway, line("12000", "debit", "5"), line("40100", "credit", "5", extra=extra))
    kept = entries(gateway, batch, "ACCOUNTNO GLDIMSEGMENT REVENUE_KIND CONTRACT_REF")
    assert kept == [("12000", "", "", ""), ("40100", segment, "usage", "C-1")]


@pytest.mark.parametrize(
    ("extra", "text"),
    [
        ("<GLDIMSEGMENT>99999</GLDIMSEGMENT>", "Invalid Segment '99999' specified."),
        ("<REVENUE_KIND>sometimes</REVENUE_KIND>", "Illegal format"),
        ("<NO_SUCH_FIELD>1</NO_SUCH_FIELD>", "NO_SUCH_FIELD"),
    ],
)
def test_what_does_not_fit_is_refused(gateway, extra, text):
    result = gateway.result(entry(line("12000", "debit", "5"), line("40100", "credit", "5", extra=extra)))
    assert result.findtext("status") == "failure"
    assert text in reason(result)
