"""Programs that pull the same payments, each in a process of its own so that memory and time are its own.

Each reads one JSON task and prints one JSON line: records, seconds (without starting Python) and peak memory in MB.
"""
