"""A believable telecom company, made from a seed: people, products, bills and payments. Pure data; no HTTP, no clock."""
