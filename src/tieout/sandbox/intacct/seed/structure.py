"""Entities, locations, departments, classes of the seeded company, as data."""

from __future__ import annotations

ENTITIES = (
    ("US", "Tieout Telecom Inc", "United States"), ("UK", "Tieout Telecom Ltd", "United Kingdom"),
    ("JP", "Tieout Telecom 株式会社", "Japan"), ("KW", "Tieout Telecom W.L.L. - الكويت", "Kuwait"),
)  # fmt: skip

LOCATIONS = (
    ("US-NYC", "New York", "US", "T"), ("US-AUS", "Austin", "US", "T"), ("US-SEA", "Seattle (closed)", "US", "F"),
    ("UK-LON", "London", "UK", "T"), ("JP-TYO", "東京", "JP", "T"), ("KW-KWI", "Kuwait City", "KW", "T"),
)  # fmt: skip

DEPARTMENTS = (
    ("100", "Sales", None, "T"), ("110", "Channel & Partner Sales", "100", "T"), ("200", "Customer Care", None, "T"),
    ("300", "Network Operations", None, "T"), ("400", "Finance", None, "T"), ("410", "Billing & Collections", "400", "T"),
    ("900", "Fax Services", None, "F"),
)  # fmt: skip

SEGMENTS = (("Public sector", "T"), ("Small business", "T"), ("Carriers", "T"), ("Pager users", "F"))

CLASSES = (
    ("RES", "Residential", "Households", None, "T"), ("BUS", "Business", "Companies and authorities", None, "T"),
    ("BUS-ENT", "Enterprise", "250 seats and more", "BUS", "T"), ("WHS", "Wholesale", "Other carriers", None, "T"),
    ("PAGER", "Paging", "No longer sold", None, "F"),
)  # fmt: skip
