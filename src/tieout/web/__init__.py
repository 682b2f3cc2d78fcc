"""The web shell: base page, navigation, lists, details, forms, errors and assets. Rooms build their pages on it.

It knows people (who looks, in which environment) and no other room.
"""
