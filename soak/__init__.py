"""The proof of "exactly once": a real PostgreSQL, real vendor sandboxes and real workers, every fault, and SIGKILL at every step.

`python -m soak` prints one row per fault and per kill, and ends with 0 only when every row is clean.
"""
