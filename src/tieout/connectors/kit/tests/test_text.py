"""Text is made fit for XML by a stated rule, and cut only visibly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tieout.connectors.kit.text import fit, plain


@given(st.text(st.characters(codec=None, categories=None)))
def test_any_text_survives_a_trip_through_xml(text: str) -> None:
    node = etree.Element("memo")
    node.text = plain(text)
    assert (etree.fromstring(etree.tostring(node)).text or "") == plain(text)
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\r\n\tlines ", "two lines"),
        ("bell\x07 and null\x00", "bell and null"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("Łódź 取引先 😀 <&>", "Łódź 取引先 😀 <&>"),
    ],
)
def test_the_rule_is_the_stated_one(text: str, line: str) -> None:
    assert plain(text) == line


def test_a_longer_text_is_cut_visibly_and_a_fitting_one_is_left_alone() -> None:
    assert fit("Acme Telecom", 12) == "Acme Telecom"
    assert fit("Acme Telecom Inc", 12) == "Acme Teleco…"
