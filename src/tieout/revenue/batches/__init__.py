"""Batches: how revenue data comes in. A file, a form and a job all go through the same reading, checks, preview and undo.

A batch is applied whole or not at all. It refuses rows that the tables of `recognition` do not allow, and undoing what a later
batch has built upon.
"""
