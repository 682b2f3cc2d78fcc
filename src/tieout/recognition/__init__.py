"""Revenue: ASC 606 recognition and 340-40 contract costs as columnar SQL over plain tables. See docs/revenue.md."""
